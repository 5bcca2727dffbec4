from django.urls import path

from portal.views import catalogue

app_name = "portal"
urlpatterns = [
    path("catalogue/", catalogue.show, name="catalogue"),
]
