import core.tenancy
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_delegations'),
        ('reviews', '0011_filings_returned'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('place', models.PositiveSmallIntegerField(verbose_name='推荐次序')),
                ('ordered_at', models.DateTimeField(verbose_name='排列时间')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recommendations', to='reviews.dossier')),
                ('ordered_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('organisation', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation', verbose_name='推荐单位')),
            ],
            options={
                'verbose_name': '推荐次序',
                'verbose_name_plural': '推荐次序',
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'dossier', 'organisation'), name='reviews_recommended_once')],
            },
        ),
        core.tenancy.EnableTenancy("recommendation"),
    ]
