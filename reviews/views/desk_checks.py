"""The county's check of the materials."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.errors import Refused
from core.forms import answer_form, renew
from reviews.forms.sign_offs import DeskCheckForm
from reviews.selectors.desk_checks import desk_check_of
from reviews.services.deadlines import check_deadline
from reviews.services.desk_checks import checking_step, record_desk_check
from reviews.views.sign_offs import load_dossier, steps_of_office, submitted_content


@require_http_methods(["GET", "HEAD", "POST"])
def desk_check(request, pk):
    """The office that checks: the list of materials and items, each in order or not."""
    dossier = load_dossier(request, pk)
    asks = [s for s in steps_of_office(request, dossier) if _asks(s)]
    if not asks:
        raise PermissionDenied
    check = desk_check_of(dossier)
    form = DeskCheckForm(
        request.POST or None,
        definition=dossier.version.definition,
        track=dossier.track,
        initial=_initial(dossier, check),
    )
    url, status = answer_form(request, form, lambda: _record(request, dossier, form))
    if url:
        return redirect(url)
    if status != 200:  # the page shows the present revision under what was typed
        dossier = load_dossier(request, pk)
        renew(form, revision=dossier.revision.sha256)
    content = submitted_content(request, dossier)
    context = {
        "dossier": dossier,
        "form": form,
        "groups": _groups(form, content),
        "check": check,
        "obstacle": _obstacle(request, dossier),
        "back": reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk]),
    }
    return render(request, "reviews/desk_check.html", context, status=status)


def _asks(step) -> bool:
    return step.type == "desk_check" or "desk_check" in step.requires


def _record(request, dossier, form) -> str:
    try:
        check = record_desk_check(
            dossier,
            actor=request.member,
            checks=form.checks(),
            revision_sha256=form.cleaned_data["revision"],
        )
    except ValidationError as error:
        rows = error.error_dict
        raise ValidationError({f"note:{code}": rows[code] for code in rows}) from error
    missing = sum(not row["ok"] for row in check.checks)
    messages.success(
        request, f"已保存初审结果：{f'{missing} 项不齐全' if missing else '材料齐全'}。"
    )
    return reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk])


def _initial(dossier, check) -> dict:
    values = {"revision": dossier.revision.sha256}
    for row in check.checks if check else ():
        values[f"ok:{row['code']}"] = "yes" if row["ok"] else "no"
        values[f"note:{row['code']}"] = row["note"]
    return values


def _groups(form, content) -> list[dict]:
    """The rows under their headings, each with its fields and the files that are there."""
    parts = [*content["materials"], *content["case_report"]]
    parts += [item for section in content["sections"] for item in section["items"]]
    galleries = {part["part"]: part["cards"] for part in parts}
    certificates = {part["part"]: part["certificates"] for part in parts}
    groups: dict[str, list] = {}
    for row in form.rows:
        gallery = galleries.get(row["code"], [])
        groups.setdefault(row["group"], []).append(
            {
                **row,
                "ok": form[f"ok:{row['code']}"],
                "note": form[f"note:{row['code']}"],
                "gallery": gallery,
                "certificates": certificates.get(row["code"], []),
                "counts_files": row["code"] in galleries,
            }
        )
    return [{"title": title, "rows": rows} for title, rows in groups.items()]


def _obstacle(request, dossier) -> str:
    """Chinese: why the office cannot check now; empty when it can."""
    try:
        check_deadline(
            dossier, checking_step(dossier, request.member, "desk_check"), request.member
        )
    except Refused as error:
        return error.message
    return ""
