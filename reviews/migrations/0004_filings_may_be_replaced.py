from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_invitation_revoked_at'),
        ('campaigns', '0002_versions_are_never_changed'),
        ('documents', '0001_initial'),
        ('reviews', '0003_revisions_are_final'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='filing',
            name='reviews_filing_once',
        ),
        migrations.AddField(
            model_name='filing',
            name='replaced_at',
            field=models.DateTimeField(null=True, verbose_name='更换时间'),
        ),
        migrations.AddConstraint(
            model_name='filing',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('tenant_id', 'campaign', 'obligation', 'organisation'), name='reviews_filing_once', violation_error_message='这一事项已经报送。'),
        ),
    ]
