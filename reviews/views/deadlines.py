"""延期: who got more time for what, why, and letting a deadline end later."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from campaigns.permissions import can_extend_deadlines
from campaigns.selectors import current_version, extensions_of, visible_campaigns
from core.forms import answer_form
from reviews.forms.deadlines import ExtensionForm
from reviews.selectors.deadlines import moment_words
from reviews.services.deadlines import extend_deadline

READERS = {Role.CITY_OFFICER, Role.TENANT_ADMIN, Role.AUDITOR}


@require_http_methods(["GET", "HEAD", "POST"])
def extension_list(request, key):
    """The bureau, the administrator and the auditor; the city bureau grants one."""
    campaign = get_object_or_404(visible_campaigns(request.member), key=key)
    can_extend = can_extend_deadlines(request.member, campaign)
    if request.member.role not in READERS or (request.method == "POST" and not can_extend):
        raise PermissionDenied
    definition = current_version(campaign).definition
    form, status = None, 200
    if can_extend:
        form = ExtensionForm(request.POST or None, definition=definition, request=request)
        url, status = answer_form(request, form, lambda: _extend(request, campaign, form))
        if url:
            return redirect(url)
    titles = {part.code: part.title for part in definition.calendar}
    rows = [
        {
            "extension": row,
            "title": titles.get(row.deadline, row.deadline),
            "until": moment_words(row.until),
        }
        for row in extensions_of(campaign)[:200]
    ]
    context = {"campaign": campaign, "form": form, "rows": rows}
    return render(request, "reviews/extension_list.html", context, status=status)


def _extend(request, campaign, form) -> str:
    values = form.cleaned_data
    row = extend_deadline(
        campaign,
        values["deadline"],
        until=form.until(),
        reason=values["reason"],
        organisation=values["organisation"],
        community=values["community"],
        actor=request.member,
    )
    messages.success(request, f"已延期到 {moment_words(row.until)}，并通知有关人员。")
    return reverse("reviews:extension_list", args=[request.tenant.slug, campaign.key])
