from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("public/verify/", views.verify, name="verify"),
]
