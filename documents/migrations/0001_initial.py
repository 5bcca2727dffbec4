import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RenderedDocument',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('kind', models.CharField(choices=[('application_form', '申报表'), ('case_report', '典型案例材料'), ('score_summary', '评分汇总表'), ('public_notice', '名单公示'), ('announcement', '名单公布')], max_length=30, verbose_name='文书')),
                ('title', models.CharField(max_length=200, verbose_name='标题')),
                ('subject_id', models.UUIDField(verbose_name='对象')),
                ('template', models.CharField(max_length=100)),
                ('template_sha256', models.CharField(max_length=64)),
                ('context_sha256', models.CharField(max_length=64)),
                ('path', models.CharField(max_length=200)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64, verbose_name='文件校验值')),
                ('code', models.CharField(max_length=20, verbose_name='验证码')),
                ('page_count', models.IntegerField(verbose_name='页数')),
                ('rendered_at', models.DateTimeField(verbose_name='生成时间')),
                ('is_current', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': '文书',
                'verbose_name_plural': '文书',
                'indexes': [models.Index(fields=['tenant_id', 'sha256'], name='documents_rendered_sha')],
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'code'), name='documents_rendered_code'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('tenant_id', 'kind', 'subject_id'), name='documents_rendered_current')],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('kind', models.CharField(choices=[('image', '图片'), ('pdf', 'PDF 文件'), ('video', '视频')], max_length=10, verbose_name='类型')),
                ('media_type', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('path', models.CharField(max_length=200)),
                ('size', models.BigIntegerField(verbose_name='字节数')),
                ('sha256', models.CharField(max_length=64)),
                ('original_sha256', models.CharField(max_length=64)),
                ('width', models.IntegerField(null=True)),
                ('height', models.IntegerField(null=True)),
                ('duration_seconds', models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name='时长（秒）')),
                ('page_count', models.IntegerField(null=True, verbose_name='页数')),
                ('thumbnail_path', models.CharField(blank=True, default='', max_length=200)),
                ('taken_at', models.DateTimeField(null=True, verbose_name='拍摄时间')),
                ('latitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('longitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('uploaded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='上传时间')),
                ('uploaded_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '文件',
                'verbose_name_plural': '文件',
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'original_sha256'), name='documents_storedfile_content'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='documents_storedfile_size')],
            },
        ),
        core.tenancy.EnableTenancy('rendereddocument'),
        core.tenancy.EnableTenancy('storedfile'),
    ]
