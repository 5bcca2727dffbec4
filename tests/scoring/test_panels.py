"""The pool, the draw and the assignments: services and pages."""

import json
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.enums import OrganisationKind, Role
from accounts.models import Organisation
from core import audit
from core.errors import Conflict, Refused
from core.tenancy import tenant_context
from scoring import draw
from scoring.enums import AssignmentState, SeatState
from scoring.models import Assignment, Expert, Panel, Scorecard
from scoring.services.panels import (
    add_expert,
    assign_dossiers,
    commit_panel,
    draw_panel,
    recuse,
    set_expert_active,
)
from tests.factories import cast
from tests.factories.cast import make_member
from tests.factories.dossiers import set_clock
from tests.factories.forms import read_form, read_forms
from tests.factories.panels import (
    SOURCE,
    SPOKEN,
    expert_member,
    make_experts,
    make_panel,
    make_scoring,
)


def url(name, *args):
    return reverse(f"scoring:{name}", args=["yunzhou", *args])


# Services


def test_a_draw_seats_and_assigns_and_can_be_repeated_from_what_is_stored(people):
    dossiers = make_scoring(people, 2)
    experts = make_experts(people, 8)
    campaign = dossiers[0].campaign
    reasons = {str(experts[0].pk): "与申报单位有业务往来"}
    panel = make_panel(people, campaign, size=5, exclusions=reasons)
    seats = list(panel.seats.order_by("position"))
    assert [s.state for s in seats] == [SeatState.SEATED] * 5 + [SeatState.ALTERNATE] * 2
    assert experts[0].pk not in {s.expert_id for s in seats}
    assert Assignment.objects.count() == Scorecard.objects.count() == 10
    chosen = [str(s.expert_id) for s in seats[:5]]
    result = draw.verify(
        panel.commitment_text, panel.commitment, panel.nonce, panel.source_text, chosen
    )
    assert (result.seed, list(result.keys)) == (panel.seed, [str(s.expert_id) for s in seats])
    assert json.loads(panel.commitment_text)["excluded"] == [
        {"id": str(experts[0].pk), "reason": "与申报单位有业务往来"}
    ]
    assert not list(audit.verify())


def test_commitment_and_draw_are_made_once_and_only_by_the_city(people):
    campaign = make_scoring(people)[0].campaign
    make_experts(people)
    commit = {"size": 5, "source": SOURCE}
    for stranger in (people.auditor, people.tenant_admin, people.county_officer):
        with pytest.raises(PermissionDenied):
            commit_panel(campaign, actor=stranger, **commit)
    for wrong, field in (({"size": 8}, "size"), ({"size": 4}, "size"), ({"source": " "}, "source")):
        with pytest.raises(ValidationError) as refused:
            commit_panel(campaign, actor=people.city_officer, **commit | wrong)
        assert field in refused.value.message_dict
    panel = commit_panel(campaign, actor=people.city_officer, **commit)
    with pytest.raises(Refused, match="还没有抽取"):
        assign_dossiers(panel, actor=people.city_officer)
    with pytest.raises(Conflict):
        commit_panel(campaign, actor=people.city_officer, **commit)
    with pytest.raises(PermissionDenied):
        draw_panel(panel, actor=people.auditor, source_text=SPOKEN)
    with pytest.raises(ValidationError):
        draw_panel(panel, actor=people.city_officer, source_text="  ")
    assert not Assignment.objects.exists()
    draw_panel(panel, actor=people.city_officer, source_text=SPOKEN)
    with pytest.raises(Conflict, match="已经抽取"):
        draw_panel(panel, actor=people.city_officer, source_text="别的号码")


