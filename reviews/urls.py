from django.urls import path

from reviews.views import (
    desk_checks,
    dossiers,
    drafts,
    evidence,
    filings,
    papers,
    previews,
    sign_offs,
    site_visits,
    submissions,
    version_moves,
)

app_name = "reviews"
urlpatterns = [
    path("campaigns/drafts/<uuid:pk>/preview/", previews.draft_preview, name="draft_preview"),
    path("dossiers/", dossiers.dossier_list, name="dossier_list"),
    path("dossiers/export/", dossiers.dossier_export, name="dossier_export"),
    path("dossiers/create/", dossiers.dossier_create, name="dossier_create"),
    path("dossiers/<uuid:pk>/", dossiers.dossier_detail, name="dossier_detail"),
    path("campaigns/<slug:key>/move-dossiers/", version_moves.dossier_move, name="dossier_move"),
    path("dossiers/<uuid:pk>/withdraw/", dossiers.dossier_withdraw, name="dossier_withdraw"),
    path("dossiers/<uuid:pk>/form/", drafts.dossier_form, name="dossier_form"),
    path("dossiers/<uuid:pk>/case-report/", drafts.dossier_case_report, name="dossier_case_report"),
    path(
        "dossiers/<uuid:pk>/self-assessment/",
        drafts.dossier_self_assessment,
        name="dossier_self_assessment",
    ),
    path(
        "dossiers/<uuid:pk>/autosave/<slug:part>/",
        drafts.dossier_autosave,
        name="dossier_autosave",
    ),
    path("dossiers/<uuid:pk>/materials/", evidence.dossier_materials, name="dossier_materials"),
    path("dossiers/<uuid:pk>/evidence/", evidence.dossier_evidence, name="dossier_evidence"),
    path("dossiers/<uuid:pk>/evidence/<str:slot>/", evidence.dossier_slot, name="dossier_slot"),
    path("evidence/<uuid:pk>/file/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<uuid:pk>/thumbnail/", evidence.evidence_thumbnail, name="evidence_thumbnail"),
    path("evidence/<uuid:pk>/caption/", evidence.evidence_caption, name="evidence_caption"),
    path("evidence/<uuid:pk>/remove/", evidence.evidence_remove, name="evidence_remove"),
    path("dossiers/<uuid:pk>/papers/", papers.dossier_papers, name="dossier_papers"),
    path("dossiers/<uuid:pk>/papers/<slug:kind>/", papers.dossier_paper, name="dossier_paper"),
    path("dossiers/<uuid:pk>/check/", submissions.dossier_check, name="dossier_check"),
    path("dossiers/<uuid:pk>/submit/", submissions.dossier_submit, name="dossier_submit"),
    path(
        "dossiers/<uuid:pk>/receipt/<int:number>/",
        submissions.dossier_receipt,
        name="dossier_receipt",
    ),
    path(
        "dossiers/<uuid:pk>/revisions/<int:number>/",
        submissions.dossier_revision,
        name="dossier_revision",
    ),
    path("sign-offs/", sign_offs.sign_off_list, name="sign_off_list"),
    path("sign-offs/<uuid:pk>/scan/", sign_offs.sign_off_scan, name="sign_off_scan"),
    path("dossiers/<uuid:pk>/sign-off/", sign_offs.sign_off, name="sign_off"),
    path("dossiers/<uuid:pk>/desk-check/", desk_checks.desk_check, name="desk_check"),
    path("dossiers/<uuid:pk>/site-visit/", site_visits.site_visit, name="site_visit"),
    path(
        "dossiers/<uuid:pk>/site-visit/edit/", site_visits.site_visit_edit, name="site_visit_edit"
    ),
    path(
        "dossiers/<uuid:pk>/site-visit/close/",
        site_visits.site_visit_close,
        name="site_visit_close",
    ),
    path(
        "dossiers/<uuid:pk>/site-visit/findings/new/",
        site_visits.finding_create,
        name="finding_create",
    ),
    path("findings/<uuid:pk>/remove/", site_visits.finding_remove, name="finding_remove"),
    path("findings/<uuid:pk>/photo/", site_visits.finding_photo, name="finding_photo"),
    path("findings/<uuid:pk>/thumbnail/", site_visits.finding_thumbnail, name="finding_thumbnail"),
    path("filings/", filings.filing_list, name="filing_list"),
    path("filings/<uuid:pk>/", filings.filing_detail, name="filing_detail"),
    path("filings/<uuid:pk>/file/", filings.filing_file, name="filing_file"),
    path(
        "campaigns/<slug:key>/filings/<str:obligation>/new/",
        filings.filing_create,
        name="filing_create",
    ),
]
