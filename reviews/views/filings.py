"""What the counties owe the city: plan, work report, introductions."""

from __future__ import annotations

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core.forms import answer_form, renew
from documents.serving import serve_file
from reviews.documents import filing_template_docx
from reviews.forms.sign_offs import FilingForm, FilingReturnForm
from reviews.permissions.results import can_return_filing, can_see_cases
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.filings import (
    OVERSEERS,
    by_office,
    campaigns_with_filings,
    due_of,
    filing_of,
    filings_of,
    former_filings,
    visible_filings,
)
from reviews.services.filings import file_obligation, return_filing

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def filing_list(request):
    """Offices: their own obligations; city and auditor: those of all, late ones marked."""
    member = request.member
    if member.role not in LEVEL_OF and member.role not in OVERSEERS:
        raise PermissionDenied
    groups = []
    for campaign in campaigns_with_filings(member):
        rows = filings_of(campaign, member)
        groups.append(
            {
                "campaign": campaign,
                "rows": rows,
                "offices": by_office(rows),
                "filed": sum(not row.is_open for row in rows),
                "late": sum(row.is_late for row in rows),
                "cases": _has_cases(campaign, member),
            }
        )
    context = {"groups": groups, "oversees": member.role in OVERSEERS}
    return render(request, "reviews/filing_list.html", context)


def _has_cases(campaign: Campaign, member) -> bool:
    """Whether model cases are forwarded too, on a page of their own."""
    if not can_see_cases(member):
        return False
    quotas = current_version(campaign).definition.quotas
    return any(quota.object == "cases" and quota.scope.level == "county" for quota in quotas)


@require_http_methods(["GET", "HEAD", "POST"])
def filing_create(request, key, obligation):
    """The office that owes it: file it, or until the deadline put something in its place."""
    campaigns = Campaign.objects.exclude(state=CampaignState.DRAFT)
    campaign = get_object_or_404(campaigns, key=key)
    definition = current_version(campaign).definition
    try:
        part = definition.obligation(obligation)
    except KeyError:
        raise Http404("no such obligation") from None
    if LEVEL_OF.get(request.member.role) != part.owner_level:
        raise PermissionDenied
    filed = filing_of(campaign, part, request.member.organisation)
    form = FilingForm(
        request.POST or None,
        request.FILES or None,
        obligation=part,
        text=filed.text if filed else "",
        initial={"replaces": filed and filed.pk},
    )
    back = reverse("reviews:filing_list", args=[request.tenant.slug])

    def act():
        file_obligation(campaign, part.code, actor=request.member, **form.values())
        messages.success(request, f"已{'更换' if filed else '报送'}「{part.title}」。")
        return back

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    if status != 200:  # a colleague was faster: the next sending replaces what is shown now
        filed = filing_of(campaign, part, request.member.organisation)
        renew(form, replaces=filed.pk if filed else "")
    due = due_of(campaign, part, request.member.organisation, filed)
    context = {
        "campaign": campaign,
        "obligation": part,
        "last_day": due.last_day,
        "is_late": due.is_over,
        "is_returned": bool(filed and filed.returned_at),
        "filed": filed,
        "form": form,
        "back": back,
    }
    return render(request, "reviews/filing_create.html", context, status=status)


@require_safe
def filing_detail(request, pk):
    """The office that filed it, the city and the auditor: text and file."""
    filing = get_object_or_404(
        visible_filings(request.member).select_related(
            "campaign",
            "organisation",
            "filed_by__user",
            "file",
            "returned_by__user",
            "returned_by__organisation",
        ),
        pk=pk,
    )
    definition = current_version(filing.campaign).definition
    part = definition.obligation(filing.obligation)
    due = due_of(filing.campaign, part, filing.organisation, filing)
    is_own = filing.organisation_id == request.member.organisation_id
    context = {
        "filing": filing,
        "obligation": part,
        "former": () if filing.replaced_at else list(former_filings(filing)),
        "can_replace": is_own
        and LEVEL_OF.get(request.member.role) == part.owner_level
        and not filing.replaced_at
        and (filing.returned_at is not None or not due.is_over),
        "can_return": can_return_filing(request.member, filing)
        and not filing.returned_at
        and not filing.replaced_at,
    }
    return render(request, "reviews/filing_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def filing_return(request, pk):
    """The city: send it back with the reason."""
    filing = get_object_or_404(
        visible_filings(request.member).select_related(
            "campaign", "organisation", "filed_by__user"
        ),
        pk=pk,
    )
    if not can_return_filing(request.member, filing):
        raise PermissionDenied
    part = current_version(filing.campaign).definition.obligation(filing.obligation)
    form = FilingReturnForm(request.POST or None)

    def act():
        return_filing(filing, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已退回{filing.organisation.name}的「{part.title}」。")
        return reverse("reviews:filing_list", args=[request.tenant.slug])

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    context = {
        "filing": filing,
        "obligation": part,
        "form": form,
        "back": reverse("reviews:filing_detail", args=[request.tenant.slug, filing.pk]),
    }
    return render(request, "reviews/filing_return.html", context, status=status)


@require_safe
def filing_template(request, key, obligation):
    """Who owes it or oversees it: the paper to fill in, as a Word file made from the outline."""
    campaigns = Campaign.objects.exclude(state=CampaignState.DRAFT)
    campaign = get_object_or_404(campaigns, key=key)
    try:
        part = current_version(campaign).definition.obligation(obligation)
    except KeyError:
        raise Http404("no such obligation") from None
    member = request.member
    if member.role not in OVERSEERS and LEVEL_OF.get(member.role) != part.owner_level:
        raise PermissionDenied
    return FileResponse(
        io.BytesIO(filing_template_docx(campaign, part, member.organisation)),
        as_attachment=True,
        filename=f"{part.title}.docx",
        content_type=DOCX,
    )


@require_safe
def filing_file(request, pk):
    """The same people: the file."""
    filing = get_object_or_404(visible_filings(request.member).select_related("file"), pk=pk)
    if filing.file is None:
        raise Http404("no file")
    return serve_file(request, filing.file)
