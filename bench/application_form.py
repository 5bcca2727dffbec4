"""申报表 PDF, warm, against the same form the naive way."""

from __future__ import annotations

from django.template.loader import render_to_string

from bench import Measured, figure, interleave
from core import clock
from core.models import Tenant
from core.tenancy import tenant_context
from documents.rendering import STYLES, _engine, _fetcher, printable, render_pages
from documents.services import _document_context
from reviews.documents import application_form
from reviews.services.dossiers import save_draft
from tests.factories import cast
from tests.factories.dossiers import fill_dossier, make_dossier, submit_dossier
from tests.factories.sign_offs import fresh, pass_to

MOST_KILOBYTES = 150
STATEMENT = (
    "小区在社区党组织领导下建立联席会议制度，公开公共收益和维修资金，整治消防通道，增设充电车棚。"
    * 11
)


@figure("application_form")
def application_form_pdf() -> list[Measured]:
    """At least 3× faster than automatic table layout with a font configuration per document."""
    tenant = cast.make_tenant("bench-form", "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        dossier = fill_dossier(make_dossier(people), actor=people.applicant)
        form = dossier.draft["form"] | {"statement": STATEMENT[:480]}
        save_draft(dossier, "form", form, lock_version=dossier.lock_version, actor=people.applicant)
        submit_dossier(dossier, actor=people.applicant)
        dossier = pass_to(dossier, "scoring", people)
        paper = application_form(fresh(dossier), dossier.revision)
        tenant = Tenant.objects.get(pk=tenant.pk)
        shown = _document_context(paper.title, tenant, clock.now(), "AAAA-BBBB-CCCC", "0" * 64)
    context = paper.context | {"document": shown}

    def ours() -> bytes:
        return render_pages(paper.template, context)[0]

    def naive() -> bytes:
        weasyprint, _, _ = _engine()
        from weasyprint.text.fonts import FontConfiguration

        fonts = FontConfiguration()
        style = (STYLES / "base.css").read_text() + " table { table-layout: auto }"
        base = weasyprint.CSS(string=style, font_config=fonts, url_fetcher=_fetcher({}))
        html = printable(render_to_string(paper.template, context))
        page = weasyprint.HTML(string=html, base_url="", url_fetcher=_fetcher({}))
        return page.write_pdf(font_config=fonts, stylesheets=[base])

    size = len(ours())
    ours_s, naive_s = interleave(ours, naive, rounds=9)
    return [
        Measured(
            "application_form_pdf",
            ours_s,
            naive_s,
            "same form, automatic table layout, font configuration per document",
            at_least=3,
            extra={"kilobytes": round(size / 1024, 1), "kilobytes_goal": f"<= {MOST_KILOBYTES}"},
            extra_ok=size <= MOST_KILOBYTES * 1024,
        )
    ]
