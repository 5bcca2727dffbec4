import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_invitation_revoked_at'),
        ('campaigns', '0002_versions_are_never_changed'),
    ]

    operations = [
        migrations.CreateModel(
            name='DefinitionDraft',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('title', models.CharField(max_length=120, verbose_name='名称')),
                ('body', models.JSONField()),
                ('lock_version', models.IntegerField(default=0, verbose_name='修改次数')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('base', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaignversion')),
                ('campaign', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='campaigns.campaign')),
                ('created_by', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('stored_as', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaignversion')),
                ('updated_by', core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
            ],
            options={
                'verbose_name': '方案草稿',
                'verbose_name_plural': '方案草稿',
            },
        ),
        core.tenancy.EnableTenancy('definitiondraft'),
    ]
