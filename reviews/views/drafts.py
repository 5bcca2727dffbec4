"""Pages on which the applicant fills in the draft: form, case report, self-assessment."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.rubric import show
from core import clock
from core.errors import STALE_PAGE, Conflict, Refused
from core.forms import add_errors
from reviews.forms.drafts import ApplicationForm, CaseReportForm, DraftForm
from reviews.forms.self_assessment import SelfAssessmentForm
from reviews.selectors.contents import registry_values
from reviews.selectors.evidence import by_slot, present_evidence
from reviews.selectors.parts import case_slot, dossier_slots
from reviews.selectors.returns import flags_on
from reviews.selectors.self_assessment import self_assessment_totals
from reviews.services.dossiers import check_editable, save_draft
from reviews.views.contents import evidence_cards
from reviews.views.dossiers import TASK_PAGES, detail_url, load_dossier

FORMS = {form.part: form for form in (ApplicationForm, CaseReportForm, SelfAssessmentForm)}


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_form(request, pk):
    """Its applicant: the application form."""
    return _draft_page(request, pk, ApplicationForm, "reviews/dossier_form.html", _form_context)


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_case_report(request, pk):
    """Its applicant: the case report by its outline."""
    return _draft_page(
        request, pk, CaseReportForm, "reviews/dossier_case_report.html", _case_context
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_self_assessment(request, pk):
    """Its applicant: own marks with the running total."""
    return _draft_page(
        request, pk, SelfAssessmentForm, "reviews/dossier_self_assessment.html", _marks_context
    )


def _draft_page(request, pk, form_class, template, more):
    dossier = load_dossier(request, pk)
    form = form_class(request.POST if request.method == "POST" else None, dossier=dossier)
    conflict, status = None, 200
    try:
        check_editable(dossier, request.member)
        if form.is_bound:
            form.take_answers()
        if form.is_bound and form.is_valid():
            saved = _save(request, dossier, form)
            messages.success(request, f"已于 {timezone.localtime(clock.now()):%H:%M} 保存。")
            return redirect(_next_url(request, saved, form_class.part))
    except Conflict as error:
        conflict, status = error.message, error.status
        dossier.refresh_from_db(fields=["draft", "lock_version"])
        form.ask(dossier)
    except Refused as error:
        if not form.is_bound:
            raise
        status = add_errors(form, error)
    slug = request.tenant.slug
    context = {
        "dossier": dossier,
        "form": form,
        "conflict": conflict,
        "saved_words": _saved_words(dossier, form.part),
        "replaced": _replaced(dossier, form),
        "autosave": ""
        if conflict or form.is_closed
        else reverse("reviews:dossier_autosave", args=[slug, dossier.pk, form.part]),
        "flag": flags_on(dossier).get(form.part, ""),
        **more(request, dossier, form),
    }
    return render(request, template, context, status=status)


def _saved_words(dossier, part: str) -> str:
    saved = dossier.draft.get("saved", {}).get(part)
    return f"{saved['by']} 于 {saved['at'][:16].replace('T', ' ')} 保存" if saved else ""


def _replaced(dossier, form) -> list[dict]:
    """Texts of others that were written over in this part, the newest first."""
    labels = {path: form[name].label for name, path in form.paths().items()}
    rows = [row for row in dossier.draft.get("replaced", []) if row["part"] == form.part]
    return [
        {**row, "label": labels[row["path"]], "at": row["at"][:16].replace("T", " ")}
        for row in reversed(rows)
        if row["path"] in labels
    ]


def _save(request, dossier, form: DraftForm):
    return save_draft(
        dossier,
        form.part,
        form.values(),
        lock_version=form.cleaned_data["version"],
        actor=request.member,
        seen=form.cleaned_data.get("seen"),
    )


def _next_url(request, dossier, part: str) -> str:
    """The next page of the task list, the pictures of a section, or the list itself."""
    then = request.POST.get("then", "")
    if then in dossier_slots(dossier.version.definition, dossier.track):
        return reverse("reviews:dossier_slot", args=[request.tenant.slug, dossier.pk, then])
    pages = list(TASK_PAGES)
    following = pages[pages.index(part) + 1 :]
    if then == "next" and following:
        name = TASK_PAGES[following[0]]
        return reverse(f"reviews:{name}", args=[request.tenant.slug, dossier.pk])
    return detail_url(request, dossier)


@require_POST
def dossier_autosave(request, pk, part):
    """The same forms while they are being filled in. Answers {saved_at, version, totals?}; what
    was refused is said in ``message`` (409); fields that are wrong stay unsaved and are named in
    ``message`` (422)."""
    dossier = load_dossier(request, pk)
    if part not in FORMS:
        raise Http404("unknown part")
    form = FORMS[part](request.POST, dossier=dossier)
    try:
        check_editable(dossier, request.member)
        is_valid = form.is_valid()
        if "version" not in form.cleaned_data:
            return JsonResponse({"message": STALE_PAGE}, status=422)
        dossier = _save(request, dossier, form)
    except Refused as error:
        return JsonResponse({"message": error.message}, status=error.status)
    answer = {
        "saved_at": f"{timezone.localtime(clock.now()):%H:%M}",
        "version": dossier.lock_version,
        "seen": json.dumps(form.seen_now()),
    }
    if part == SelfAssessmentForm.part:
        answer["totals"] = _totals_json(dossier)
    if is_valid:
        return JsonResponse(answer)
    names = [form[name].label for name in form.errors if name in form.fields]
    answer["message"] = f"其它内容已保存；“{'”“'.join(names[:3])}”有问题，尚未保存。"
    return JsonResponse(answer, status=422)


def _totals_json(dossier) -> dict:
    totals = self_assessment_totals(
        dossier.version.definition, dossier.track, dossier.draft.get("self_assessment", {})
    )
    return {
        "": show(totals.points),
        "marked": str(totals.marked),
        **{section.code: show(section.points) for section in totals.sections},
    }


def _form_context(request, dossier, form) -> dict:
    known = registry_values(dossier)
    return {
        "registered": [
            {"label": field.title, "value": known[field.type]}
            for field in dossier.version.definition.fields(dossier.track)
            if field.type in known
        ]
    }


def _case_context(request, dossier, form) -> dict:
    slug = request.tenant.slug
    files, flags = by_slot(present_evidence(dossier)), flags_on(dossier)
    sections = form.sections()
    for row in sections:
        slot = case_slot(row["section"].code)
        row["slot"] = slot
        row["cards"] = evidence_cards(slug, files.get(slot, []))
        row["flag"] = flags.get(slot, "")
        row["is_open"] = form.opened.opens(slot)
    return {"sections": sections, "report": dossier.version.definition.form.case_report}


def _marks_context(request, dossier, form) -> dict:
    definition, track = dossier.version.definition, dossier.track
    files, flags = by_slot(present_evidence(dossier)), flags_on(dossier)
    marks = form.marks if form.is_bound else dossier.draft.get(form.part, {})
    totals = self_assessment_totals(definition, track, marks)
    slug = request.tenant.slug
    sections = [
        {
            "total": total,
            "items": [
                {
                    "item": item,
                    "fields": form.bound(item),
                    "flag": flags.get(item.code, ""),
                    "files": len(files.get(item.code, [])),
                    "url": reverse("reviews:dossier_slot", args=[slug, dossier.pk, item.code]),
                }
                for item in definition.section(total.code).items_for(track)
            ],
        }
        for total in totals.sections
    ]
    return {"sections": sections, "totals": totals}
