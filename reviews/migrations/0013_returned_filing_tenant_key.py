from django.db import migrations

import core.tenancy


class Migration(migrations.Migration):
    """Who returned a filing belongs to the filing's tenant, as the database sees it too."""

    dependencies = [("reviews", "0012_recommendations")]

    operations = [core.tenancy.AddTenantKey("filing", "returned_by")]
