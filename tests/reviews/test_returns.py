"""What a return opens for correction, and what stays closed."""

import pytest
from django.urls import reverse

from core.errors import Refused
from reviews.selectors.returns import open_parts
from reviews.services.dossiers import save_draft
from reviews.services.evidence import add_evidence, remove_evidence
from tests.factories import dossiers as make
from tests.factories import sign_offs as officers
from tests.factories.forms import read_form


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


@pytest.fixture
def returned(people, filled):
    """``returned(*codes)`` gives the dossier sent back with these parts flagged."""

    def returned(*codes):
        make.submit_dossier(filled, actor=people.applicant)
        officers.sign(
            filled,
            actor=people.committee_officer,
            outcome="return",
            opinion="请按勾选的内容补正。",
            flags=[{"code": code, "comment": f"请改 {code}"} for code in codes],
        )
        filled.refresh_from_db()
        return filled

    return returned


def save(dossier, actor, part, **changes):
    values = {**dossier.draft[part], **changes}
    return save_draft(dossier, part, values, lock_version=dossier.lock_version, actor=actor)


def test_only_flagged_parts_are_changed(people, returned):
    dossier = returned("form", "case:basics", "7.1")
    me = people.applicant
    dossier = save(dossier, me, "form", address="文化路 99 号")
    dossier = save(dossier, me, "case_report", basics="改过的概况")
    dossier = save(dossier, me, "self_assessment", **{"7.1": {"points": "1"}})
    slots = make.dossier_slots(dossier.version.definition, dossier.track)
    piece = add_evidence(dossier, "7.1", make.upload_for(slots["7.1"], 7), actor=me)
    remove_evidence(piece, actor=me)
    before = dossier.draft
    with pytest.raises(Refused, match="不在这次退回补正的范围内"):
        save(dossier, me, "case_report", activities="没有要求改的")
    with pytest.raises(Refused, match="不在这次退回补正的范围内"):
        save(dossier, me, "self_assessment", **{"1.1": {"points": "0"}})
    with pytest.raises(Refused, match="不在这次退回补正的范围内"):
        add_evidence(dossier, "7.2", make.upload_for(slots["7.2"], 8), actor=me)
    with pytest.raises(Refused, match="不在这次退回补正的范围内"):
        remove_evidence(dossier.evidence.get(slot="material:video"), actor=me)
    dossier.refresh_from_db()
    assert dossier.draft == before


@pytest.mark.parametrize("codes", [(), ("form", "all")])
def test_without_flags_or_with_all_everything_is_open(people, returned, codes):
    dossier = returned(*codes)
    assert save(dossier, people.applicant, "case_report", activities="改过").lock_version


def test_what_a_newer_definition_asks_for_is_open_as_well(people, returned):
    dossier = returned("form")
    assert not open_parts(dossier).opens("case:basics")
    dossier.draft["case_report"]["basics"] = ""
    assert open_parts(dossier).opens("case:basics")


def test_pages_close_what_is_not_flagged(people, returned, sign_in):
    dossier = returned("case:basics", "1.1")
    client = sign_in(people.applicant)
    page = client.get(url("dossier_case_report", dossier.pk))
    html = page.content.decode()
    assert html.count("请改 case:basics") == 1
    assert 'name="case-activities"' in html and html.count("disabled") >= 12
    form = read_form(page, "version")
    sent = form.filled(**{"case-basics": "新的概况", "case-activities": "偷偷改的"})
    assert client.post(page.wsgi_request.path, sent).status_code == 302
    dossier.refresh_from_db()
    report = dossier.draft["case_report"]
    assert report["basics"] == "新的概况" and report["activities"] != "偷偷改的"
    closed = client.get(url("dossier_form", dossier.pk)).content.decode()
    assert "只能查看" in closed and "保存并继续" not in closed
    marks = client.get(url("dossier_self_assessment", dossier.pk)).content.decode()
    assert "请改 1.1" in marks and "保存并继续" in marks
    slot = client.get(url("dossier_slot", dossier.pk, "material:video")).content.decode()
    assert "只能查看" in slot and "删除" not in slot
    detail = client.get(url("dossier_detail", dossier.pk)).content.decode()
    assert "只能修改上面列出的内容" in detail and "不用补正" in detail


def test_the_officer_opens_everything_from_the_page(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    client = sign_in(people.committee_officer)
    page = url("sign_off", filled.pk)
    sent = read_form(client.get(page), "outcome").filled(
        outcome="return", opinion="请补正地址等内容。", flag=["form", "all"]
    )
    assert client.post(page, sent).status_code == 302
    filled.refresh_from_db()
    assert open_parts(filled).codes is None
    detail = sign_in(people.applicant).get(url("dossier_detail", filled.pk)).content.decode()
    assert "全部内容都可以修改" in detail
