"""Model cases that the offices forward to the next level."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.quotas import meter
from campaigns.selectors import current_version
from core.answers import answer_once
from core.forms import answer_form
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
    form, status = None, 200
    if request.method == "POST" and not quota:
        raise PermissionDenied
    if quota:
        dossiers = list(forwardable(definition, campaign, member, quota))
        form = ForwardForm(request.POST or None, dossiers=dossiers)

        def act() -> str:
            forward_case(campaign, actor=member, **form.cleaned_data)
            messages.success(request, "已推荐。")
            return url

        target, status = answer_form(request, form, act)
        if target:
            return redirect(target)
    own = [case for case in cases if case.organisation_id == member.organisation_id]
    counted = meter(quota, "", len(own), object_="cases") if quota else None
    context = {
        "campaign": campaign,
        "quota": quota,
        "has_quota": any(one.object == "cases" for one in definition.quotas),
        "meter": counted,
        "is_open": counted is not None
        and (counted.maximum is None or counted.value < counted.maximum),
        "cases": cases,
        "own": {case.pk for case in own},
        "form": form,
        "url": url,
    }
    return render(request, "reviews/case_list.html", context, status=status)


@require_POST
def case_withdraw(request, pk):
    """The office that forwarded it."""
    case = get_object_or_404(
        ForwardedCase.objects.filter(dossier__in=visible_dossiers(request.member)).select_related(
            "campaign"
        ),
        pk=pk,
    )

    def act() -> str:
        withdraw_case(case, actor=request.member)
        messages.success(request, "已撤回推荐。")
        return reverse("reviews:case_list", args=[request.tenant.slug, case.campaign.key])

    return redirect(answer_once(request, act))
