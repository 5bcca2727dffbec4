import django.db.models.deletion
from django.db import migrations, models

import core.tenancy


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('reviews', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='removed_at',
            field=models.DateTimeField(null=True, verbose_name='撤销时间'),
        ),
        migrations.AddField(
            model_name='finding',
            name='removed_by',
            field=core.tenancy.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        core.tenancy.AddTenantKey('finding', 'removed_by'),
        migrations.AddField(
            model_name='finding',
            name='removed_reason',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='撤销理由'),
        ),
        migrations.AddField(
            model_name='signoff',
            name='attestations',
            field=models.JSONField(default=dict, verbose_name='认定'),
        ),
    ]
