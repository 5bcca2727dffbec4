from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_job_name")]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="日期")),
                ("is_working", models.BooleanField(verbose_name="上班")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
            ],
            options={"verbose_name": "放假与调休", "verbose_name_plural": "放假与调休"},
        )
    ]
