"""What was submitted can be read and added to, never changed: not even by a mistake in the code."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_sign_off_attestations_finding_removal")]

    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE ON reviews_revision FROM app_rw",
            "GRANT UPDATE, DELETE ON reviews_revision TO app_rw",
        )
    ]
