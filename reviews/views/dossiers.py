"""Pages of dossiers: list, export, start, detail, withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.selectors import current_version, deadline_state, open_campaigns
from core import clock
from core.answers import answer_once
from core.errors import Refused
from core.exports import MOST_ROWS, xlsx_answer
from core.forms import answer_form
from core.pagination import count_up_to, page_of
from reviews.enums import DossierState
from reviews.exports import DossierExport
from reviews.forms.dossiers import DossierFilter, DossierForm
from reviews.permissions.dossiers import (
    can_create_dossier,
    can_edit_dossier,
    can_request_papers,
    can_withdraw_dossier,
)
from reviews.permissions.results import can_record_result
from reviews.permissions.sign_offs import can_sign
from reviews.selectors.completeness import completeness
from reviews.selectors.contents import readable_content
from reviews.selectors.deadlines import submission_cutoff
from reviews.selectors.dossiers import (
    definitions_of,
    filter_dossiers,
    list_rows,
    present_collaborators,
    visible_dossiers,
    waiting_for,
)
from reviews.selectors.evidence import counts_by_slot, present_evidence
from reviews.selectors.former import count_still_copied, former_dossier
from reviews.selectors.papers import paper_rows
from reviews.selectors.parts import EVERYTHING, FORM, SELF_ASSESSMENT, case_slot
from reviews.selectors.results import result_rows
from reviews.selectors.returns import last_return, open_parts
from reviews.selectors.timeline import timeline, waiting_words
from reviews.selectors.version_moves import definition_of_content
from reviews.services.dossiers import check_withdrawable, create_dossier, withdraw_dossier
from reviews.views.contents import with_addresses

ORDER = ("-waiting_since", "-pk")


@dataclass(frozen=True)
class ListRow:
    """A row of the list as it is shown: all text and dates."""

    pk: UUID
    number: str
    community: str
    county: str
    applicant: str
    track: str
    state: str
    waiting: str
    since: date | None
    days: int | None
    submitted: str
    receipt: str

    @property
    def state_label(self) -> str:
        return DossierState(self.state).label


def shown_rows(rows) -> list[ListRow]:
    """The rows of ``list_rows`` with what their definitions say; one query for all of them."""
    rows = list(rows)
    definitions = definitions_of(row.version_id for row in rows)
    today = clock.today()
    return [_shown_row(row, definitions[row.version_id], today) for row in rows]


def _shown_row(row, definition, today: date) -> ListRow:
    waiting = waiting_for(row.state, row.step, definition)
    since = timezone.localdate(row.waiting_since) if waiting else None
    submitted = row.submitted_at and timezone.localtime(row.submitted_at)
    return ListRow(
        pk=row.pk,
        number=row.number,
        community=row.community_name,
        county=row.county_name,
        applicant=row.applicant_name,
        track=definition.track(row.track).title,
        state=row.state,
        waiting=waiting,
        since=since,
        days=max((today - since).days, 0) if since else None,
        submitted=f"{submitted:%Y-%m-%d %H:%M}" if submitted else "",
        receipt=row.receipt or "",
    )


@require_safe
def dossier_list(request):
    """Everybody who sees dossiers: where each waits and since when."""
    form = DossierFilter(request.GET, member=request.member)
    dossiers = filter_dossiers(visible_dossiers(request.member), **form.narrowing())
    page = page_of(request, list_rows(dossiers), order=ORDER)
    parameters = request.GET.copy()
    parameters.pop("page", None)
    export_url = reverse("reviews:dossier_export", args=[request.tenant.slug])
    context = {
        "form": form,
        "page": page,
        "rows": shown_rows(page.rows),
        "count": count_up_to(dossiers),
        "is_narrowed": any(form.narrowing().values()),
        "can_create": can_create_dossier(request.member),
        "export_url": f"{export_url}?{parameters.urlencode()}",
    }
    return render(request, "reviews/dossier_list.html", context)


@require_safe
def dossier_export(request):
    """The same list as an Excel file."""
    form = DossierFilter(request.GET, member=request.member)
    dossiers = filter_dossiers(visible_dossiers(request.member), **form.narrowing())
    rows = shown_rows(list_rows(dossiers).order_by(*ORDER)[: MOST_ROWS + 1])
    return xlsx_answer(DossierExport(), rows, "申报材料")


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_create(request):
    """Applicants: choose one of their communities and the track."""
    if not can_create_dossier(request.member):
        raise PermissionDenied
    campaigns = list(open_campaigns())
    wanted = request.GET.get("campaign", "")
    campaign = next((c for c in campaigns if wanted in ("", c.key)), None)
    if wanted and campaign is None:
        raise Http404("no such open campaign")
    if campaign is None:
        return render(request, "reviews/dossier_create.html", {"campaign": None})
    definition = current_version(campaign).definition
    form = DossierForm(
        request.POST or None, member=request.member, campaign=campaign, definition=definition
    )

    def act():
        dossier = create_dossier(campaign, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已开始申报“{dossier.community.name}”，请逐项填写材料。")
        return detail_url(request, dossier)

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    context = {
        "form": form,
        "campaign": campaign,
        "campaigns": campaigns,
        "has_other_campaigns": len(campaigns) > 1,
        **deadline_context(definition, campaign),
        "has_communities": form.fields["community"].queryset.exists(),
        "has_tracks": bool(form.fields["track"].choices),
    }
    return render(request, "reviews/dossier_create.html", context, status=status)


def deadline_context(definition, campaign, dossier=None) -> dict:
    """What the deadline component shows: until when the dossier, or a new one, may come in."""
    cutoff = submission_cutoff(definition, campaign, dossier)
    extended = cutoff.extension and cutoff.extension.until
    state = deadline_state(cutoff.deadline, clock.now(), extended) if cutoff.deadline else None
    return {
        "deadline": state,
        "is_over": bool(state and cutoff.until and state.state == "over"),
        "deadline_unstated": cutoff.unstated,
    }


def load_dossier(request, pk):
    """The dossier with what its pages read, or 404."""
    related = (
        "campaign", "version", "revision", "applicant", "community__county",
        "community__division__parent",
    )  # fmt: skip
    return get_object_or_404(visible_dossiers(request.member).select_related(*related), pk=pk)


def detail_url(request, dossier) -> str:
    return reverse("reviews:dossier_detail", args=[request.tenant.slug, dossier.pk])


@require_safe
def dossier_detail(request, pk):
    """Who sees the dossier: state, task list for the applicant, frozen content for the others."""
    dossier = load_dossier(request, pk)
    definition = dossier.version.definition
    member = request.member
    context = {
        "dossier": dossier,
        "state_label": dossier.get_state_display(),
        "track": definition.track(dossier.track),
        "waiting": waiting_words(dossier),
        "days": max((clock.today() - timezone.localdate(dossier.waiting_since)).days, 0),
        "events": timeline(dossier),
        "answered": last_return(dossier),
        "flagged": [],
        "is_restricted": False,
        **deadline_context(definition, dossier.campaign, dossier),
        "can_edit": can_edit_dossier(member, dossier),
        "can_withdraw": can_withdraw_dossier(member, dossier),
        "is_ones_turn": _is_ones_turn(member, dossier),
        "revisions": list(dossier.revisions.defer("content").order_by("-number")),
        "papers": paper_rows(dossier),
        "can_request_papers": can_request_papers(member),
        "results": result_rows(dossier),
        "can_record": can_record_result(member, dossier),
        "tasks": [],
        "content": None,
    }
    if context["can_edit"]:
        context |= _work_to_do(request, dossier)
        context["flagged"] = _flagged(request, dossier, context["answered"])
        context["is_restricted"] = open_parts(dossier).codes is not None
    elif dossier.revision:
        content = dossier.revision.content
        content = readable_content(definition_of_content(dossier, content), dossier.track, content)
        context["content"] = with_addresses(content, request.tenant.slug, dossier)
    return render(request, "reviews/dossier_detail.html", context)


def _is_ones_turn(member, dossier) -> bool:
    if dossier.state != DossierState.IN_REVIEW:
        return False
    step = dossier.version.definition.step(dossier.step)
    return step.type == "sign_off" and can_sign(member, dossier, step)


def _flagged(request, dossier, sign_off) -> list[dict]:
    flags = [f for f in sign_off.flags if f["code"] != EVERYTHING] if sign_off else []
    return [{**flag, "url": part_url(request.tenant.slug, dossier, flag["code"])} for flag in flags]


def part_url(slug: str, dossier, code: str) -> str:
    """The page on which the applicant works on a part of the dossier."""
    if code in (FORM, SELF_ASSESSMENT):
        return reverse(f"reviews:dossier_{code}", args=[slug, dossier.pk])
    if code.startswith(case_slot("")):
        page = reverse("reviews:dossier_case_report", args=[slug, dossier.pk])
        return f"{page}#case-{code.removeprefix(case_slot(''))}"
    return reverse("reviews:dossier_slot", args=[slug, dossier.pk, code])


TASK_PAGES = {
    "form": "dossier_form",
    "materials": "dossier_materials",
    "evidence": "dossier_evidence",
    "case_report": "dossier_case_report",
    "self_assessment": "dossier_self_assessment",
}


def _work_to_do(request, dossier) -> dict:
    counts = counts_by_slot(present_evidence(dossier))
    found = completeness(dossier.version.definition, dossier.track, dossier.draft, counts)
    opened = open_parts(dossier)
    tasks = [
        {
            "title": task.title,
            "status": task.status if opened.opens_task(task.code) else "不用补正",
            "tone": task.tone if opened.opens_task(task.code) else "muted",
            "hint": task.hint,
            "url": reverse(
                f"reviews:{TASK_PAGES[task.code]}", args=[request.tenant.slug, dossier.pk]
            ),
        }
        for task in found.tasks
    ]
    return {
        "tasks": tasks,
        "blocking": found.missing,
        "warnings": len(found.warnings),
        "former": former_dossier(dossier),
        "untouched": count_still_copied(dossier),
        "collaborators": present_collaborators(dossier),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_withdraw(request, pk):
    """Its applicant, before anybody has signed."""
    dossier = load_dossier(request, pk)

    def act():
        withdraw_dossier(dossier, actor=request.member)
        messages.success(
            request, f"已撤回 {dossier.number}。再次申报这个小区时，会带入已填写的内容。"
        )
        return detail_url(request, dossier)

    obstacle = ""
    try:
        if request.method == "POST":
            return redirect(answer_once(request, act))
        check_withdrawable(dossier, request.member)
    except Refused as error:
        obstacle = error.message
    context = {
        "dossier": dossier,
        "obstacle": obstacle,
        "rows": [
            {"label": "编号", "value": dossier.number},
            {"label": "小区", "value": dossier.community.name},
            {"label": "状态", "value": dossier.get_state_display()},
        ],
        "back": detail_url(request, dossier),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "reviews/dossier_withdraw.html", context, status=status)
