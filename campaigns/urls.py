from django.urls import path

from campaigns.views import (
    changes,
    comparisons,
    draft_lists,
    draft_parts,
    drafts,
    editions,
    imports,
    pages,
)

app_name = "campaigns"
urlpatterns = [
    path("campaigns/", pages.campaign_list, name="campaign_list"),
    path("campaigns/new/", changes.campaign_create, name="campaign_create"),
    path("campaigns/imports/", imports.import_list, name="import_list"),
    path("campaigns/imports/new/", imports.import_create, name="import_create"),
    path("campaigns/imports/<uuid:pk>/", imports.import_detail, name="import_detail"),
    path("campaigns/imports/<uuid:pk>/accept/", imports.import_accept, name="import_accept"),
    path(
        "campaigns/imports/<uuid:pk>/take-over/", imports.import_take_over, name="import_take_over"
    ),
    path("campaigns/imports/<uuid:pk>/discard/", imports.import_discard, name="import_discard"),
    path("campaigns/imports/<uuid:pk>/items/<slug:row>/", imports.import_item, name="import_item"),
    path(
        "campaigns/imports/<uuid:pk>/sections/<slug:row>/",
        imports.import_section,
        name="import_section",
    ),
    *(
        path(
            f"campaigns/imports/<uuid:pk>/items/<slug:row>/{decision}/",
            imports.import_decide,
            {"decision": decision},
            name=f"import_item_{decision}",
        )
        for decision in imports.DECISIONS
    ),
    path("campaigns/drafts/", drafts.draft_list, name="draft_list"),
    path("campaigns/drafts/new/", drafts.draft_create, name="draft_create"),
    path("campaigns/drafts/<uuid:pk>/", drafts.draft_detail, name="draft_detail"),
    path("campaigns/drafts/<uuid:pk>/unstated/", drafts.draft_unstated, name="draft_unstated"),
    path("campaigns/drafts/<uuid:pk>/discard/", drafts.draft_discard, name="draft_discard"),
    path("campaigns/drafts/<uuid:pk>/store/<slug:goal>/", drafts.draft_store, name="draft_store"),
    path(
        "campaigns/drafts/<uuid:pk>/part/<path:place>/", draft_parts.draft_part, name="draft_part"
    ),
    path("campaigns/drafts/<uuid:pk>/add/<path:place>/", draft_lists.draft_add, name="draft_add"),
    path(
        "campaigns/drafts/<uuid:pk>/remove/<path:place>/",
        draft_lists.draft_remove,
        name="draft_remove",
    ),
    path("campaigns/<slug:key>/", pages.campaign_detail, name="campaign_detail"),
    path("campaigns/<slug:key>/definition/", pages.definition, name="definition"),
    path(
        "campaigns/<slug:key>/definition.yaml",
        pages.definition_export,
        {"suffix": "yaml"},
        name="definition_export",
    ),
    path(
        "campaigns/<slug:key>/definition.json",
        pages.definition_export,
        {"suffix": "json"},
        name="definition_export_json",
    ),
    path("definitions/compare/", comparisons.compare_definitions, name="compare"),
    path("campaigns/<slug:key>/versions/new/", changes.version_create, name="version_create"),
    path("campaigns/<slug:key>/derive/", editions.campaign_derive, name="campaign_derive"),
    path("campaigns/<slug:key>/refine/", editions.campaign_refine, name="campaign_refine"),
    path(
        "campaigns/<slug:key>/open/", changes.campaign_move, {"move": "open"}, name="campaign_open"
    ),
    path(
        "campaigns/<slug:key>/close/",
        changes.campaign_move,
        {"move": "close"},
        name="campaign_close",
    ),
    path(
        "campaigns/<slug:key>/archive/",
        changes.campaign_move,
        {"move": "archive"},
        name="campaign_archive",
    ),
]
