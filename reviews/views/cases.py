"""Model cases that the offices forward to the next level."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.quotas import meter
from campaigns.selectors import current_version
from core.answers import answer_once
from core.forms import add_errors
from reviews.forms.results import ForwardForm
from reviews.models import ForwardedCase
from reviews.permissions.results import can_see_cases
from reviews.selectors.cases import case_quota, forwardable, forwarded_cases
from reviews.selectors.dossiers import visible_dossiers
from reviews.services.cases import forward_case, withdraw_case


@require_http_methods(["GET", "HEAD", "POST"])
def case_list(request, key):
    """Counties and city: what is forwarded, and one's own quota; the auditor reads."""
    member = request.member
    if not can_see_cases(member):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign.objects.exclude(state=CampaignState.DRAFT), key=key)
    definition = current_version(campaign).definition
    quota = case_quota(definition, member)
    cases = forwarded_cases(member, campaign)
    url = reverse("reviews:case_list", args=[request.tenant.slug, campaign.key])
    form = None
    if quota:
        dossiers = list(forwardable(definition, campaign, member, quota))
        form = ForwardForm(request.POST or None, dossiers=dossiers)

    def act():
        forward_case(campaign, actor=member, **form.cleaned_data)
        messages.success(request, "已推荐。")
        return url

    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                return redirect(answer_once(request, act))
            except ValidationError as error:
                add_errors(form, error)
    own = [case for case in cases if case.organisation_id == member.organisation_id]
    context = {
        "campaign": campaign,
        "quota": quota,
        "has_quota": any(one.object == "cases" for one in definition.quotas),
        "meter": meter(quota, "", len(own), object_="cases") if quota else None,
        "cases": cases,
        "own": {case.pk for case in own},
        "form": form,
        "url": url,
    }
    status = 400 if form is not None and form.errors else 200
    return render(request, "reviews/case_list.html", context, status=status)


@require_POST
def case_withdraw(request, pk):
    """The office that forwarded it."""
    case = get_object_or_404(
        ForwardedCase.objects.filter(
            dossier__in=visible_dossiers(request.member), withdrawn_at=None
        ).select_related("campaign"),
        pk=pk,
    )
    withdraw_case(case, actor=request.member)
    messages.success(request, "已撤回推荐。")
    return redirect("reviews:case_list", request.tenant.slug, case.campaign.key)
