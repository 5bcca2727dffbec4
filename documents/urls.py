from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("jobs/<uuid:pk>/", views.job, name="job"),
    path("uploads/<uuid:pk>/", views.upload, name="upload"),
    path("public/verify/", views.verify, name="verify"),
]
