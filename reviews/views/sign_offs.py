"""The page on which a step is signed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import now
from core.errors import Refused
from core.forms import answer_form, renew
from core.wording import cn_date
from documents.serving import serve_file
from reviews.enums import DossierState
from reviews.forms.sign_offs import SignOffForm
from reviews.models import SignOff
from reviews.permissions.sign_offs import acts_at
from reviews.selectors.certificates import asked_of
from reviews.selectors.contents import readable_content
from reviews.selectors.desk_checks import CASE_REPORT, desk_check_of
from reviews.selectors.dossiers import visible_dossiers
from reviews.selectors.papers import originals_of, papers_with_originals
from reviews.selectors.parts import EVERYTHING, FORM, SELF_ASSESSMENT, case_slot
from reviews.selectors.route import earlier_levels
from reviews.selectors.sign_offs import (
    defects_by_item,
    given_by,
    last_closed_visit,
    returned_here,
    templates_at,
)
from reviews.selectors.site_visits import plan_of, visit_of
from reviews.selectors.timeline import timeline, waiting_words
from reviews.selectors.version_moves import definition_of_content
from reviews.selectors.work_list import next_waiting
from reviews.services.deadlines import check_deadline
from reviews.services.sign_offs import check_not_own
from reviews.services.sign_offs import sign_off as sign
from reviews.views.contents import with_addresses
from reviews.views.work_list import narrowed

RELATED = (
    "campaign",
    "version",
    "revision__submitted_by__user",
    "revision__submitted_by__organisation",
    "applicant",
    "community__division",
    "community__county",
    "community__managed_by",
)


RESUME_WORDS = {
    "first_step": "补正后从退回到的一级起，各级重新审核。",
    "returner": "补正后直接回到本级，以前各级的意见继续有效。",
}


def load_dossier(request, pk):
    """A submitted dossier that the member's office sees, with what its pages read."""
    dossiers = visible_dossiers(request.member).select_related(*RELATED)
    return get_object_or_404(dossiers.filter(revision__isnull=False), pk=pk)


def steps_of_office(request, dossier) -> list:
    """The steps of the route at which the member's office acts on the dossier."""
    steps = dossier.version.definition.steps(dossier.track)
    return [step for step in steps if acts_at(request.member, dossier, step)]


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request, pk):
    """The office that acts on the dossier: the frozen content beside the opinion to give."""
    dossier = load_dossier(request, pk)
    steps = steps_of_office(request, dossier)
    if not steps:
        raise PermissionDenied
    wanted = request.POST.get("step", dossier.step)
    step = next((s for s in steps if s.code == wanted), None)
    obstacle = _obstacle(request, dossier, step)
    form, status = None, 200
    if request.method == "POST" and (step is None or step.type != "sign_off"):
        raise Refused(obstacle)
    if request.method == "POST" or not obstacle:
        form = SignOffForm(
            request.POST or None,
            request.FILES or None,
            definition=dossier.version.definition,
            track=dossier.track,
            step=step,
            earlier=earlier_levels(dossier, step),
            templates=templates_at(step.level, step.actions),
            request=request,
            initial={"revision": dossier.revision.sha256, "step": step.code},
        )
        url, status = answer_form(request, form, lambda: _sign(request, dossier, step, form))
        if url:
            return redirect(url)
    if status != 200:  # somebody was faster: the page shows what is there now, and what was typed
        dossier = load_dossier(request, pk)
        obstacle = _obstacle(request, dossier, step)
        renew(form, revision=dossier.revision.sha256)
    context = _context(request, dossier, step, form, obstacle)
    return render(request, "reviews/sign_off.html", context, status=status)


def _sign(request, dossier, step, form) -> str:
    values = form.cleaned_data
    signature = sign(
        dossier,
        actor=request.member,
        step=step.code,
        outcome=values["outcome"],
        opinion=values["opinion"],
        flags=values["flags"],
        attestations=values["attestations"],
        scan=values["scan"],
        scan_checked=values["scan_checked"],
        target=values["target"],
        revision_sha256=values["revision"],
    )
    messages.success(
        request,
        f"{dossier.number} {dossier.community.name}：已签署「{_outcome_words(signature, dossier)}」。",
    )
    query = request.GET.urlencode()
    url = reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk])
    return f"{url}?{query}" if query else url


def _outcome_words(signature: SignOff, dossier) -> str:
    """What was signed; of a return to an earlier level, to which."""
    if signature.target:
        return f"退回{dossier.version.definition.step(signature.target).title}"
    return signature.get_outcome_display()


def _flagged(request, dossier, form) -> dict[str, str]:
    """What is marked for correction: as typed; on ``?desk_check=1`` what the desk check found."""
    if form is None:
        return {}
    if form.is_bound or not request.GET.get("desk_check"):
        return form.flagged()
    check = desk_check_of(dossier)
    found = {row["code"]: row["note"] for row in check.checks if not row["ok"]} if check else {}
    if words := found.pop(CASE_REPORT, ""):
        sections = dossier.version.definition.case_sections()
        found |= {case_slot(section.code): words for section in sections}
    return found


