import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('documents', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Community',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('code', models.CharField(max_length=30, verbose_name='小区编码')),
                ('name', models.CharField(max_length=60, verbose_name='小区名称')),
                ('address', models.CharField(max_length=120, verbose_name='地址')),
                ('kind', models.CharField(choices=[('professional', '专业化物业管理'), ('self_managed', '社区托管及居民自管')], max_length=20, verbose_name='小区类别')),
                ('floor_area', models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name='建筑面积（㎡）')),
                ('households', models.IntegerField(null=True, verbose_name='户数')),
                ('built_year', models.IntegerField(null=True, verbose_name='建成年份')),
                ('county', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.division', verbose_name='县区')),
                ('division', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communities', to='accounts.division', verbose_name='所属社区')),
                ('managed_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='managed_communities', to='accounts.organisation', verbose_name='管理单位')),
                ('owners_committee', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='represented_communities', to='accounts.organisation', verbose_name='业委会')),
            ],
            options={
                'verbose_name': '小区',
                'verbose_name_plural': '小区',
            },
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('metric', models.CharField(max_length=60, verbose_name='指标')),
                ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='数值')),
                ('text', models.CharField(blank=True, default='', max_length=60, verbose_name='取值')),
                ('unit', models.CharField(blank=True, default='', max_length=20, verbose_name='单位')),
                ('period', models.CharField(max_length=40, verbose_name='统计期')),
                ('source', models.CharField(max_length=120, verbose_name='来源')),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='录入时间')),
                ('is_current', models.BooleanField(default=True, verbose_name='现行')),
                ('community', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='communities.community', verbose_name='小区')),
                ('entered_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('source_file', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.storedfile')),
            ],
            options={
                'verbose_name': '实测数据',
                'verbose_name_plural': '实测数据',
            },
        ),
        migrations.CreateModel(
            name='PropertyCompany',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('uscc', models.CharField(max_length=18, verbose_name='统一社会信用代码')),
                ('credit_grade', models.CharField(blank=True, choices=[('A', 'A 级'), ('B', 'B 级'), ('C', 'C 级'), ('D', 'D 级')], max_length=1, verbose_name='信用等级')),
                ('last_penalty_on', models.DateField(blank=True, null=True, verbose_name='最近一次行政处罚日期')),
                ('organisation', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='companies', to='accounts.organisation', verbose_name='单位')),
            ],
            options={
                'verbose_name': '物业服务企业',
                'verbose_name_plural': '物业服务企业',
            },
        ),
        migrations.AddIndex(
            model_name='community',
            index=models.Index(fields=['tenant_id', 'county', 'code'], name='communities_by_county'),
        ),
        migrations.AddIndex(
            model_name='community',
            index=models.Index(fields=['tenant_id', 'managed_by'], name='communities_by_manager'),
        ),
        migrations.AddConstraint(
            model_name='community',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'code'), name='communities_community_code', violation_error_message='这个小区编码已经登记。'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('tenant_id', 'community', 'metric', 'period'), name='communities_fact_current'),
        ),
        migrations.AddConstraint(
            model_name='propertycompany',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'organisation'), name='communities_company_once'),
        ),
        migrations.AddConstraint(
            model_name='propertycompany',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'uscc'), name='communities_company_uscc', violation_error_message='这个统一社会信用代码已经登记。'),
        ),
        core.tenancy.EnableTenancy('community'),
        core.tenancy.EnableTenancy('fact'),
        core.tenancy.EnableTenancy('propertycompany'),
    ]
