from django.urls import path

from accounts.views import platform

app_name = "platform"
urlpatterns = [
    path("", platform.tenant_list, name="tenant_list"),
    path("tenants/new/", platform.tenant_create, name="tenant_create"),
    path("tenants/<slug:slug>/", platform.tenant_detail, name="tenant_detail"),
    path("tenants/<slug:slug>/suspend/", platform.tenant_suspend, name="tenant_suspend"),
    path("tenants/<slug:slug>/resume/", platform.tenant_resume, name="tenant_resume"),
]
