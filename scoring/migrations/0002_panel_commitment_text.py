
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='panel',
            name='commitment_text',
            field=models.TextField(default='', verbose_name='承诺内容'),
        ),
    ]
