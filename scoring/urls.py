from django.urls import path

from scoring.views import (
    assignments,
    experts,
    panels,
    previews,
    rankings,
    replays,
    scorecards,
    selections,
)  # fmt: skip

app_name = "scoring"
urlpatterns = [
    path(
        "campaigns/drafts/<uuid:pk>/preview/scorecard/",
        previews.draft_scorecard,
        name="draft_scorecard",
    ),
    path("experts/", experts.expert_list, name="expert_list"),
    path("experts/new/", experts.expert_create, name="expert_create"),
    path("experts/<uuid:pk>/switch/", experts.expert_switch, name="expert_switch"),
    path("campaigns/<slug:key>/panel/", panels.panel, name="panel"),
    path("campaigns/<slug:key>/panel/commit/", panels.panel_commit, name="panel_commit"),
    path("campaigns/<slug:key>/panel/draw/", panels.panel_draw, name="panel_draw"),
    path("campaigns/<slug:key>/panel/assign/", panels.panel_assign, name="panel_assign"),
    path("assignments/", assignments.assignment_list, name="assignment_list"),
    path("assignments/<uuid:pk>/recusal/", assignments.recusal, name="recusal"),
    path("scorecards/<uuid:pk>/", scorecards.scorecard, name="scorecard"),
    path("scorecards/<uuid:pk>/check/", scorecards.scorecard_check, name="scorecard_check"),
    path("scorecards/<uuid:pk>/marks/<str:item>/", scorecards.mark_save, name="mark_save"),
    path(
        "scorecards/<uuid:pk>/sections/<str:section>/", scorecards.section_save, name="section_save"
    ),
    path("scored-evidence/<uuid:pk>/file/", assignments.evidence_file, name="evidence_file"),
    path(
        "scored-evidence/<uuid:pk>/thumbnail/",
        assignments.evidence_thumbnail,
        name="evidence_thumbnail",
    ),
    path("campaigns/<slug:key>/selection/<str:step>/", selections.selection, name="selection"),
    path("campaigns/<slug:key>/ranking/", rankings.ranking, name="ranking"),
    path("campaigns/<slug:key>/ranking/compute/", rankings.ranking_request, name="ranking_request"),
    path("campaigns/<slug:key>/ranking/confirm/", rankings.ranking_confirm, name="ranking_confirm"),
    path("campaigns/<slug:key>/decision/", rankings.decision, name="decision"),
    path("campaigns/<slug:key>/replays/", replays.replay_list, name="replay_list"),
    path("replays/<uuid:pk>/", replays.replay_detail, name="replay_detail"),
    path("replays/<uuid:pk>/result.xlsx", replays.replay_export, name="replay_export"),
    path("ranking-rows/<uuid:pk>/", rankings.ranking_row, name="ranking_row"),
    path("rankings/<uuid:pk>/summary/", rankings.ranking_summary, name="ranking_summary"),
]
