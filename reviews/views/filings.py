"""What the counties owe the city: plan, work report, introductions."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core.answers import answer_once
from core.clock import now
from core.forms import add_errors
from documents.serving import serve_file
from reviews.forms.sign_offs import FilingForm
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.filings import (
    OVERSEERS,
    campaigns_with_filings,
    filings_of,
    visible_filings,
)
from reviews.services.filings import file_obligation


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
                "filed": sum(row.filing is not None for row in rows),
                "late": sum(row.is_late for row in rows),
            }
        )
    context = {"groups": groups, "oversees": member.role in OVERSEERS}
    return render(request, "reviews/filing_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def filing_create(request, key, obligation):
    """The office that owes it."""
    campaigns = Campaign.objects.exclude(state=CampaignState.DRAFT)
    campaign = get_object_or_404(campaigns, key=key)
    definition = current_version(campaign).definition
    try:
        part = definition.obligation(obligation)
    except KeyError:
        raise Http404("no such obligation") from None
    if LEVEL_OF.get(request.member.role) != part.owner_level:
        raise PermissionDenied
    initial = {"text": "".join(f"{title}：\n\n" for title in part.outline)}
    form = FilingForm(request.POST or None, request.FILES or None, initial=initial)
    back = reverse("reviews:filing_list", args=[request.tenant.slug])

    def act():
        file_obligation(campaign, part.code, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已报送「{part.title}」。")
        return back

    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    deadline = definition.deadline(part.deadline)
    context = {
        "campaign": campaign,
        "obligation": part,
        "deadline": deadline,
        "is_late": now() >= deadline.cutoff(timezone.get_current_timezone()),
        "form": form,
        "back": back,
    }
    return render(request, "reviews/filing_create.html", context)


@require_safe
def filing_detail(request, pk):
    """The office that filed it, the city and the auditor: text and file."""
    filing = get_object_or_404(
        visible_filings(request.member).select_related(
            "campaign", "organisation", "filed_by__user", "file"
        ),
        pk=pk,
    )
    part = current_version(filing.campaign).definition.obligation(filing.obligation)
    return render(request, "reviews/filing_detail.html", {"filing": filing, "obligation": part})


@require_safe
def filing_file(request, pk):
    """The same people: the file."""
    filing = get_object_or_404(visible_filings(request.member).select_related("file"), pk=pk)
    if filing.file is None:
        raise Http404("no file")
    return serve_file(request, filing.file)
