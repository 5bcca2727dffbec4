"""A county's order of recommendation."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.errors import Conflict
from reviews.selectors.recommendations import county_orders
from reviews.services.recommendations import order_recommendations
from tests.factories import sign_offs as make
from tests.standing import standing


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@standing
def dossiers(people, campaign):
    """Two that the county agreed to, one that still waits for it."""
    made = [
        make.make_submitted(people, community=make.make_community(people, name))
        for name in ("荷风苑", "云栖里", "听雨轩")
    ]
    return [
        make.pass_to(dossier, "scoring" if n < 2 else "county", people)
        for n, dossier in enumerate(made)
    ]


def order_of(campaign, member):
    (order,) = county_orders(campaign, member)
    return order


def put(people, campaign, *places, **fields):
    order = order_of(campaign, people.county_officer)
    by_number = sorted((d for _, d in order.rows), key=lambda d: d.number)
    values = {
        "actor": people.county_officer,
        "places": {d.pk: place for d, place in zip(by_number, places, strict=False)},
        "token": order.token,
    }
    order_recommendations(campaign, **values | fields)


def test_the_county_orders_what_it_agreed_to(people, campaign, dossiers):
    assert [place for place, _ in order_of(campaign, people.county_officer).rows] == [None, None]
    put(people, campaign, 7, 3)
    expected = [(1, dossiers[1]), (2, dossiers[0])]
    assert order_of(campaign, people.city_officer).rows == expected
    assert not county_orders(campaign, people.other_county_officer)


def test_a_wrong_order_is_refused(people, campaign, dossiers):
    with pytest.raises(ValidationError):
        put(people, campaign, 1, 1)
    with pytest.raises(PermissionDenied):
        put(people, campaign, 1, 2, actor=people.city_officer)
    former = order_of(campaign, people.county_officer).token
    put(people, campaign, 1, 2)
    with pytest.raises(Conflict):
        put(people, campaign, 2, 1, token=former)
    former = order_of(campaign, people.county_officer).token
    make.pass_to(dossiers[2], "scoring", people)
    with pytest.raises(Conflict):
        put(people, campaign, 2, 1, token=former)


def test_the_page_of_the_county(people, campaign, dossiers, sign_in):
    client = sign_in(people.county_officer)
    url = reverse("reviews:recommendation_list", args=["yunzhou", campaign.key])
    page = client.get(url).content.decode()
    assert "还差 7 个" in page  # the quota of applications
    token = order_of(campaign, people.county_officer).token
    names = [f"place:{d.pk}" for d in dossiers[:2]]
    wrong = client.post(url, {"token": token, names[0]: "2", names[1]: "2"}).content.decode()
    assert "次序 2 重复" in wrong
    assert client.post(url, {"token": token, names[0]: "2", names[1]: "1"}).status_code == 302
    page = sign_in(people.city_officer).get(url).content.decode()
    assert page.index("云栖里") < page.index("荷风苑")
