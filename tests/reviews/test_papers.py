"""申报表 and 典型案例材料: what is printed is what was submitted and signed, in our fonts."""

import io

import pikepdf
import pypdfium2

from core.jobs import _claim, _handlers
from core.models import Job
from documents.enums import DocumentKind
from documents.models import RenderedDocument
from documents.storage import read
from reviews.documents import application_form
from reviews.services.dossiers import save_draft
from reviews.services.papers import request_papers
from tests.factories import dossiers as make
from tests.factories.sign_offs import fresh, pass_to, sign
from tests.standing import standing

FAMILIES = {"Jiayuan-Song", "Jiayuan-Song-Bold", "Jiayuan-Hei-Medium", "Jiayuan-Kai"}
MOST_BYTES = 150 * 1024


@standing
def submitted(people):
    return make.make_submitted(people)


def render(dossier, people, kind: DocumentKind) -> RenderedDocument:
    """What the worker does with the job, in this process."""
    job = request_papers(fresh(dossier), actor=people.city_officer, kinds=[kind])
    run, name = _claim(job.tenant_id, job.pk)
    _handlers[name](run)
    return RenderedDocument.objects.get(kind=kind, subject_id=dossier.pk, is_current=True)


def text_of(document: RenderedDocument) -> str:
    with pypdfium2.PdfDocument(read(document.path)) as pdf:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in pdf)


def fonts_of(content: bytes) -> set[str]:
    names = set()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            for font in page.get("/Resources", {}).get("/Font", {}).values():
                names.add(str(font["/BaseFont"]).split("+")[-1].lstrip("/"))
                inner = font["/DescendantFonts"][0]["/FontDescriptor"]
                assert any(key in inner for key in ("/FontFile2", "/FontFile3")), "not embedded"
    return names


def test_form_has_the_five_boxes_in_order_and_what_was_submitted(people, submitted):
    pass_to(submitted, "street", people)
    document = render(submitted, people, DocumentKind.APPLICATION_FORM)
    text = text_of(document)
    boxes = ["业委会意见", "属地社区", "属地街道", "县区住建局意见", "市住建局意见"]
    places = [text.index(box) for box in boxes]
    assert places == sorted(places)
    content = fresh(submitted).revision.content
    for value in (content["community"]["name"], content["form"]["statement"], document.code):
        assert "".join(value.split()) in text
    assert (
        text.count("经审核，材料属实，同意推荐。") == 2
    )  # signed: 业委会 and 社区; the rest empty
    assert "（上报区住建局1份，市住建局1份）" in text
    assert document.size <= MOST_BYTES
    assert document.page_count == 2
    assert fonts_of(read(document.path)) <= FAMILIES


def test_form_ticks_the_track(people, submitted):
    document = render(submitted, people, DocumentKind.APPLICATION_FORM)
    text = text_of(document)
    assert text.count("√") == 1
    dossier = fresh(submitted)
    (track,) = [
        row
        for row in application_form(dossier, dossier.revision).context["basics"]
        if "ticks" in row
    ]
    assert [tick["on"] for tick in track["ticks"]] == [True, False]
    assert track["ticks"][0]["title"].startswith("专业化物业管理")


def test_form_without_owners_committee_says_so(people):
    community = make.make_community(people, owners_committee=None)
    dossier = make.make_submitted(people, community=community)
    text = text_of(render(dossier, people, DocumentKind.APPLICATION_FORM))
    box = text[text.index("业委会意见") : text.index("属地社区")]
    assert "没有业主委员会" in box


def test_longest_statement_still_fits_two_pages(people):
    dossier = make.fill_dossier(make.make_dossier(people), actor=people.applicant)
    form = dossier.draft["form"] | {"statement": "创建工作扎实有效。" * 55 + "止。止。止"}
    save_draft(dossier, "form", form, lock_version=dossier.lock_version, actor=people.applicant)
    make.submit_dossier(dossier, actor=people.applicant)
    document = render(dossier, people, DocumentKind.APPLICATION_FORM)
    assert "止。止。止" in text_of(document)
    assert document.page_count == 2


def test_case_report_has_its_sections_parts_and_photos(people, submitted):
    document = render(submitted, people, DocumentKind.CASE_REPORT)
    text = text_of(document)
    places = [
        text.index(head) for head in ("一、基本情况", "四、八项原则", "（八）", "六、媒体报道")
    ]
    assert places == sorted(places)
    with pikepdf.open(io.BytesIO(read(document.path))) as pdf:
        assert sum(len(page.get_images()) for page in pdf.pages) >= 2
    assert fonts_of(read(document.path)) <= FAMILIES


def test_papers_asked_twice_are_one_job_until_somebody_signs(people, submitted):
    ask = {"actor": people.applicant, "kinds": [DocumentKind.APPLICATION_FORM]}
    first = request_papers(fresh(submitted), **ask)
    assert request_papers(fresh(submitted), **ask).pk == first.pk
    sign(submitted, actor=people.committee_officer)
    assert request_papers(fresh(submitted), **ask).pk != first.pk


def test_submission_asks_for_both_papers(submitted):
    job = Job.objects.get(kind="reviews.render_papers")
    assert set(job.payload["kinds"]) == {"application_form", "case_report"}


def test_pages_serve_papers_to_those_who_see_the_dossier(sign_in, tenant, people, submitted):
    render(submitted, people, DocumentKind.APPLICATION_FORM)
    url = f"/{tenant.slug}/dossiers/{submitted.pk}/papers/application_form/"
    answer = sign_in(people.applicant).get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert sign_in(people.other_applicant).get(url).status_code == 404
    assert sign_in(people.other_county_officer).get(url).status_code == 404
    missing = sign_in(people.applicant).get(url.replace("application_form", "case_report"))
    assert missing.status_code == 404
    assert sign_in(people.applicant).get(url.replace("application_form", "x")).status_code == 404
