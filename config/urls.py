"""All URLs. What lies under /<tenant>/ runs inside that tenant's transaction."""

from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from campaigns.views.pages import definition_schema
from config import health
from core.access import public_page

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("schema/definition.json", definition_schema, name="definition_schema"),
    path(
        "",
        public_page(require_safe(RedirectView.as_view(pattern_name="accounts:home"))),
        name="root",
    ),
    path("account/", include("accounts.urls")),
    path("platform/", include("accounts.platform_urls")),
    path("<slug:tenant>/", include("accounts.tenant_urls")),
    path("<slug:tenant>/", include("documents.urls")),
    path("<slug:tenant>/", include("communities.urls")),
    path("<slug:tenant>/", include("campaigns.urls")),
    path("<slug:tenant>/", include("messaging.urls")),
    path("<slug:tenant>/", include("reviews.urls")),
    path("<slug:tenant>/", include("scoring.urls")),
    path("<slug:tenant>/", include("publications.urls")),
    path("<slug:tenant>/", include("portal.urls")),
]

handler400 = "core.requests.bad_request"
