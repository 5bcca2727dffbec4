from django.urls import path

from portal.views import catalogue, home, overview

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("campaigns/<slug:key>/overview/", overview.overview, name="overview"),
    path("catalogue/", catalogue.show, name="catalogue"),
]
