import core.tenancy
import django.core.validators
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_roles_and_tenant_function'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('seq', models.BigIntegerField(default=0)),
                ('hash', models.CharField(default='', max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id',), name='core_audithead_one')],
            },
        ),
        migrations.CreateModel(
            name='AuditRecord',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('seq', models.BigIntegerField(verbose_name='序号')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('user_id', models.BigIntegerField(null=True, verbose_name='用户')),
                ('membership_id', models.UUIDField(null=True, verbose_name='任职')),
                ('actor', models.CharField(max_length=200, verbose_name='经办人')),
                ('verb', models.CharField(max_length=60, verbose_name='事项')),
                ('object_type', models.CharField(max_length=60, verbose_name='对象类型')),
                ('object_id', models.CharField(max_length=60, verbose_name='对象编号')),
                ('body', models.JSONField(default=dict, verbose_name='内容')),
                ('prev_hash', models.CharField(max_length=64, verbose_name='前一记录')),
                ('hash', models.CharField(max_length=64, verbose_name='本记录')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'object_type', 'object_id'], name='core_audit_object')],
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'seq'), name='core_auditrecord_seq')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('name', models.CharField(max_length=80)),
                ('value', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'name'), name='core_counter_name')],
            },
        ),
        migrations.CreateModel(
            name='GivenAnswer',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('user_id', models.BigIntegerField()),
                ('key', models.UUIDField()),
                ('body_sha256', models.CharField(max_length=64)),
                ('url', models.CharField(default='', max_length=500)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'user_id', 'key'), name='core_answer_key')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('kind', models.CharField(max_length=60, verbose_name='任务')),
                ('label', models.CharField(max_length=200, verbose_name='说明')),
                ('payload', models.JSONField(default=dict)),
                ('key', models.CharField(max_length=200, null=True, verbose_name='去重键')),
                ('state', models.CharField(choices=[('queued', '排队中'), ('running', '进行中'), ('done', '已完成'), ('dead', '未完成')], default='queued', max_length=10, verbose_name='状态')),
                ('attempt', models.IntegerField(default=0, verbose_name='已尝试')),
                ('max_attempts', models.IntegerField(default=5)),
                ('next_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('sent_at', models.DateTimeField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('progress_done', models.IntegerField(default=0)),
                ('progress_total', models.IntegerField(default=0)),
                ('result', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True, default='')),
                ('created_by', models.UUIDField(null=True, verbose_name='任职')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['next_at'], name='core_job_due'), models.Index(fields=['tenant_id', 'created_at'], name='core_job_recent')],
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'key'), name='core_job_key'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'dead'])), name='core_job_state')],
            },
        ),
        migrations.CreateModel(
            name='Tenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,39}$', '只能用小写字母、数字和连字符')], verbose_name='网址标识')),
                ('name', models.CharField(max_length=100, verbose_name='单位名称')),
                ('requires_second_factor', models.BooleanField(default=True, verbose_name='工作人员须用动态口令')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('is_training', models.BooleanField(default=False, verbose_name='演练租户')),
                ('clock_offset', models.DurationField(default='0', verbose_name='演练时钟偏移')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='开通时间')),
            ],
            options={
                'verbose_name': '单位',
                'verbose_name_plural': '单位',
                'constraints': [models.CheckConstraint(condition=models.Q(('is_training', True), ('clock_offset', '0'), _connector='OR'), name='core_tenant_clock_training', violation_error_message='只有演练租户可以调整时钟。')],
            },
        ),
        core.tenancy.EnableTenancy('audithead'),
        core.tenancy.EnableTenancy('auditrecord', grants="SELECT, INSERT"),
        core.tenancy.EnableTenancy('counter'),
        core.tenancy.EnableTenancy('givenanswer'),
        core.tenancy.EnableTenancy('job'),
    ]
