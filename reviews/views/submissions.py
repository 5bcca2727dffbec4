"""The last pages of the applicant's work: check, submit, receipt; and a revision as it was."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.forms import answer_form, renew
from reviews.forms.dossiers import PledgeForm
from reviews.permissions.dossiers import can_edit_dossier, is_own_dossier
from reviews.selectors.completeness import completeness
from reviews.selectors.contents import frozen_content, readable_content
from reviews.selectors.differences import differences
from reviews.selectors.evidence import counts_by_slot, outside_window, present_evidence
from reviews.selectors.former import count_still_copied
from reviews.selectors.papers import papers_of
from reviews.selectors.parts import FORM, SELF_ASSESSMENT, case_slot
from reviews.selectors.requirements import barring, requirement_lines
from reviews.selectors.returns import last_return
from reviews.selectors.timeline import waiting_words
from reviews.selectors.version_moves import definition_of_content
from reviews.services.dossiers import check_editable
from reviews.services.submissions import submit_dossier
from reviews.views.contents import with_addresses
from reviews.views.dossiers import deadline_context, load_dossier, part_url
from reviews.views.evidence import slot_url, window_in_words


@require_safe
def dossier_check(request, pk):
    """Its applicant: everything on one page, what is missing, the pledge."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)
    pledge = dossier.version.definition.form.pledge
    form = PledgeForm(initial={"version": dossier.lock_version}, pledge=pledge)
    return render(request, "reviews/dossier_check.html", _check_context(request, dossier, form))


def _check_context(request, dossier, form) -> dict:
    definition = dossier.version.definition
    evidence = present_evidence(dossier)
    found = completeness(definition, dossier.track, dossier.draft, counts_by_slot(evidence))
    content = readable_content(definition, dossier.track, frozen_content(dossier, evidence))
    lines = requirement_lines(dossier)
    former = dossier.revision and _readable(dossier, dossier.revision.content)
    return {
        "changes": differences(former, content) if former else None,
        "untouched": count_still_copied(dossier),
        "dossier": dossier,
        "form": form,
        "can_edit": can_edit_dossier(request.member, dossier),
        "missing": found.missing,
        "can_submit": is_own_dossier(request.member, dossier),
        "outside": [
            {"name": piece.name, "url": f"{slot_url(request, piece)}#file-{piece.pk}"}
            for piece in outside_window(evidence, definition.evidence_window)
        ],
        "window_words": window_in_words(definition.evidence_window),
        "previews": papers_of(definition),
        "requirements": lines,
        "barring": barring(lines),
        "items": _item_rows(request, dossier, content, found),
        "blocking": [_with_url(request, dossier, gap) for gap in found.blocking],
        "warnings": [_with_url(request, dossier, gap) for gap in found.warnings],
        "content": with_addresses(content, request.tenant.slug),
        **deadline_context(definition, dossier.campaign, dossier),
        "answered": last_return(dossier),
    }


def _item_rows(request, dossier, content: dict, found) -> dict:
    """Every item of the rubric with its mark and its evidence, and how many are complete."""
    lacking = {gap.part for gap in found.blocking + found.warnings}
    slug, rows = request.tenant.slug, []
    for section in content["sections"]:
        for item in section["items"]:
            marked = "未自评" if item["points"] is None else f"{item['points']} / {item['maximum']}"
            given = f"{len(item['files'])} 个文件" if item["files"] else "无"
            is_marked = item["points"] is not None or item["is_bonus"]
            is_done = is_marked and item["part"] not in lacking
            url = reverse("reviews:dossier_slot", args=[slug, dossier.pk, item["part"]])
            rows.append(
                [
                    url,
                    f"{item['code']} {item['title']}",
                    marked,
                    given,
                    "齐全" if is_done else "缺项",
                ]
            )
    return {
        "rows": rows,
        "columns": [{"label": "指标"}, {"label": "自评"}, {"label": "佐证"}, {"label": "情况"}],
        "done": sum(row[-1] == "齐全" for row in rows),
    }


