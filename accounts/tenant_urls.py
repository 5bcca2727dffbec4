from django.urls import path

from accounts.views import delegations, invitations, members, organisations, records, sign_in

app_name = "people"
urlpatterns = [
    path("people/switch/", sign_in.switch, name="switch"),
    path("people/", members.member_list, name="member_list"),
    path("people/<uuid:pk>/", members.member_detail, name="member_detail"),
    path("people/<uuid:pk>/disable/", members.member_disable, name="member_disable"),
    path("people/<uuid:pk>/enable/", members.member_enable, name="member_enable"),
    path("people/<uuid:pk>/unlock/", members.member_unlock, name="member_unlock"),
    path(
        "people/<uuid:pk>/reset-second-factor/",
        members.member_reset_second_factor,
        name="member_reset_second_factor",
    ),
    path("people/invitations/", invitations.invitation_list, name="invitation_list"),
    path("people/invitations/new/", invitations.invitation_create, name="invitation_create"),
    path("people/invitations/<uuid:pk>/", invitations.invitation_detail, name="invitation_detail"),
    path(
        "people/invitations/<uuid:pk>/revoke/",
        invitations.invitation_revoke,
        name="invitation_revoke",
    ),
    path("people/organisations/", organisations.organisation_list, name="organisation_list"),
    path(
        "people/organisations/new/", organisations.organisation_create, name="organisation_create"
    ),
    path("people/delegations/", delegations.delegation_list, name="delegation_list"),
    path("people/delegations/<uuid:pk>/end/", delegations.delegation_end, name="delegation_end"),
    path("people/records/", records.operation_log, name="operation_log"),
]
