import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0002_tenants_audit_jobs'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=150, unique=True, verbose_name='登录名')),
                ('name', models.CharField(max_length=60, verbose_name='姓名或岗位')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='邮箱')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('is_platform_admin', models.BooleanField(default=False, verbose_name='平台管理员')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='创建时间')),
            ],
            options={
                'verbose_name': '用户',
                'verbose_name_plural': '用户',
            },
        ),
        migrations.CreateModel(
            name='Division',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('level', models.CharField(choices=[('province', '省'), ('city', '市'), ('county', '县区'), ('street', '街道（乡镇）'), ('neighbourhood', '社区')], max_length=20, verbose_name='层级')),
                ('code', models.CharField(max_length=20, verbose_name='代码')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('path', models.CharField(max_length=200, verbose_name='路径')),
                ('parent', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.division', verbose_name='上级')),
            ],
            options={
                'verbose_name': '行政区划',
                'verbose_name_plural': '行政区划',
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('kind', models.CharField(choices=[('property_company', '物业服务企业'), ('self_managed', '社区/自管组织'), ('owners_committee', '业主委员会'), ('neighbourhood_office', '社区（物业管理委员会）'), ('street_office', '街道（乡镇）'), ('county_bureau', '县区住建局'), ('city_bureau', '市住建局'), ('expert_pool', '专家库'), ('evaluator', '第三方评价机构'), ('audit_office', '纪检/审计')], max_length=30, verbose_name='类型')),
                ('name', models.CharField(max_length=100, verbose_name='名称')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('division', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.division', verbose_name='所在区划')),
            ],
            options={
                'verbose_name': '单位',
                'verbose_name_plural': '单位',
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('role', models.CharField(choices=[('applicant', '申报单位'), ('committee_officer', '业委会'), ('neighbourhood_officer', '社区'), ('street_officer', '街道（乡镇）'), ('county_officer', '县区住建局'), ('city_officer', '市住建局'), ('expert', '评审专家'), ('evaluator', '第三方评价机构'), ('auditor', '纪检/审计'), ('tenant_admin', '系统管理员')], max_length=30, verbose_name='角色')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organisation', verbose_name='单位')),
            ],
            options={
                'verbose_name': '任职',
                'verbose_name_plural': '任职',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('token_sha256', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=60, verbose_name='受邀人')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='邮箱')),
                ('role', models.CharField(choices=[('applicant', '申报单位'), ('committee_officer', '业委会'), ('neighbourhood_officer', '社区'), ('street_officer', '街道（乡镇）'), ('county_officer', '县区住建局'), ('city_officer', '市住建局'), ('expert', '评审专家'), ('evaluator', '第三方评价机构'), ('auditor', '纪检/审计'), ('tenant_admin', '系统管理员')], max_length=30, verbose_name='角色')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField(verbose_name='有效期至')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='接受时间')),
                ('invited_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('organisation', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation', verbose_name='单位')),
            ],
            options={
                'verbose_name': '邀请',
                'verbose_name_plural': '邀请',
            },
        ),
        migrations.CreateModel(
            name='TenantUser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='doors', to='core.tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='doors', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='division',
            index=models.Index(fields=['tenant_id', 'path'], name='accounts_division_path', opclasses=['int8_ops', 'varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='division',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'code'), name='accounts_division_code', violation_error_message='这个区划代码已经存在。'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'kind', 'name'), name='accounts_organisation_name', violation_error_message='同类型的单位已有这个名称。'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'user', 'organisation', 'role'), name='accounts_membership_once', violation_error_message='这个人已经有同样的任职。'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'token_sha256'), name='accounts_inv_token'),
        ),
        migrations.AddConstraint(
            model_name='tenantuser',
            constraint=models.UniqueConstraint(fields=('user', 'tenant'), name='accounts_tenantuser_once'),
        ),
        core.tenancy.EnableTenancy('division'),
        core.tenancy.EnableTenancy('organisation'),
        core.tenancy.EnableTenancy('membership'),
        core.tenancy.EnableTenancy('invitation'),
    ]