def _with_url(request, dossier, gap) -> dict:
    """Where the gap is closed: the field in its page, or the slot."""
    slug = request.tenant.slug
    url = part_url(slug, dossier, gap.part)
    if gap.field and gap.part == FORM:
        url += f"#id_form-{gap.field}"
    elif gap.field and gap.part == SELF_ASSESSMENT:
        url += f"#item-{gap.field}"
    elif not gap.field and gap.part.startswith(case_slot("")):
        url = reverse("reviews:dossier_slot", args=[slug, dossier.pk, gap.part])
    return {"message": gap.message, "url": url}


@require_POST
def dossier_submit(request, pk):
    """Its applicant: freeze and send. Sent twice it is answered with the same receipt."""
    dossier = load_dossier(request, pk)
    if not is_own_dossier(request.member, dossier):
        raise PermissionDenied
    form = PledgeForm(request.POST, pledge=dossier.version.definition.form.pledge)

    def check():
        if not form.is_valid():  # the service knows better words for whoever submits twice
            check_editable(dossier, request.member)

    def act():
        revision = submit_dossier(
            dossier,
            pledged=form.cleaned_data.get("pledged", False),
            lock_version=form.cleaned_data["version"],
            actor=request.member,
        )
        return reverse(
            "reviews:dossier_receipt", args=[request.tenant.slug, dossier.pk, revision.number]
        )

    url, status = answer_form(request, form, act, check=check)
    if url:
        return redirect(url)
    # The page shows the dossier as it stands now: what is sent next was seen.
    dossier = load_dossier(request, pk)
    renew(form, version=dossier.lock_version)
    context = _check_context(request, dossier, form)
    return render(request, "reviews/dossier_check.html", context, status=status)


def _load_revision(dossier, number: int):
    return get_object_or_404(
        dossier.revisions.select_related("submitted_by__user", "submitted_by__organisation"),
        number=number,
    )


@require_safe
def dossier_receipt(request, pk, number):
    """Who sees the dossier: number, hash and moment of one submission."""
    dossier = load_dossier(request, pk)
    revision = _load_revision(dossier, number)
    context = {
        "dossier": dossier,
        "revision": revision,
        "words": f"{dossier.community.name}第 {revision.number} 版材料已经提交，内容不会再变。",
        "rows": [
            {"label": "小区", "value": dossier.community.name},
            {"label": "编号", "value": dossier.number},
            {"label": "版本", "value": f"第 {revision.number} 版"},
            {"label": "提交人", "value": revision.submitted_by.label},
            {"label": "现在", "value": waiting_words(dossier) or dossier.get_state_display()},
        ],
    }
    return render(request, "reviews/dossier_receipt.html", context)


@require_safe
def dossier_differences(request, pk, number):
    """Who sees the dossier: a revision beside the one before it."""
    dossier = load_dossier(request, pk)
    after = _load_revision(dossier, number)
    rows = []
    if number > 1:
        before = _load_revision(dossier, number - 1)
        rows = differences(_readable(dossier, before.content), _readable(dossier, after.content))
    context = {
        "dossier": dossier,
        "title": f"第 {number} 版与上一版的差别",
        "rows": rows,
        "before": f"第 {number - 1} 版",
        "after": f"第 {number} 版",
        "revision": after,
    }
    return render(request, "reviews/dossier_differences.html", context)


def _readable(dossier, content: dict) -> dict:
    return readable_content(definition_of_content(dossier, content), dossier.track, content)


@require_safe
def dossier_revision(request, pk, number):
    """Who sees the dossier: the content of one revision as it was submitted."""
    dossier = load_dossier(request, pk)
    revision = _load_revision(dossier, number)
    definition = definition_of_content(dossier, revision.content)
    content = readable_content(definition, dossier.track, revision.content)
    context = {
        "dossier": dossier,
        "revision": revision,
        "title": f"第 {revision.number} 版",
        "is_former": revision.pk != dossier.revision_id,
        "content": with_addresses(content, request.tenant.slug, dossier),
    }
    return render(request, "reviews/dossier_revision.html", context)
