from django.urls import path

from publications.views import notices, objections, public

app_name = "publications"
urlpatterns = [
    path("notices/", notices.notice_list, name="notice_list"),
    path("campaigns/<slug:key>/notices/prepare/", notices.notice_prepare, name="notice_prepare"),
    path("notices/<uuid:pk>/", notices.notice_detail, name="notice_detail"),
    path("notices/<uuid:pk>/release/", notices.notice_release, name="notice_release"),
    path("notices/<uuid:pk>/pdf/", notices.notice_pdf, name="notice_pdf"),
    path("objections/", objections.objection_list, name="objection_list"),
    path("objections/<uuid:pk>/", objections.objection_detail, name="objection_detail"),
    path("public/", public.public_home, name="public_home"),
    path("public/notices/<uuid:pk>/", public.public_notice, name="public_notice"),
    path("public/notices/<uuid:pk>/pdf/", public.public_notice_pdf, name="public_notice_pdf"),
    path("public/notices/<uuid:pk>/objection/", public.objection_create, name="objection_create"),
    path(
        "public/notices/<uuid:pk>/objection/receipt/",
        public.objection_receipt,
        name="objection_receipt",
    ),
]
