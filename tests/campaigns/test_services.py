"""Campaigns: set up, versions that never change, opening and closing."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction

from campaigns.definition import DefinitionError
from campaigns.enums import CampaignState
from campaigns.models import Campaign, CampaignVersion
from campaigns.selectors import current_version, current_versions, visible_campaigns
from campaigns.services import (
    TRANSITIONS,
    add_version,
    archive_campaign,
    close_campaign,
    create_campaign,
    open_campaign,
)
from core.errors import Refused
from core.models import AuditRecord
from tests.factories.campaigns import changed_text, make_campaign, shipped_text

OTHERS = (
    "applicant", "committee_officer", "neighbourhood_officer", "street_officer", "county_officer",
    "auditor", "evaluator",
)  # fmt: skip


def test_campaign_stores_the_definition_with_its_hash(people):
    campaign = create_campaign(shipped_text(), actor=people.city_officer)
    version = current_version(campaign)
    assert (campaign.key, campaign.year, campaign.state) == ("qinhuangdao_2023", 2023, "draft")
    assert version.number == 1 and version.sha256 == version.definition.sha256()
    assert len(version.definition.items()) == 36
    assert AuditRecord.objects.order_by("-seq").first().body["sha256"] == version.sha256


def test_stored_version_reads_back_equal_even_without_the_cache(people):
    from campaigns.models import _definitions

    version = current_version(make_campaign())
    known = version.definition
    _definitions.pop(version.sha256)
    assert version.definition == known and version.definition.sha256() == version.sha256


def test_faulty_definition_is_refused_with_path_and_line(people):
    with pytest.raises(DefinitionError) as caught:
        create_campaign(changed_text("pass_mark: 80", "pass_mark: viel"), actor=people.city_officer)
    problem = caught.value.problems[0]
    assert problem.path == "outcome.pass_mark" and problem.line > 1
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("key", ["new", "a b", "活动", "k" * 61, "../x"])
def test_unusable_key_is_refused(people, key):
    with pytest.raises(ValidationError) as caught:
        create_campaign(shipped_text(), actor=people.city_officer, key=key)
    assert list(caught.value.message_dict) == ["key"]


def test_a_file_name_is_not_read_as_a_file(people):
    with pytest.raises(DefinitionError):
        create_campaign("campaigns/definitions/qinhuangdao_2023.yaml", actor=people.city_officer)


def test_same_key_twice_is_refused_and_another_key_is_fine(people):
    make_campaign()
    with pytest.raises(ValidationError, match="已经存在"):
        make_campaign()
    assert make_campaign(key="again", title="第二次").title == "第二次"


@pytest.mark.parametrize("role", OTHERS)
def test_others_may_not_set_up_or_move(people, role):
    actor = getattr(people, role)
    draft, running = make_campaign(is_open=False), make_campaign(key="running")
    for act in (
        lambda: create_campaign(shipped_text(), actor=actor, key="mine"),
        lambda: add_version(draft, changed_text(), actor=actor, reason="改"),
        lambda: open_campaign(draft, actor=actor),
        lambda: close_campaign(running, actor=actor),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_version_needs_a_reason_and_a_change(people):
    campaign = make_campaign()
    with pytest.raises(ValidationError, match="理由"):
        add_version(campaign, changed_text(), actor=people.city_officer, reason=" ")
    with pytest.raises(ValidationError, match="完全相同"):
        add_version(campaign, shipped_text(), actor=people.city_officer, reason="更正")
    version = add_version(campaign, changed_text(), actor=people.city_officer, reason="更正合格线")
    assert version.number == 2 and current_version(campaign) == version
    assert current_versions([campaign]) == {campaign.pk: version}


def test_stored_version_cannot_be_changed_or_removed_by_the_application(people):
    version = current_version(make_campaign())
    for act in (
        lambda: CampaignVersion.objects.filter(pk=version.pk).update(reason="x"),
        lambda: CampaignVersion.objects.filter(pk=version.pk)._raw_delete("default"),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


def test_life_of_a_campaign_follows_the_table(people):
    acts = {"open": open_campaign, "closed": close_campaign, "archived": archive_campaign}
    allowed = {(step.source, step.target) for step in TRANSITIONS}
    for source in CampaignState.values:
        for target, act in acts.items():
            campaign = make_campaign(is_open=False, key=f"{source}-{target}")
            Campaign.objects.filter(pk=campaign.pk).update(state=source)
            if (source, target) in allowed:
                assert act(campaign, actor=people.city_officer).state == target
            else:
                with pytest.raises(Refused):
                    act(campaign, actor=people.city_officer)


def test_closed_campaign_takes_no_version(people):
    campaign = make_campaign()
    close_campaign(campaign, actor=people.city_officer)
    with pytest.raises(Refused, match="已结束"):
        add_version(campaign, changed_text(), actor=people.city_officer, reason="改")


def test_only_organisers_and_auditors_see_drafts(people):
    draft, running = make_campaign(is_open=False), make_campaign(key="running")
    for role in OTHERS:
        seen = set(visible_campaigns(getattr(people, role)))
        assert seen == ({draft, running} if role == "auditor" else {running})
    assert set(visible_campaigns(people.tenant_admin)) == {draft, running}