def _obstacle(request, dossier, step) -> str:
    """Chinese: why the office cannot sign now; empty when it can."""
    if step is None or step.code != dossier.step or dossier.state != DossierState.IN_REVIEW:
        words = waiting_words(dossier) or f"材料卷的状态是「{dossier.get_state_display()}」"
        return f"现在不在本单位的环节：{words}。"
    if step.type != "sign_off":
        return f"「{step.title}」完成后自动转入下一环节，不用签署意见。"
    try:
        check_not_own(request.member, dossier)
        check_deadline(dossier, step, request.member)
    except Refused as error:
        return error.message
    return ""


def _context(request, dossier, step, form, obstacle) -> dict:
    mine = (
        given_by(request.member)
        .filter(revision=dossier.revision_id)
        .select_related("signed_by__user", "organisation")
        .order_by("signed_at", "pk")
        .last()
    )
    moment = timezone.localtime(now())
    _, waiting = narrowed(request, moment)
    return {
        "dossier": dossier,
        "step": step,
        "form": form,
        "obstacle": obstacle,
        "signed": mine,
        "signed_words": mine and _outcome_words(mine, dossier),
        "signed_step": mine and dossier.version.definition.step(mine.step),
        "next_dossier": next_waiting(waiting, dossier),
        "left": waiting.exclude(pk=dossier.pk).order_by().count(),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "returned": returned_here(dossier) if form else None,
        "originals": originals_of(dossier),
        "has_originals": bool(papers_with_originals(dossier.version.definition)),
        "content": with_flags(
            submitted_content(request, dossier), _flagged(request, dossier, form)
        ),
        "resume_words": RESUME_WORDS[step.resume] if step else "",
        "resume_unstated": step is not None and step.is_unstated("resume"),
        "can_flag": form is not None and "return" in step.actions,
        "events": timeline(dossier),
        "tasks": _tasks(request, dossier, step) if step else [],
        "certificates": _certificates(request, dossier),
        "defects": _defects(dossier),
        "desk_check": desk_check_of(dossier),
    }


def submitted_content(request, dossier) -> dict:
    """The present revision in the order of the notice, its files with addresses."""
    content = dossier.revision.content
    content = readable_content(definition_of_content(dossier, content), dossier.track, content)
    return with_addresses(content, request.tenant.slug, dossier)


def with_flags(content: dict, flags: dict[str, str]) -> dict:
    """The content with a ``flag`` (part, is_set, comment) per part that a return can name."""

    def flag(part: str) -> dict:
        return {"part": part, "is_set": part in flags, "comment": flags.get(part, "")}

    rows = [*content["materials"], *content["case_report"]]
    rows += [item for section in content["sections"] for item in section["items"]]
    for row in rows:
        row["flag"] = flag(row["part"])
    return content | {
        "form_flag": flag(FORM),
        "self_assessment_flag": flag(SELF_ASSESSMENT),
        "all_flag": flag(EVERYTHING),
        "has_flags": bool(flags),
    }


def _tasks(request, dossier, step) -> list[dict]:
    """The checks that must precede the signature."""
    tasks, slug = [], request.tenant.slug
    if "desk_check" in step.requires or step.type == "desk_check":
        check = desk_check_of(dossier)
        missing = sum(not row["ok"] for row in check.checks) if check else 0
        tasks.append(
            {
                "title": "材料初审",
                "url": reverse("reviews:desk_check", args=[slug, dossier.pk]),
                "status": "已完成" if check else "未完成",
                "tone": "ok" if check else "wait",
                "hint": f"{missing} 项不齐全" if missing else "材料齐全" if check else "",
            }
        )
    if "site_visit" in step.requires or step.type == "site_visit":
        visit, closed = visit_of(dossier), last_closed_visit(dossier)
        plan = plan_of(dossier)
        hint = f"计划 {cn_date(plan.planned_on)}，{plan.participants}" if plan else "还没有安排"
        if closed:
            hint = f"{closed.visited_on} 核查"
            if closed.revision_id != dossier.revision_id:
                hint = f"沿用以前版本的核查（{closed.visited_on}），现场有变化的请重新核查"
        tasks.append(
            {
                "title": "实地核查",
                "url": reverse("reviews:site_visit", args=[slug, dossier.pk]),
                "status": "已完成" if closed else "核查中" if visit else "未完成",
                "tone": "ok" if closed else "wait",
                "hint": hint,
            }
        )
    return tasks


def _certificates(request, dossier) -> list[dict]:
    """What the notice asks the office itself to certify."""
    return [
        {
            "title": asked.title,
            "url": reverse(
                "reviews:certificate_issue", args=[request.tenant.slug, dossier.pk, asked.slot]
            ),
            "status": _issued(asked.certificate),
            "hint": asked.about,
        }
        for asked in asked_of(request.member, dossier)
    ]


def _issued(certificate) -> str:
    if certificate is None:
        return "待出具"
    return "已完成" if certificate.is_granted else "不予证明"


def _defects(dossier) -> list[dict]:
    definition = dossier.version.definition
    return [
        {"label": f"{code} {definition.item(code).title}", **found}
        for code, found in sorted(defects_by_item(dossier).items())
    ]


@require_safe
def sign_off_scan(request, pk):
    """Whoever sees the dossier may open the sealed page of an opinion on it."""
    row = get_object_or_404(
        SignOff.objects.filter(dossier__in=visible_dossiers(request.member)).select_related("scan"),
        pk=pk,
    )
    if row.scan is None:
        raise Http404("no scan")
    return serve_file(request, row.scan)