def test_a_recused_expert_is_replaced_by_the_next_alternate_until_none_is_left(people):
    dossier = make_scoring(people)[0]
    make_experts(people, 6)
    panel = make_panel(people, dossier.campaign)
    seats = {s.position: s.expert_id for s in panel.seats.all()}
    first, second = Assignment.objects.filter(expert_id__in=[seats[1], seats[2]])
    for wrong in ("", "有关", "长" * 201):
        with pytest.raises(ValidationError):
            recuse(first, actor=expert_member(first), reason=wrong)
    with pytest.raises(PermissionDenied):
        recuse(first, actor=expert_member(second), reason="不是本人申请的")
    recuse(first, actor=expert_member(first), reason="曾为该企业提供咨询")
    assert set(
        Assignment.objects.exclude(state=AssignmentState.RECUSED).values_list("expert", flat=True)
    ) == {seats[n] for n in range(1, 7)} - {first.expert_id}
    with pytest.raises(Conflict):
        recuse(first, actor=expert_member(first), reason="曾为该企业提供咨询")
    recuse(second, actor=people.city_officer, reason="本人电话申请回避")
    assert Assignment.objects.count() == 6
    assert assign_dossiers(panel, actor=people.city_officer) == 0


def test_dossiers_that_arrive_later_are_assigned_once(people):
    dossier = make_scoring(people)[0]
    make_experts(people)
    panel = make_panel(people, dossier.campaign)
    set_clock("2023-09-20 10:00")
    make_scoring(people, 2)
    with pytest.raises(PermissionDenied):
        assign_dossiers(panel, actor=people.auditor)
    assert assign_dossiers(panel, actor=people.city_officer) == 10
    assert assign_dossiers(panel, actor=people.city_officer) == 0


def test_only_experts_enter_the_pool_and_rested_ones_are_not_drawn(people):
    experts = make_experts(people, 6)
    with pytest.raises(ValidationError, match="评审专家"):
        add_expert(
            actor=people.city_officer, membership=people.auditor, field="物业", employer="某"
        )
    with pytest.raises(PermissionDenied):
        set_expert_active(experts[0], actor=people.auditor, is_active=False)
    with pytest.raises(ValidationError):
        add_expert(
            actor=people.city_officer, membership=experts[0].membership, field="物业", employer="某"
        )
    set_expert_active(experts[0], actor=people.tenant_admin, is_active=False)
    campaign = make_scoring(people)[0].campaign
    panel = make_panel(people, campaign)
    assert str(experts[0].pk) not in {entry["id"] for entry in panel.pool}


# Pages


def test_the_pool_is_kept_on_its_pages(people, sign_in):
    client = sign_in(people.city_officer)
    assert "专家库还没有人" in client.get(url("expert_list")).content.decode()
    pool = Organisation.objects.get(kind=OrganisationKind.EXPERT_POOL)
    member = make_member(pool, Role.EXPERT)
    form = read_form(client.get(url("expert_create")))
    assert form.options["membership"] == ["", str(member.pk)]
    empty = client.post(url("expert_create"), form.filled())
    assert empty.status_code == 400
    long = client.post(url("expert_create"), form.filled(field="长" * 61))
    assert "最多 60 个字" in long.content.decode()
    filled = form.filled(membership=str(member.pk), field="物业管理", employer="某高校")
    assert client.post(url("expert_create"), filled).status_code == 302
    assert client.post(url("expert_create"), filled).status_code == 302
    expert = Expert.objects.get()
    listed = client.get(url("expert_list"))
    assert "某高校" in listed.content.decode()
    switch = read_form(listed, "is_active")
    client.post(switch.action, switch.filled(is_active="no"))
    expert.refresh_from_db()
    assert not expert.is_active
    auditor = sign_in(people.auditor)
    page = auditor.get(url("expert_list"))
    assert "某高校" in page.content.decode()
    assert not any("is_active" in form.options for form in read_forms(page))
    assert auditor.post(switch.action, {"is_active": "yes"}).status_code == 403
    assert auditor.get(url("expert_create")).status_code == 403
    for role in ("applicant", "county_officer"):
        assert sign_in(getattr(people, role)).get(url("expert_list")).status_code == 403


