import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('key', models.SlugField(max_length=60, verbose_name='标识')),
                ('title', models.CharField(max_length=120, verbose_name='名称')),
                ('year', models.IntegerField(verbose_name='年度')),
                ('state', models.CharField(choices=[('draft', '筹备中'), ('open', '进行中'), ('closed', '已结束'), ('archived', '已归档')], default='draft', max_length=10, verbose_name='状态')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': '评选活动',
                'verbose_name_plural': '评选活动',
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'key'), name='campaigns_campaign_key', violation_error_message='这个标识的评选活动已经存在。')],
            },
        ),
        migrations.CreateModel(
            name='CampaignVersion',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('number', models.IntegerField(verbose_name='版本')),
                ('body', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('reason', models.CharField(blank=True, default='', max_length=200, verbose_name='理由')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('campaign', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='campaigns.campaign')),
                ('created_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '方案版本',
                'verbose_name_plural': '方案版本',
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'campaign', 'number'), name='campaigns_version_number')],
            },
        ),
        core.tenancy.EnableTenancy('campaign'),
        core.tenancy.EnableTenancy('campaignversion'),
    ]
