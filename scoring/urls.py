from django.urls import path

from scoring.views import assignments, scorecards

app_name = "scoring"
urlpatterns = [
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
]
