"""Pages by key: every row once, in both directions, and no token that breaks a page."""

import base64
import json

import pytest

from accounts.enums import Level
from accounts.models import Division
from core.pagination import page_by_key, page_of
from tests.factories.cast import make_divisions


@pytest.fixture
def divisions(tenant):
    make_divisions()
    Division.objects.bulk_create(
        Division(level=Level.STREET, code=f"s{n:02}", name=f"街道{n % 3}", path=f"/s{n:02}/")
        for n in range(20)
    )
    return Division.objects.values("pk", "code", "name")


def walk(queryset, order, size):
    """All pages forwards, then all pages back from the last one."""
    forwards, page = [], page_by_key(queryset, order=order, size=size)
    assert page.previous_token == ""
    forwards.append(page)
    while page.next_token:
        page = page_by_key(queryset, order=order, token=page.next_token, size=size)
        forwards.append(page)
    backwards = [page]
    while page.previous_token:
        page = page_by_key(queryset, order=order, token=page.previous_token, size=size)
        backwards.append(page)
    return forwards, backwards[::-1]


@pytest.mark.parametrize("size", [1, 4, 9, 26, 27, 28, 100])
@pytest.mark.parametrize("order", [("code",), ("-code",), ("name", "-code"), ("-name", "code")])
def test_walk_shows_every_row_once_in_both_directions(divisions, order, size):
    expected = list(divisions.order_by(*order))
    forwards, backwards = walk(divisions, order, size)
    assert [row for page in forwards for row in page.rows] == expected
    assert [row for page in backwards for row in page.rows] == expected


def test_rows_may_be_instances_or_named_tuples(divisions):
    for rows in (Division.objects.all(), Division.objects.values_list("pk", "code", named=True)):
        page = page_by_key(rows, order=("code", "pk"), size=5)
        following = page_by_key(rows, order=("code", "pk"), token=page.next_token, size=5)
        codes = [row.code for row in (*page.rows, *following.rows)]
        assert codes == sorted(codes) and len(set(codes)) == 10


def token(*key):
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "forged",
    ["x", "é", "%00", "[]", token(), token(">"), token(">", None), token(">", "a\0b"),
     token(">", {"a": 1}), token("?", "a"), token(">", "a", "b"), token(">", "a" * 500),
     base64.urlsafe_b64encode(b"[" * 5000).decode()],
)  # fmt: skip
def test_forged_token_gives_the_first_page(divisions, forged):
    page = page_by_key(divisions, order=("code",), token=forged, size=5)
    assert page.is_stale
    assert page.rows == list(divisions.order_by("code")[:5])


@pytest.mark.parametrize("key", ["", "no-uuid", 1e400, 10**40, -1])
def test_forged_key_of_another_type_gives_the_first_page(divisions, key):
    assert page_by_key(divisions, order=("pk",), token=token(">", key), size=5).is_stale


def test_page_whose_rows_are_gone_falls_back_to_the_first(divisions):
    page = page_by_key(divisions, order=("code",), token=token(">", "zzz"), size=5)
    assert page.rows == list(divisions.order_by("code")[:5])


def test_page_costs_one_query_and_keeps_the_filters(divisions, rf, django_assert_num_queries):
    first = page_of(rf.get("/", {"q": "街道", "page": ""}), divisions, order=("code",), size=5)
    assert first.previous_url == "" and "q=%E8%A1%97" in first.next_url
    with django_assert_num_queries(1):
        page = page_of(rf.get("/" + first.next_url), divisions, order=("code",), size=5)
    assert page.rows == list(divisions.order_by("code")[5:10])
    assert page.previous_url and page.next_url
