import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('reviews', '0001_initial'),
        ('scoring', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('kind', models.CharField(choices=[('public_notice', '公示'), ('announcement', '公布')], max_length=20, verbose_name='类型')),
                ('state', models.CharField(choices=[('draft', '拟稿'), ('released', '已发布')], default='draft', max_length=10, verbose_name='状态')),
                ('number', models.CharField(blank=True, default='', max_length=40, verbose_name='文号')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('body', models.TextField(verbose_name='正文')),
                ('entries', models.JSONField(default=list, verbose_name='名单')),
                ('starts_on', models.DateField(null=True, verbose_name='起始日期')),
                ('ends_on', models.DateField(null=True, verbose_name='截止日期')),
                ('released_at', models.DateTimeField(null=True, verbose_name='发布时间')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('campaign', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='campaigns.campaign')),
                ('ranking', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='scoring.ranking')),
                ('released_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '公示公布',
                'verbose_name_plural': '公示公布',
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('receipt', models.CharField(max_length=40, verbose_name='回执号')),
                ('name', models.CharField(max_length=40, verbose_name='姓名')),
                ('contact', models.CharField(max_length=60, verbose_name='联系方式')),
                ('text', models.TextField(verbose_name='异议内容')),
                ('state', models.CharField(choices=[('received', '待处理'), ('upheld', '异议成立'), ('dismissed', '异议不成立')], default='received', max_length=12, verbose_name='状态')),
                ('reply', models.TextField(blank=True, default='', verbose_name='处理意见')),
                ('received_at', models.DateTimeField(verbose_name='收到时间')),
                ('handled_at', models.DateTimeField(null=True, verbose_name='处理时间')),
                ('dossier', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='reviews.dossier', verbose_name='涉及小区')),
                ('handled_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('notice', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='publications.notice')),
            ],
            options={
                'verbose_name': '异议',
                'verbose_name_plural': '异议',
            },
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'campaign', 'kind'), name='publications_notice_once', violation_error_message='这次活动已经有同类的通知。'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'receipt'), name='publications_objection_receipt'),
        ),
        core.tenancy.EnableTenancy('notice'),
        core.tenancy.EnableTenancy('objection'),
    ]
