from django.db import migrations


class Migration(migrations.Migration):
    """The application may add versions and read them; nobody rewrites what dossiers point at."""

    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.RunSQL(
            'REVOKE UPDATE, DELETE ON "campaigns_campaignversion" FROM app_rw',
            'GRANT UPDATE, DELETE ON "campaigns_campaignversion" TO app_rw',
        )
    ]