def test_the_panel_is_committed_drawn_and_verified_on_its_page(people, sign_in):
    campaign = make_scoring(people)[0].campaign
    experts = make_experts(people, 8)
    page, client = url("panel", campaign.key), sign_in(people.city_officer)
    response = client.get(page)
    assert "方案未规定评审人数" in response.content.decode()
    form = read_form(response)
    wrong = client.post(form.action, form.filled(size="99", source=""))
    assert wrong.status_code == 400
    assert "error-summary" in wrong.content.decode()
    few = client.post(form.action, form.filled(size="3", source=SOURCE))
    assert (few.status_code, "不能少于 5 人" in few.content.decode()) == (400, True)
    excluded = {f"exclude-{experts[0].pk}": "与申报单位有业务往来"}
    assert (
        client.post(form.action, form.filled(size="5", source=SOURCE, **excluded)).status_code
        == 302
    )
    panel = Panel.objects.get()
    response = client.get(page)
    text = response.content.decode()
    assert panel.commitment in text
    assert panel.nonce not in text  # secret until the draw
    assert "与申报单位有业务往来" in text
    form = read_form(response)
    assert client.post(form.action, form.filled(source_text="")).status_code == 400
    body = form.filled(source_text=SPOKEN)
    assert client.post(form.action, body).status_code == 302
    assert client.post(form.action, body).status_code == 302
    panel.refresh_from_db()
    text = client.get(page).content.decode()
    assert "验证通过" in text
    for part in (panel.nonce, panel.seed, panel.source_text):
        assert part in text
    assert len(set(re.findall(r'hash">([0-9a-f]{64})<', text))) == 3 + 7  # and 7 keys
    Panel.objects.update(source_text="改过的号码")
    assert "验证不通过" in client.get(page).content.decode()


def test_later_dossiers_are_assigned_from_the_page_and_the_auditor_only_looks(scene, sign_in):
    set_clock("2023-09-20 10:00")
    make_scoring(scene.people)
    page = url("panel", scene.campaign.key)
    auditor = sign_in(scene.people.auditor)
    text = auditor.get(page)
    assert "还没有分派" in text.content.decode()
    assert not any(form.action.endswith("/assign/") for form in read_forms(text))
    assert auditor.post(url("panel_assign", scene.campaign.key)).status_code == 403
    assert auditor.post(url("panel_draw", scene.campaign.key)).status_code == 403
    client = sign_in(scene.people.city_officer)
    assert client.post(url("panel_assign", scene.campaign.key)).status_code == 302
    assert Assignment.objects.count() == 10
    assert "还没有分派" not in client.get(page).content.decode()
    for member in (scene.expert, scene.people.applicant, scene.people.tenant_admin):
        assert sign_in(member).get(page).status_code == 403


def test_panel_pages_of_another_tenant_are_not_there(scene, sign_in):
    client = sign_in(scene.people.city_officer)
    assert client.get(f"/haizhou/campaigns/{scene.campaign.key}/panel/").status_code == 404
    assert client.get("/haizhou/experts/").status_code == 404


def test_neighbours_see_none_of_our_experts(db, client):
    for slug in ("yunzhou", "haizhou"):
        tenant = cast.make_tenant(slug, f"{slug} 市住建局")
        with tenant_context(tenant.pk):
            people = cast.make_people()
            pool = Organisation.objects.get(kind=OrganisationKind.EXPERT_POOL)
            member = make_member(pool, Role.EXPERT, name=f"{slug} 专家")
            add_expert(
                actor=people.city_officer, membership=member, field="物业", employer=f"{slug} 高校"
            )
            officer = people.city_officer
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get("/haizhou/experts/").content.decode()
    assert "haizhou 高校" in text
    assert "yunzhou 高校" not in text
    assert client.get("/yunzhou/experts/").status_code == 404
