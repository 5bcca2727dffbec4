"""The county's visit, made to be used on a phone on the spot."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from core.clock import today
from core.errors import Refused
from core.forms import answer_form
from documents.serving import serve_file, serve_thumbnail
from reviews.forms.sign_offs import FindingForm, RemovalForm, SiteVisitForm, VisitSummaryForm
from reviews.models import Finding
from reviews.selectors.dossiers import visible_dossiers
from reviews.selectors.site_visits import findings_by_item, visit_of, visited_items
from reviews.services.desk_checks import checking_step
from reviews.services.sign_offs import check_deadline
from reviews.services.site_visits import (
    add_finding,
    close_site_visit,
    correct_site_visit,
    open_site_visit,
    remove_finding,
)
from reviews.views.sign_offs import load_dossier, steps_of_office


@require_http_methods(["GET", "HEAD", "POST"])
def site_visit(request, pk):
    """The office that visits: open the visit, then its findings by item."""
    dossier, visit = _load(request, pk)
    form = SiteVisitForm(request.POST or None, initial={"visited_on": today()})

    def check():
        if visit is not None:
            raise Refused("本版材料的实地核查已经开始，见下。日期和参加人员可以更正。")

    url, status = answer_form(request, form, lambda: _open(request, dossier, form), check=check)
    if url:
        return redirect(url)
    if status != 200:
        visit = visit_of(dossier)
    context = {
        "dossier": dossier,
        "visit": visit,
        "form": form,
        "items": _items(dossier, visit, request.tenant.slug) if visit else [],
        "obstacle": _obstacle(request, dossier),
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
    if visit is None:
        raise Refused("请先填写核查日期和参加人员，开始核查。")
    form = FindingForm(
        request.POST or None,
        request.FILES or None,
        definition=dossier.version.definition,
        track=dossier.track,
        initial={"item": request.GET.get("item", "")},
    )

    def act():
        finding = add_finding(visit, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已记录：{finding.item} {finding.place}。")
        return f"{_url(request, dossier)}#item-{finding.item}"

    return _filled(request, dossier, visit, form, act, "记录一处问题", "保存")


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
    if not obstacle and (visit is None or visit.closed_at):
        obstacle = "实地核查已经结束，不能再改。"
    if obstacle:
        raise Refused(obstacle)


def _obstacle(request, dossier) -> str:
    """Chinese: why the office cannot visit now; empty when it can."""
    try:
        check_deadline(dossier, checking_step(dossier, request.member, "site_visit"))
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
