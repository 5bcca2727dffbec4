"""What counties owe: returned by the city with a reason, filed again, and who is late."""

import io
from datetime import date, datetime

import docx
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, Refused
from reviews.models import Filing
from reviews.selectors.filings import (
    by_office,
    count_due,
    filings_of,
    joined_outline,
    split_outline,
)
from reviews.services.deadlines import extend_deadline
from reviews.services.filings import file_obligation, return_filing
from tests.factories import sign_offs as make
from tests.standing import standing

REASON = "没有写工作联系人，请补充。"


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@pytest.fixture
def filing(people, campaign):
    make.set_clock("2023-08-20 10:00")
    return file(people, campaign)


def file(people, campaign, **fields):
    values = {"actor": people.county_officer, "text": "见附件。", "file": make.photo("方案.jpg")}
    return file_obligation(campaign, "plan", **values | fields)


def send_back(people, filing, **fields):
    values = {"actor": people.city_officer, "reason": REASON, "again_by": date(2023, 9, 5)}
    return return_filing(filing, **values | fields)


def states(campaign, member):
    return {
        (d.organisation.name, d.obligation.code): d.status for d in filings_of(campaign, member)
    }


def test_headings_are_parted_and_joined_again():
    outline = ("做法", "成效")
    text = joined_outline(outline, ["一、建组织。\n二、定制度。", ""])
    assert split_outline(outline, text) == ["一、建组织。\n二、定制度。", ""]
    assert split_outline(outline, "没有标题的旧文") == ["没有标题的旧文", ""]
    assert joined_outline(outline, ["", " "]) == ""


def test_a_returned_filing_is_filed_again_after_the_deadline(people, campaign, filing):
    office = filing.organisation.name
    make.set_clock("2023-08-31 10:00")
    with pytest.raises(Refused, match="不能再更换"):
        file(people, campaign, replaces=filing.pk)
    send_back(people, filing)
    assert states(campaign, people.city_officer)[office, "plan"] == "退回待重报"
    assert count_due(people.county_officer) == 3
    with pytest.raises(ValidationError):  # the file of the returned one does not hold
        file(people, campaign, replaces=filing.pk, text="", file=None)
    second = file(people, campaign, replaces=filing.pk)
    assert states(campaign, people.city_officer)[office, "plan"] == "已报送"
    assert count_due(people.county_officer) == 2
    assert Filing.objects.get(pk=filing.pk).replaced_at == second.filed_at
    third = file(people, campaign, replaces=second.pk)  # until the day that the city named
    make.set_clock("2023-09-06 00:00:05")
    with pytest.raises(Refused, match="不能再更换"):
        file(people, campaign, replaces=third.pk)


def test_who_does_not_file_again_in_time_is_late_and_stands_first(people, campaign, filing):
    for code in ("work_report", "introductions"):
        file_obligation(
            campaign, code, actor=people.other_county_officer, text="", file=make.photo()
        )
    file(people, campaign, actor=people.other_county_officer)
    send_back(people, filing)
    make.set_clock("2023-09-06 00:00:05")
    assert states(campaign, people.city_officer)[filing.organisation.name, "plan"] == "逾期未重报"
    rows = by_office(filings_of(campaign, people.city_officer))
    assert [(row.organisation, row.late) for row in rows] == [
        (people.county_officer.organisation, 1),
        (people.other_county_officer.organisation, 0),
    ]


def test_only_the_city_returns_and_once(people, filing):
    for member in (people.county_officer, people.auditor):
        with pytest.raises(PermissionDenied):
            send_back(people, filing, actor=member)
    with pytest.raises(ValidationError) as caught:
        send_back(people, filing, reason="改", again_by=date(2023, 8, 1))
    assert set(caught.value.error_dict) == {"reason", "again_by"}
    send_back(people, filing)
    with pytest.raises(Conflict):
        send_back(people, filing)


def test_pages_of_a_return_and_of_the_template(people, campaign, filing, sign_in):
    def url(name, *args):
        return reverse(f"reviews:{name}", args=["yunzhou", *args])

    city = sign_in(people.city_officer)
    assert (
        url("filing_return", filing.pk)
        in city.get(url("filing_detail", filing.pk)).content.decode()
    )
    sent = {"reason": REASON, "again_by": "2023-09-05"}
    assert city.post(url("filing_return", filing.pk), sent).status_code == 302
    county = sign_in(people.county_officer)
    page = county.get(url("filing_create", campaign.key, "plan")).content.decode()
    assert REASON in page and "重新报送" in page
    paper = county.get(url("filing_template", campaign.key, "work_report"))
    words = [
        p.text for p in docx.Document(io.BytesIO(b"".join(paper.streaming_content))).paragraphs
    ]
    assert "工作报告" in words and "6. 下步工作建议" in words


@pytest.mark.parametrize("whom", ["everybody", "this office", "another office"])
def test_an_extension_moves_the_day_of_what_is_owed(people, campaign, filing, whom):
    office, cutoff = {"everybody": None}.get(whom, filing.organisation), datetime(2023, 9, 11)
    if whom == "another office":
        office = people.other_county_officer.organisation
    extend_deadline(
        campaign, campaign.versions.get().definition.obligation("plan").deadline,
        until=timezone.make_aware(cutoff), reason="汛期影响，统一延长。",
        organisation=office, actor=people.city_officer,
    )  # fmt: skip
    make.set_clock("2023-09-10 23:00")
    (due,) = [d for d in filings_of(campaign, people.county_officer) if d.obligation.code == "plan"]
    again = {"replaces": filing.pk, "file": make.photo("新方案.jpg")}
    if whom == "another office":
        with pytest.raises(Refused, match="期限"):
            file(people, campaign, **again)
        return
    assert (due.last_day, due.is_over) == (date(2023, 9, 10), False)
    file(people, campaign, **again)
    make.set_clock("2023-09-11 00:00")
    with pytest.raises(Refused, match="2023年9月10日"):
        file(people, campaign, replaces=Filing.objects.get(replaced_at=None).pk)
