import core.tenancy
import django.db.models.deletion
import django.db.models.functions.datetime
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('reviews', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Expert',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('field', models.CharField(max_length=60, verbose_name='专业')),
                ('employer', models.CharField(max_length=100, verbose_name='工作单位')),
                ('is_active', models.BooleanField(default=True, verbose_name='在库')),
                ('membership', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expert_entries', to='accounts.membership')),
            ],
            options={
                'verbose_name': '评审专家',
                'verbose_name_plural': '评审专家',
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('state', models.CharField(choices=[('assigned', '待评分'), ('submitted', '已提交'), ('recused', '回避')], default='assigned', max_length=12, verbose_name='状态')),
                ('recusal_reason', models.CharField(blank=True, default='', max_length=200, verbose_name='回避理由')),
                ('assigned_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='reviews.dossier')),
                ('expert', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='scoring.expert')),
            ],
            options={
                'verbose_name': '评审分派',
                'verbose_name_plural': '评审分派',
            },
        ),
        migrations.CreateModel(
            name='Panel',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('size', models.IntegerField(verbose_name='人数')),
                ('pool', models.JSONField(default=list, verbose_name='抽取名册')),
                ('exclusions', models.JSONField(default=list, verbose_name='排除及理由')),
                ('commitment', models.CharField(max_length=64, verbose_name='承诺值')),
                ('nonce', models.CharField(max_length=64)),
                ('source_text', models.CharField(max_length=200, verbose_name='公开随机源')),
                ('seed', models.CharField(blank=True, default='', max_length=64, verbose_name='种子')),
                ('committed_at', models.DateTimeField(verbose_name='承诺时间')),
                ('drawn_at', models.DateTimeField(null=True, verbose_name='抽取时间')),
                ('campaign', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='panels', to='campaigns.campaign')),
                ('created_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
            ],
            options={
                'verbose_name': '专家组',
                'verbose_name_plural': '专家组',
            },
        ),
        migrations.CreateModel(
            name='PanelSeat',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('position', models.IntegerField(verbose_name='顺位')),
                ('state', models.CharField(choices=[('seated', '入选'), ('alternate', '候补'), ('recused', '回避')], max_length=12, verbose_name='状态')),
                ('expert', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='scoring.expert')),
                ('panel', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='scoring.panel')),
            ],
            options={
                'verbose_name': '专家席位',
                'verbose_name_plural': '专家席位',
            },
        ),
        migrations.CreateModel(
            name='Ranking',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('number', models.IntegerField(verbose_name='次序')),
                ('sha256', models.CharField(max_length=64, verbose_name='校验值')),
                ('computed_at', models.DateTimeField(verbose_name='计算时间')),
                ('campaign', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rankings', to='campaigns.campaign')),
                ('computed_for', core.tenancy.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('version', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='campaigns.campaignversion')),
            ],
            options={
                'verbose_name': '排名',
                'verbose_name_plural': '排名',
            },
        ),
        migrations.CreateModel(
            name='RankingRow',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('group', models.CharField(blank=True, default='', max_length=40, verbose_name='分组')),
                ('rank', models.IntegerField(null=True, verbose_name='名次')),
                ('is_tied', models.BooleanField(default=False, verbose_name='并列')),
                ('total', models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name='总分')),
                ('sections', models.JSONField(default=dict, verbose_name='类别得分')),
                ('gates', models.JSONField(default=list, verbose_name='原则要求')),
                ('gates_passed', models.BooleanField(default=False, verbose_name='原则要求全部满足')),
                ('is_proposed', models.BooleanField(default=False, verbose_name='按规则拟入选')),
                ('explanation', models.JSONField(default=dict, verbose_name='计算过程')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ranking_rows', to='reviews.dossier')),
                ('ranking', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='scoring.ranking')),
            ],
            options={
                'verbose_name': '排名结果',
                'verbose_name_plural': '排名结果',
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('outcome', models.CharField(choices=[('winner', '拟入选'), ('not_selected', '不入选')], max_length=12, verbose_name='决定')),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='理由')),
                ('decided_at', models.DateTimeField(verbose_name='决定时间')),
                ('decided_by', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.membership')),
                ('dossier', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='reviews.dossier')),
                ('ranking_row', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='scoring.rankingrow')),
            ],
            options={
                'verbose_name': '审定',
                'verbose_name_plural': '审定',
            },
        ),
        migrations.CreateModel(
            name='Scorecard',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('total', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=6, verbose_name='总分')),
                ('sections', models.JSONField(default=dict, verbose_name='类别得分')),
                ('marked_items', models.IntegerField(default=0, verbose_name='已评项数')),
                ('due_items', models.IntegerField(verbose_name='应评项数')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='提交时间')),
                ('assignment', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scorecards', to='scoring.assignment')),
                ('revision', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='reviews.revision')),
                ('version', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, to='campaigns.campaignversion')),
            ],
            options={
                'verbose_name': '评分表',
                'verbose_name_plural': '评分表',
            },
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.UUIDField(default=core.tenancy.new_id, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('tenant_id', models.BigIntegerField(default=core.tenancy.current_tenant_id, editable=False, verbose_name='租户')),
                ('item', models.CharField(max_length=20, verbose_name='指标')),
                ('raw', models.JSONField()),
                ('points', models.DecimalField(decimal_places=2, max_digits=6, verbose_name='得分')),
                ('max_points', models.DecimalField(decimal_places=2, max_digits=6, verbose_name='满分')),
                ('comment', models.CharField(blank=True, default='', max_length=500, verbose_name='评语')),
                ('marked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='评分时间')),
                ('scorecard', core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='scoring.scorecard')),
            ],
            options={
                'verbose_name': '指标得分',
                'verbose_name_plural': '指标得分',
            },
        ),
        migrations.AddConstraint(
            model_name='expert',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'membership'), name='scoring_expert_once'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'dossier', 'expert'), name='scoring_assignment_once'),
        ),
        migrations.AddConstraint(
            model_name='panel',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'campaign'), name='scoring_panel_once'),
        ),
        migrations.AddConstraint(
            model_name='panelseat',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'panel', 'expert'), name='scoring_seat_once'),
        ),
        migrations.AddConstraint(
            model_name='ranking',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'campaign', 'number'), name='scoring_ranking_number'),
        ),
        migrations.AddConstraint(
            model_name='rankingrow',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'ranking', 'dossier'), name='scoring_rankingrow_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'dossier'), name='scoring_decision_once'),
        ),
        migrations.AddConstraint(
            model_name='scorecard',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'assignment'), name='scoring_scorecard_once'),
        ),
        migrations.AddConstraint(
            model_name='scorecard',
            constraint=models.CheckConstraint(condition=models.Q(('submitted_at', None), ('marked_items', models.F('due_items')), _connector='OR'), name='scoring_scorecard_complete', violation_error_message='还有指标没有评分，不能提交。'),
        ),
        migrations.AddConstraint(
            model_name='mark',
            constraint=models.UniqueConstraint(fields=('tenant_id', 'scorecard', 'item'), name='scoring_mark_once'),
        ),
        migrations.AddConstraint(
            model_name='mark',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 0), ('points__lte', models.F('max_points'))), name='scoring_mark_range', violation_error_message='得分超出范围。'),
        ),
        core.tenancy.EnableTenancy('expert'),
        core.tenancy.EnableTenancy('assignment'),
        core.tenancy.EnableTenancy('panel'),
        core.tenancy.EnableTenancy('panelseat'),
        core.tenancy.EnableTenancy('ranking'),
        core.tenancy.EnableTenancy('rankingrow'),
        core.tenancy.EnableTenancy('decision'),
        core.tenancy.EnableTenancy('scorecard'),
        core.tenancy.EnableTenancy('mark'),
    ]
