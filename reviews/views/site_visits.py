"""The county's visit, made to be used on a phone on the spot."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from core.clock import today
from core.errors import Refused
from core.forms import answer_form
from documents.serving import serve_file, serve_thumbnail
from reviews.forms.sign_offs import (
    FindingForm,
    RemovalForm,
    SiteVisitForm,
    VisitPlanForm,
    VisitSummaryForm,
)
from reviews.models import Finding
from reviews.selectors.dossiers import visible_dossiers
from reviews.selectors.site_visits import (
    dossiers_to_visit,
    findings_by_item,
    plan_of,
    visit_of,
    visited_items,
)
from reviews.services.deadlines import check_deadline
from reviews.services.desk_checks import checking_step
from reviews.services.site_visits import (
    add_finding,
    close_site_visit,
    correct_site_visit,
    open_site_visit,
    plan_site_visits,
    remove_finding,
)
from reviews.views.sign_offs import load_dossier, steps_of_office

NOT_BEGUN = "请先填写核查日期和参加人员，开始核查。"


@require_http_methods(["GET", "HEAD", "POST"])
def visit_list(request):
    """The county: what waits for its visit, by day, and the plan of a day."""
    if request.member.role != Role.COUNTY_OFFICER:
        raise PermissionDenied
    rows = dossiers_to_visit(request.member, today())
    form = VisitPlanForm(
        request.POST or None, dossiers=[row.dossier for row in rows if row.visit is None]
    )
    here = reverse("reviews:visit_list", args=[request.tenant.slug])

    def act():
        count = plan_site_visits(actor=request.member, **form.values())
        messages.success(request, f"已安排 {count} 个小区的实地核查。")
        return here

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    chosen = set(form["dossiers"].value() or ())
    context = {
        "form": form,
        "rows": [{"row": row, "is_chosen": str(row.dossier.pk) in chosen} for row in rows],
        "can_plan": bool(form.offered),
    }
    return render(request, "reviews/visit_list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def site_visit(request, pk):
    """The office that visits: open the visit, then its findings by item."""
    dossier, visit = _load(request, pk)
    plan = plan_of(dossier)
    initial = {"visited_on": today(), "participants": plan.participants if plan else ""}
    form = SiteVisitForm(request.POST or None, initial=initial)

    def check():
        if visit is not None:
            raise Refused("本版材料的实地核查已经开始，见下。日期和参加人员可以更正。")

    url, status = answer_form(request, form, lambda: _open(request, dossier, form), check=check)
    if url:
        return redirect(url)
    if status != 200:
        visit = visit_of(dossier)
    obstacle = _obstacle(request, dossier)
    context = {
        "dossier": dossier,
        "visit": visit,
        "plan": plan,
        "form": form,
        "finding_form": _finding_form(dossier),
        "items": _items(dossier, visit, request.tenant.slug) if visit else [],
        "obstacle": obstacle,
        "is_open": visit is not None and not visit.closed_at and not obstacle,
        "back": reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk]),
    }
    return render(request, "reviews/site_visit.html", context, status=status)


def _open(request, dossier, form) -> str:
    open_site_visit(dossier, actor=request.member, **form.cleaned_data)
    messages.success(request, "已开始核查，可以逐处记录问题。")
    return _url(request, dossier)


@require_http_methods(["GET", "HEAD", "POST"])
def site_visit_edit(request, pk):
    """Put day and participants right while the visit is open."""
    dossier, visit = _load(request, pk)
    if visit is None:
        raise Refused("还没有开始核查。")
    initial = {"visited_on": visit.visited_on, "participants": visit.participants}
    form = SiteVisitForm(request.POST or None, initial=initial)

    def act():
        correct_site_visit(visit, actor=request.member, **form.cleaned_data)
        messages.success(request, "已更正核查日期和参加人员。")
        return _url(request, dossier)

    return _filled(request, dossier, visit, form, act, "更正核查日期和参加人员", "保存")


@require_http_methods(["GET", "HEAD", "POST"])
def finding_create(request, pk):
    """Record one defect at one place."""
    dossier, visit = _load(request, pk)
    is_page = request.accepts("text/html")
    if visit is None and is_page:
        raise Refused(NOT_BEGUN)
    form = _finding_form(
        dossier,
        request.POST or None,
        request.FILES or None,
        initial={"item": request.GET.get("item", "")},
    )

    def act():
        finding = add_finding(visit, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已记录：{finding.item} {finding.place}。")
        return f"{_url(request, dossier)}#item-{finding.item}"

    if is_page:
        return _filled(request, dossier, visit, form, act, "记录一处问题", "保存")
    return _noted(request, dossier, visit, form, act)


def _noted(request, dossier, visit, form, act) -> JsonResponse:
    """The answer to a defect that was kept in the browser and is sent by the script: ``{}``, or
    ``{message, errors: {field: sentence}}`` where it was not taken."""
    url, status = answer_form(
        request, form, act, check=lambda: _check_possible(request, dossier, visit)
    )
    if url:
        list(messages.get_messages(request))  # the page shows the defect itself
        return JsonResponse({})
    errors = {name: "".join(sentences) for name, sentences in form.errors.items()}
    message = errors.pop(NON_FIELD_ERRORS, "") or "内容有问题，没有记下，请改正。"
    return JsonResponse(
        {"message": message, "errors": errors}, status=422 if status == 200 else status
    )


def _finding_form(dossier, *data, **more) -> FindingForm:
    definition = dossier.version.definition
    return FindingForm(*data, definition=definition, track=dossier.track, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def finding_remove(request, pk):
    """Take a defect back with a reason."""
    finding = get_object_or_404(
        Finding.objects.filter(visit__dossier__in=visible_dossiers(request.member)).select_related(
            "visit"
        ),
        pk=pk,
    )
    dossier, visit = _load(request, finding.visit.dossier_id)
    form = RemovalForm(request.POST or None)

    def act():
        remove_finding(finding, actor=request.member, reason=form.cleaned_data["reason"])
        messages.success(request, f"已撤销：{finding.item} {finding.place}。")
        return f"{_url(request, dossier)}#item-{finding.item}"

    title = f"撤销「{finding.item} {finding.place}」"
    return _filled(request, dossier, visit, form, act, title, "撤销", is_danger=True)


@require_http_methods(["GET", "HEAD", "POST"])
def site_visit_close(request, pk):
    """Finish the visit with a conclusion."""
    dossier, visit = _load(request, pk)
    if visit is None:
        raise Refused("还没有开始核查。")
    form = VisitSummaryForm(request.POST or None)

    def act():
        close_site_visit(visit, actor=request.member, summary=form.cleaned_data["summary"])
        messages.success(request, "实地核查已结束。")
        return reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk])

    count = visit.findings.filter(removed_at=None).count()
    note = f"共记录 {count} 处问题。结束后不能再增减。"
    return _filled(request, dossier, visit, form, act, "结束核查", "结束核查", note=note)


def _filled(request, dossier, visit, form, act, title, submit, *, note="", is_danger=False):
    def check():
        _check_possible(request, dossier, visit)

    if request.method != "POST":
        check()
    url, status = answer_form(request, form, act, check=check)
    if url:
        return redirect(url)
    context = {
        "dossier": dossier,
        "form": form,
        "title": title,
        "submit": submit,
        "note": note,
        "is_danger": is_danger,
        "back": _url(request, dossier),
    }
    return render(request, "reviews/site_visit_form.html", context, status=status)


@require_safe
def finding_photo(request, pk):
    """Offices and the auditor: the photo of a defect."""
    return serve_file(request, _photo(request, pk))


@require_safe
def finding_thumbnail(request, pk):
    """The same, small."""
    return serve_thumbnail(request, _photo(request, pk))


def _photo(request, pk):
    finding = get_object_or_404(
        Finding.objects.filter(visit__dossier__in=visible_dossiers(request.member)).select_related(
            "photo"
        ),
        pk=pk,
    )
    if request.member.role == Role.APPLICANT:
        raise PermissionDenied
    if finding.photo is None:
        raise Http404("no photo")
    return finding.photo


def _load(request, pk):
    dossier = load_dossier(request, pk)
    steps = steps_of_office(request, dossier)
    if not any(s.type == "site_visit" or "site_visit" in s.requires for s in steps):
        raise PermissionDenied
    return dossier, visit_of(dossier)


def _url(request, dossier) -> str:
    return reverse("reviews:site_visit", args=[request.tenant.slug, dossier.pk])


def _check_possible(request, dossier, visit) -> None:
    """Say at once what the service would refuse, before anything is typed."""
    obstacle = _obstacle(request, dossier)
    if not obstacle and visit is None:
        obstacle = NOT_BEGUN
    elif not obstacle and visit.closed_at:
        obstacle = "实地核查已经结束，不能再改。"
    if obstacle:
        raise Refused(obstacle)


def _obstacle(request, dossier) -> str:
    """Chinese: why the office cannot visit now; empty when it can."""
    try:
        check_deadline(
            dossier, checking_step(dossier, request.member, "site_visit"), request.member
        )
    except Refused as error:
        return error.message
    return ""


def _items(dossier, visit, slug: str) -> list[dict]:
    definition = dossier.version.definition
    found = findings_by_item(visit)
    shown = []
    for item in visited_items(definition, dossier.track):
        rows = found.get(item.code, [])
        mark = {"defects": sum(row.removed_at is None for row in rows)}
        shown.append(
            {
                "item": item,
                "findings": rows,
                "count": mark["defects"],
                "words": item.explain(mark),
                "add_url": f"{reverse('reviews:finding_create', args=[slug, dossier.pk])}"
                f"?item={item.code}",
            }
        )
    return shown
