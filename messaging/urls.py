from django.urls import path

from messaging.views import inbox, outbox, templates

app_name = "messaging"
urlpatterns = [
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/read/", inbox.read_all, name="read_all"),
    path("messages/phone/", inbox.phone, name="phone"),
    path("messages/<uuid:pk>/open/", inbox.message_open, name="message_open"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<uuid:pk>/", outbox.delivery_detail, name="delivery_detail"),
    path("outbox/<uuid:pk>/<slug:act>/", outbox.delivery_act, name="delivery_act"),
    path("campaigns/<slug:key>/messages/", templates.message_plan, name="message_plan"),
    path(
        "campaigns/<slug:key>/messages/<slug:event>/",
        templates.message_template,
        name="message_template",
    ),
    path(
        "campaigns/<slug:key>/messages/<slug:event>/reset/",
        templates.template_reset,
        name="template_reset",
    ),
]
