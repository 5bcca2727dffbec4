"""Invitations: by the administrator, a link used once, within a week, by its receiver."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Membership, User
from accounts.services.invitations import invite_member, link_of
from core.jobs import run_job
from core.models import Job
from tests.accounts.conftest import inside, people_url, records_of, signed_in, text_of, try_password
from tests.factories import cast
from tests.factories.forms import read_form

SECRET = "four lamps above the harbour"


def invite(city, by="tenant_admin", **changes):
    """Fill in the page as the administrator; return the answer."""
    client = signed_in(getattr(city.people, by))
    url = people_url(city, "invitation_create")
    page = client.get(url)
    if page.status_code != 200:
        return page
    company = city.people.applicant.organisation
    given = {
        "name": "新来的经办人",
        "email": "",
        "role": "applicant",
        "organisation": str(company.pk),
    }
    fields = read_form(page, "role").filled(**given | changes)
    answer = client.post(url, fields)
    return client.get(answer.url) if answer.status_code == 302 else answer


def link_on(page) -> str:
    return re.search(r'value="https?://[^/]+(/account/invitation/[^"]+)"', page.content.decode())[1]


def join(client, link, username="newcomer", password=SECRET, **changes):
    fields = read_form(client.get(link), "username").filled(
        username=username, password=password, again=password, **changes
    )
    return client.post(link, fields)


def members(city, **filters):
    with inside(city):
        return list(Membership.objects.filter(**filters).select_related("user"))


def test_newcomer_sets_name_and_password_and_is_in(client, city):
    answer = join(client, link_on(invite(city)))
    assert answer.url == "/yunzhou/"
    assert client.get("/yunzhou/").status_code == 200
    (member,) = members(city, user__username="newcomer")
    assert (member.role, member.organisation_id) == (
        "applicant",
        city.people.applicant.organisation_id,
    )
    assert member.user.name == "新来的经办人"
    verbs = [record.verb for record in records_of(city)]
    assert verbs[-3:] == ["invitation.created", "membership.added", "invitation.accepted"]


def test_secret_is_stored_as_a_hash_and_shown_to_the_inviter_only_for_a_while(city):
    page = invite(city)
    token = link_on(page).rstrip("/").rsplit("/", 1)[1]
    assert len(token) == 43
    with inside(city):
        stored = Invitation.objects.get()
        assert token not in str(vars(stored))
        assert token not in str(list(Job.objects.values()))
    again = people_url(city, "invitation_detail", stored.pk)
    admin = signed_in(city.people.tenant_admin)
    assert token in admin.get(again).content.decode()
    with inside(city):
        Invitation.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert token not in admin.get(again).content.decode()
    assert token not in admin.get(people_url(city, "invitation_list")).content.decode()


def test_link_is_good_once(client, city):
    link = link_on(invite(city))
    assert join(client, link).status_code == 302
    for other in (Client(), signed_in(city.people.other_applicant)):
        for answer in (other.get(link), other.post(link, {})):
            assert answer.status_code == 409 and "已经用过" in text_of(answer)
    assert len(members(city, role="applicant")) == 3


def test_link_dies_after_a_week(client, city):
    link = link_on(invite(city))
    with inside(city):
        assert Invitation.objects.get().expires_at - timezone.now() > timedelta(days=6, hours=23)
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.get(link)
    assert answer.status_code == 409 and "已经过期" in text_of(answer)
    assert client.post(link, {"username": "newcomer"}).status_code == 409
    assert not User.objects.filter(username="newcomer").exists()


def test_revoked_link_is_dead(client, city):
    page = invite(city)
    link = link_on(page)
    with inside(city):
        invitation = Invitation.objects.get()
    url = people_url(city, "invitation_revoke", invitation.pk)
    assert signed_in(city.people.city_officer).post(url).status_code == 403
    assert client.get(link).status_code == 200
    assert signed_in(city.people.tenant_admin).post(url).status_code == 302
    assert "已被撤回" in text_of(client.get(link))
    assert signed_in(city.people.tenant_admin).post(url).status_code == 409
    assert "invitation.revoked" in [record.verb for record in records_of(city)]


def test_person_with_an_account_signs_in_and_accepts(client, city, next_door):
    link = link_on(invite(city))
    page = client.get(link)
    sign_in = re.search(r'href="(/account/sign-in/\?next=[^"]+)"', page.content.decode())[1]
    fields = read_form(client.get(sign_in), "username").filled(
        username="linzhou-county_officer", password=cast.PASSWORD
    )
    assert client.post("/account/sign-in/", fields).url == link
    page = client.get(link)
    assert "linzhou-county_officer" in text_of(page)
    assert client.get("/yunzhou/").status_code == 404
    assert client.post(link, {}).url == "/yunzhou/"
    assert client.get("/yunzhou/").status_code == 200
    assert len(members(city, user__username="linzhou-county_officer")) == 1
    assert len(members(next_door, user__username="linzhou-county_officer")) == 1


def test_same_membership_twice_is_refused_and_keeps_the_link(city):
    link = link_on(invite(city))
    answer = signed_in(city.people.applicant).post(link, {})
    assert answer.status_code == 409 and "已经有同样的任职" in text_of(answer)
    assert signed_in(city.people.other_applicant).post(link, {}).status_code == 302


def test_disabled_membership_is_enabled_by_an_invitation(city):
    with inside(city):
        Membership.objects.filter(pk=city.people.applicant.pk).update(is_active=False)
    link = link_on(invite(city))
    client = signed_in(city.people.applicant)
    assert client.get("/yunzhou/").status_code == 404
    assert client.post(link, {}).status_code == 302
    assert client.get("/yunzhou/").status_code == 200


def test_looking_at_the_link_uses_nothing_up(client, city, writes):
    link = link_on(invite(city))
    viewer = signed_in(city.people.other_applicant)
    writes.found.clear()
    for _ in range(2):
        assert client.get(link).status_code == 200
        assert viewer.get(link).status_code == 200
    assert writes.found == []


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "A" * 3000])
def test_wrong_secret_is_not_found(client, city, token):
    invite(city)
    assert client.get(f"/account/invitation/yunzhou/{token}/").status_code == 404


def test_link_is_bound_to_its_tenant(client, city, next_door):
    link = link_on(invite(city))
    assert client.get(link.replace("yunzhou", "linzhou")).status_code == 404
    assert client.get(link.replace("yunzhou", "platform")).status_code == 404
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"username": "yunzhou-applicant"}, "已经有人使用"),
        ({"username": "ＹＵＮＺＨＯＵ-applicant"}, "已经有人使用"),
        ({"username": "a b"}, "不能有空格"),
        ({"username": "ab"}, "至少 3 个字符"),
        ({"password": "short"}, "至少 12 个字符"),
        ({"password": "yunzhou2023!!"}, "去掉单位名"),
        ({"password": "newcomer2023"}, "去掉单位名"),
    ],
)
def test_newcomer_is_told_what_to_correct_and_the_link_stays_good(client, city, given, words):
    link = link_on(invite(city))
    answer = join(client, link, **given)
    assert answer.status_code == 200 and words in text_of(answer)
    assert join(client, link).status_code == 302


def test_role_and_organisation_must_fit(city):
    answer = invite(city, role="county_officer")
    assert answer.status_code == 200 and "只能属于：县区住建局" in text_of(answer)
    with inside(city):
        assert not Invitation.objects.exists()


def test_organisation_next_door_cannot_be_named(city, next_door):
    foreign = next_door.people.applicant.organisation
    answer = invite(city, organisation=str(foreign.pk))
    assert answer.status_code == 200 and foreign.name in "安居物业公司"
    with inside(city):
        assert not Invitation.objects.exists()


def test_only_the_administrator_invites(city, next_door):
    for role in ("city_officer", "county_officer", "auditor", "applicant"):
        assert invite(city, by=role).status_code == 403
    url = people_url(city, "invitation_create")
    assert signed_in(next_door.people.tenant_admin).get(url).status_code == 404
    with inside(city):
        assert not Invitation.objects.exists()


def test_sent_twice_is_one_invitation(city):
    client = signed_in(city.people.tenant_admin)
    url = people_url(city, "invitation_create")
    fields = read_form(client.get(url), "role").filled(
        name="张", role="applicant", organisation=str(city.people.applicant.organisation_id)
    )
    first, second = client.post(url, fields), client.post(url, fields)
    assert first.url == second.url
    with inside(city):
        assert Invitation.objects.count() == 1


def test_administrator_does_not_audit_themselves(city):
    link = link_on(
        invite(city, role="auditor", organisation=str(city.people.auditor.organisation_id))
    )
    answer = signed_in(city.people.tenant_admin).post(link, {})
    assert answer.status_code == 409 and "不能由同一个人担任" in text_of(answer)


def test_link_is_mailed_by_a_job(client, city):
    page = invite(city, email="newcomer@example.org")
    with inside(city):
        job = Job.objects.get(kind="accounts.send_invitation")
    assert mail.outbox == []
    assert run_job(city.tenant.pk, str(job.pk)) == "done"
    (message,) = mail.outbox
    assert message.to == ["newcomer@example.org"] and link_on(page) in message.body
    assert "安居物业公司 申报单位" in message.body


def test_mail_of_a_revoked_invitation_is_not_sent(city):
    invite(city, email="newcomer@example.org")
    with inside(city):
        Invitation.objects.update(revoked_at=timezone.now())
        job = Job.objects.get(kind="accounts.send_invitation")
    assert run_job(city.tenant.pk, str(job.pk)) == "done"
    assert mail.outbox == []


def test_invited_county_officer_still_needs_the_second_factor(client, city):
    city.tenant.requires_second_factor = True
    city.tenant.save()
    with inside(city):
        link = link_of(
            invite_member(
                name="县区经办人",
                organisation=city.people.county_officer.organisation,
                role="county_officer",
                actor=city.people.tenant_admin,
            )
        )
    link = re.sub("^https?://[^/]+", "", link)
    assert join(client, link, "county-newcomer").url == "/yunzhou/"
    assert client.get("/yunzhou/").url.startswith("/account/second-factor/")


def test_newcomer_can_sign_in_afterwards(city):
    assert join(Client(), link_on(invite(city))).status_code == 302
    assert try_password(Client(), "newcomer", SECRET).url == "/yunzhou/"
