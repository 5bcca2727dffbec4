from django.urls import path

from communities.views import communities, companies, facts

app_name = "communities"
urlpatterns = [
    path("communities/", communities.community_list, name="community_list"),
    path("communities/export/", communities.community_export, name="community_export"),
    path("communities/new/", communities.community_create, name="community_create"),
    path("communities/<uuid:pk>/", communities.community_detail, name="community_detail"),
    path("communities/<uuid:pk>/edit/", communities.community_update, name="community_update"),
    path("communities/<uuid:pk>/facts/new/", facts.fact_create, name="fact_create"),
    path("facts/<uuid:pk>/file/", facts.fact_file, name="fact_file"),
    path("companies/", companies.company_list, name="company_list"),
    path("companies/new/", companies.company_create, name="company_create"),
    path("companies/<uuid:pk>/edit/", companies.company_update, name="company_update"),
]
