"""The officers' work list, and what is done with many dossiers of it at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import now
from core.errors import Refused
from core.forms import answer_form
from core.pagination import PAGE_SIZE, page_of
from core.working_days import WorkingDays
from reviews.documents import application_form
from reviews.enums import Outcome
from reviews.forms.sign_offs import BatchAgreeForm, WorkFilter
from reviews.models import Dossier, SignOff
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.dossiers import visible_dossiers
from reviews.selectors.sign_offs import count_done, done_by, templates_at
from reviews.selectors.work_list import (
    NEAR_DAYS,
    NO_DUE,
    ORDER,
    count_todo,
    narrow_work,
    waiting_for,
)
from reviews.services.sign_offs import agree_to_all, why_not

NOTHING_CHOSEN = "请先在列表中勾选材料，再点这个按钮。"


def narrowed(request, moment: datetime):
    """(form, dossiers): the work list as the address narrows it."""
    form = WorkFilter(request.GET or None, member=request.member)
    waiting = waiting_for(request.member)
    return form, narrow_work(waiting, moment, **form.narrowing()) if form.is_bound else waiting


@require_safe
def sign_off_list(request):
    """Officers: 待办 (what waits for the office, urgent first) and 已办 (what it has signed)."""
    _require_officer(request)
    moment = timezone.localtime(now())
    context = {"is_done": request.GET.get("tab") == "done"}
    if context["is_done"]:
        page = page_of(request, done_by(request.member), order=("-signed_at", "-pk"))
        context["rows"] = [_done_row(row) for row in page.rows]
    else:
        form, waiting = narrowed(request, moment)
        page = page_of(request, waiting, order=ORDER)
        context |= {"form": form, "rows": _todo_rows(page.rows, moment), "query": _query(request)}
        context["can_agree"] = any(row["can_agree"] for row in context["rows"])
    context |= {
        "page": page,
        "todo_count": count_todo(request.member),
        "done_count": count_done(request.member),
    }
    return render(request, "reviews/sign_off_list.html", context)


def _query(request) -> str:
    """The filters, to be carried from page to page; empty when there are none."""
    kept = request.GET.copy()
    for name in ("page", "tab"):
        kept.pop(name, None)
    return f"?{kept.urlencode()}" if any(kept.values()) else ""


def _todo_rows(dossiers: list, moment: datetime) -> list[dict]:
    """Age and time left in working days; the calendar is read once for all rows."""
    today = moment.date()
    since = [timezone.localdate(dossier.waiting_since) for dossier in dossiers]
    until = [dossier.due_on for dossier in dossiers if dossier.due_on != NO_DUE]
    calendar = WorkingDays(min([today, *since]), max([today, *until]))
    return [_todo_row(dossier, moment, calendar) for dossier in dossiers]


def _todo_row(dossier, moment: datetime, calendar: WorkingDays) -> dict:
    definition, today = dossier.version.definition, moment.date()
    step = definition.step(dossier.step)
    age = calendar.between(timezone.localdate(dossier.waiting_since), today)
    row = {
        "dossier": dossier,
        "step": step,
        "age": f"{age} 个工作日" if age else "今天",
        "due": None,
        "can_agree": step.type == "sign_off" and "agree" in step.actions,
    }
    if dossier.due_on != NO_DUE:
        left = calendar.between(today, dossier.due_on)
        deadline = definition.deadline(step.deadline)
        is_extended = dossier.due_on > deadline.due
        row |= {
            "due": dossier.due_on,
            "is_over": today > dossier.due_on
            if is_extended
            else moment >= deadline.cutoff(moment.tzinfo),
            "left": left,
            "left_words": f"还有 {left} 个工作日",
            "is_near": left <= NEAR_DAYS,
        }
    return row


def _done_row(row: SignOff) -> dict:
    definition = row.dossier.version.definition
    return {"sign_off": row, "dossier": row.dossier, "step": definition.step(row.step)}


@require_http_methods(["GET", "HEAD", "POST"])
def batch_agree(request):
    """Agree to the dossiers ticked in the work list: their list and number, then one signature."""
    _require_officer(request)
    read = _read_revisions(request)
    chosen = list(waiting_for(request.member).filter(pk__in=read)) if read else []
    rows = [_batch_row(request, dossier, read[dossier.pk]) for dossier in chosen]
    ready = [row for row in rows if not row["obstacle"]]
    form = BatchAgreeForm(
        request.POST or None,
        count=len(ready),
        gates=_gates(ready),
        templates=templates_at(LEVEL_OF[request.member.role], [Outcome.AGREE]),
        request=request,
    )
    url, status = answer_form(
        request, form, lambda: _agree(request, form, read), check=lambda: _check_chosen(read)
    )
    if url:
        return redirect(url)
    context = {
        "form": form,
        "rows": ready,
        "others": [row for row in rows if row["obstacle"]],
        "nothing": NOTHING_CHOSEN,
    }
    return render(request, "reviews/batch_agree.html", context, status=status)


def _check_chosen(read: dict) -> None:
    if not read:
        raise Refused(NOTHING_CHOSEN)


def _read_revisions(request) -> dict[UUID, str]:
    """Dossier id → hash of the revision that the page showed (empty on the way to the page)."""
    data = request.POST if request.method == "POST" else request.GET
    found = {}
    for text in data.getlist("dossier")[:PAGE_SIZE]:
        pk, _, sha256 = text.partition(":")
        try:
            found[UUID(pk)] = sha256
        except ValueError:
            continue
    return found


def _batch_row(request, dossier: Dossier, sha256: str) -> dict:
    step = dossier.version.definition.step(dossier.step)
    obstacle = why_not(dossier, step, request.member)
    if sha256 and sha256 != dossier.revision.sha256:
        obstacle = f"申报单位刚提交了第 {dossier.revision.number} 版，请阅读这一版后再签署。"
    if step.type != "sign_off" or "agree" not in step.actions:
        obstacle = f"「{step.title}」不是签署意见的环节"
    return {"dossier": dossier, "step": step, "obstacle": obstacle}


def _gates(rows: list[dict]) -> list[str]:
    """The titles of everything the signature attests for some of the dossiers."""
    titles: dict[str, None] = {}
    for row in rows:
        dossier = row["dossier"]
        asked = dossier.version.definition.attestable(row["step"].level, dossier.track)
        titles |= {gate.title or requirement.title: None for _, requirement, gate in asked}
    return list(titles)


def _agree(request, form, read: dict) -> str:
    seen = set(visible_dossiers(request.member).filter(pk__in=read).values_list("pk", flat=True))
    results = agree_to_all(
        {pk: sha256 for pk, sha256 in read.items() if pk in seen},
        actor=request.member,
        opinion=form.cleaned_data["opinion"],
    )
    done = [result for result in results if not result.message]
    if done:
        messages.success(request, f"已对 {len(done)} 份材料签署「同意」。")
    for result in results:
        if result.message:
            messages.warning(request, f"{result.dossier.number} 没有签署：{result.message}")
    return reverse("reviews:sign_off_list", args=[request.tenant.slug])


@require_safe
def batch_print(request):
    """The 申报表 of the ticked dossiers with the opinions so far, one after the other, to print."""
    _require_officer(request)
    wanted = _read_revisions(request)
    dossiers = (
        visible_dossiers(request.member)
        .filter(pk__in=wanted, revision__isnull=False)
        .select_related("campaign", "version", "revision", "community", "applicant")
        .order_by("number")
    )
    papers = [application_form(dossier, dossier.revision).context for dossier in dossiers]
    context = {"papers": papers, "nothing": NOTHING_CHOSEN}
    return render(request, "reviews/batch_print.html", context)


def _require_officer(request) -> None:
    if request.member.role not in LEVEL_OF:
        raise PermissionDenied
