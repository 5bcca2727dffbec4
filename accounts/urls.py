from django.urls import path

from accounts.views import invitations, passwords, second_factor, sign_in

app_name = "accounts"
urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("second-factor/setup/", second_factor.second_factor_setup, name="second_factor_setup"),
    path("password/", passwords.password_change, name="password_change"),
    path("password-reset/", passwords.password_reset, name="password_reset"),
    path("password-reset/sent/", passwords.password_reset_sent, name="password_reset_sent"),
    path(
        "password-reset/<str:uid>/<str:token>/",
        passwords.password_reset_confirm,
        name="password_reset_confirm",
    ),
    path("invitation/<slug:slug>/<str:token>/", invitations.invitation, name="invitation"),
]
