"""The order in which the counties recommend their dossiers."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.quotas import meter
from campaigns.selectors import current_version
from core.forms import answer_form, renew
from reviews.forms.recommendations import OrderForm
from reviews.permissions.results import can_order, can_see_cases
from reviews.selectors.counties import applications_by_county
from reviews.selectors.recommendations import county_orders
from reviews.services.recommendations import order_recommendations


@require_http_methods(["GET", "HEAD", "POST"])
def recommendation_list(request, key):
    """The county puts its own in order beside its quota; city and auditor read all."""
    member = request.member
    if not can_see_cases(member):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign.objects.exclude(state=CampaignState.DRAFT), key=key)
    if request.method == "POST" and not can_order(member):
        raise PermissionDenied
    orders = county_orders(campaign, member)
    form, status = None, 200
    if can_order(member) and orders:
        form = OrderForm(request.POST or None, order=orders[0])
        here = reverse("reviews:recommendation_list", args=[request.tenant.slug, campaign.key])

        def act() -> str:
            values = {"places": form.places(), "token": form.cleaned_data["token"]}
            order_recommendations(campaign, actor=member, **values)
            messages.success(request, "已保存推荐次序。")
            return here

        url, status = answer_form(request, form, act)
        if url:
            return redirect(url)
        if status != 200:
            orders = county_orders(campaign, member)
            renew(form, token=orders[0].token if orders else "")
    elif request.method == "POST":
        return redirect(request.path)
    context = {
        "campaign": campaign,
        "orders": orders,
        "form": form,
        "can_edit": form is not None and campaign.state == CampaignState.OPEN
        and not orders[0].is_decided,
        "meters": _meters(campaign, member),
    }  # fmt: skip
    return render(request, "reviews/recommendation_list.html", context, status=status)


def _meters(campaign: Campaign, member) -> list:
    """The applications of the counties that the member sees, against their quotas."""
    definition = current_version(campaign).definition
    division = member.organisation.division_id if can_order(member) else None
    return [
        meter(
            definition.quota_for("applications", "county", row.county.name), row.county.name,
            row.count,
        )
        for row in applications_by_county(campaign)
        if division in (None, row.county.pk)
    ]  # fmt: skip
