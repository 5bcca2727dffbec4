from django.conf import settings


def test_catalogue_shows_every_component(client, people):
    client.force_login(people.city_officer.user)
    response = client.get("/yunzhou/catalogue/")
    assert response.status_code == 200
    shown = {template.name for template in response.templates}
    for path in (settings.BASE_DIR / "templates" / "components").glob("*.html"):
        assert f"components/{path.name}" in shown or path.name in ("menu.html", "messages.html")
