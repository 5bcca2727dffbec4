import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('communities', '0001_initial'),
        ('documents', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('number', models.CharField(max_length=40, verbose_name='编号')),
                ('track', models.CharField(max_length=40, verbose_name='申报类别')),
                ('state', models.CharField(choices=[('draft', '填报中'), ('in_review', '审核中'), ('returned', '退回补正'), ('refused', '未通过'), ('withdrawn', '已撤回'), ('scoring', '专家评审'), ('decision', '待市级审定'), ('listed', '公示中'), ('awarded', '已公布入选'), ('not_awarded', '未入选')], default='draft', max_length=20, verbose_name='状态')),
                ('step', models.CharField(blank=True, default='', max_length=40, verbose_name='所在环节')),
                ('waiting_since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='开始等待')),
                ('draft', models.JSONField(default=dict)),
                ('lock_version', models.IntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('applicant', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='accounts.organisation', verbose_name='申报单位')),
                ('campaign', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='campaigns.campaign')),
                ('community', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dossiers', to='communities.community', verbose_name='小区')),
                ('created_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('version', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='campaigns.campaignversion', verbose_name='方案版本')),
            ],
            options={
                'verbose_name': '申报材料卷',
                'verbose_name_plural': '申报材料卷',
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('number', models.IntegerField(verbose_name='版本')),
                ('content', models.JSONField()),
                ('sha256', models.CharField(max_length=64, verbose_name='校验值')),
                ('receipt', models.CharField(max_length=40, verbose_name='回执号')),
                ('submitted_at', models.DateTimeField(verbose_name='提交时间')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='reviews.dossier')),
                ('submitted_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '提交版本',
                'verbose_name_plural': '提交版本',
            },
        ),
        migrations.AddField(
            model_name='dossier',
            name='revision',
            field=core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reviews.revision', verbose_name='现行版本'),
        ),
        migrations.CreateModel(
            name='DeskCheck',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('checks', models.JSONField(default=list)),
                ('is_complete', models.BooleanField(default=False, verbose_name='材料齐全')),
                ('checked_at', models.DateTimeField(verbose_name='初审时间')),
                ('checked_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_checks', to='reviews.dossier')),
                ('revision', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='reviews.revision')),
            ],
            options={
                'verbose_name': '材料初审',
                'verbose_name_plural': '材料初审',
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('revision_sha256', models.CharField(max_length=64)),
                ('step', models.CharField(max_length=40, verbose_name='环节')),
                ('outcome', models.CharField(choices=[('agree', '同意'), ('return', '退回补正'), ('refuse', '不同意'), ('skipped', '依方案跳过')], max_length=10, verbose_name='结论')),
                ('opinion', models.TextField(verbose_name='意见')),
                ('flags', models.JSONField(default=list, verbose_name='需补正的内容')),
                ('signed_at', models.DateTimeField(verbose_name='签署时间')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='reviews.dossier')),
                ('organisation', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation', verbose_name='单位')),
                ('revision', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_offs', to='reviews.revision')),
                ('scan', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.storedfile', verbose_name='盖章扫描件')),
                ('signed_by', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '审核意见',
                'verbose_name_plural': '审核意见',
            },
        ),
        migrations.CreateModel(
            name='SiteVisit',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('visited_on', models.DateField(verbose_name='核查日期')),
                ('participants', models.CharField(max_length=200, verbose_name='参加人员')),
                ('summary', models.TextField(blank=True, default='', verbose_name='核查结论')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='site_visits', to='reviews.dossier')),
                ('revision', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='reviews.revision')),
                ('visited_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '实地核查',
                'verbose_name_plural': '实地核查',
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('item', models.CharField(max_length=20, verbose_name='指标')),
                ('place', models.CharField(max_length=100, verbose_name='位置')),
                ('description', models.CharField(max_length=200, verbose_name='问题')),
                ('recorded_at', models.DateTimeField(verbose_name='记录时间')),
                ('photo', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.storedfile', verbose_name='照片')),
                ('recorded_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('visit', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='reviews.sitevisit')),
            ],
            options={
                'verbose_name': '问题点',
                'verbose_name_plural': '问题点',
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('slot', models.CharField(max_length=60, verbose_name='位置')),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('caption', models.CharField(blank=True, default='', max_length=100, verbose_name='说明')),
                ('position', models.IntegerField(default=0)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('removed_at', models.DateTimeField(null=True)),
                ('added_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='reviews.dossier')),
                ('file', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='documents.storedfile')),
            ],
            options={
                'verbose_name': '佐证材料',
                'verbose_name_plural': '佐证材料',
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('tenant_id', 'dossier', 'slot', 'file'), name='reviews_evidence_once', violation_error_message='这个位置已经有同样的文件。')],
            },
        ),
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('obligation', models.CharField(max_length=40, verbose_name='事项')),
                ('text', models.TextField(blank=True, default='', verbose_name='说明')),
                ('filed_at', models.DateTimeField(verbose_name='报送时间')),
                ('campaign', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='campaigns.campaign')),
                ('file', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='documents.storedfile', verbose_name='文件')),
                ('filed_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('organisation', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation', verbose_name='单位')),
            ],
            options={
                'verbose_name': '县区报送',
                'verbose_name_plural': '县区报送',
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'campaign', 'obligation', 'organisation'), name='reviews_filing_once', violation_error_message='这一事项已经报送。')],
            },
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'dossier', 'number'), name='reviews_revision_number'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'receipt'), name='reviews_revision_receipt'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(fields=['tenant_id', 'campaign', 'state', 'step', 'waiting_since'], name='reviews_dossier_waiting'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('tenant_id', 'campaign', 'community'), name='reviews_dossier_once', violation_error_message='这个小区在本次活动中已经申报。'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'number'), name='reviews_dossier_number'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'in_review', 'returned', 'refused', 'withdrawn', 'scoring', 'decision', 'listed', 'awarded', 'not_awarded'])), name='reviews_dossier_state'),
        ),
        migrations.AddConstraint(
            model_name='deskcheck',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'revision'), name='reviews_deskcheck_once'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'revision', 'step'), name='reviews_signoff_once', violation_error_message='这一环节已经签署。'),
        ),
        migrations.AddConstraint(
            model_name='signoff',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['agree', 'return', 'refuse', 'skipped'])), name='reviews_signoff_outcome'),
        ),
        migrations.AddConstraint(
            model_name='sitevisit',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'revision'), name='reviews_sitevisit_once'),
        ),
        core.tenancy.EnableTenancy('dossier'),
        core.tenancy.EnableTenancy('revision'),
        core.tenancy.EnableTenancy('deskcheck'),
        core.tenancy.EnableTenancy('signoff'),
        core.tenancy.EnableTenancy('sitevisit'),
        core.tenancy.EnableTenancy('finding'),
        core.tenancy.EnableTenancy('evidence'),
        core.tenancy.EnableTenancy('filing'),
    ]
