from django.urls import path

from accounts.views import calendar, platform

app_name = "platform"
urlpatterns = [
    path("", platform.tenant_list, name="tenant_list"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:pk>/remove/", calendar.calendar_remove, name="calendar_remove"),
    path("tenants/new/", platform.tenant_create, name="tenant_create"),
    path("tenants/<slug:slug>/", platform.tenant_detail, name="tenant_detail"),
    path("tenants/<slug:slug>/suspend/", platform.tenant_suspend, name="tenant_suspend"),
    path("tenants/<slug:slug>/resume/", platform.tenant_resume, name="tenant_resume"),
]
