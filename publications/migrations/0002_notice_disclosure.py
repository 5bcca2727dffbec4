
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publications', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='is_public',
            field=models.BooleanField(default=True, verbose_name='对社会公开'),
        ),
        migrations.AddField(
            model_name='notice',
            name='takes_objections',
            field=models.BooleanField(default=True, verbose_name='受理异议'),
        ),
    ]
