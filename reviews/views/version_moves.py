"""The bureau takes dossiers over into the newest version; what it does to them is shown first."""

import re
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns.selectors import current_version, visible_campaigns
from core.answers import answer_once
from core.forms import add_errors
from reviews.forms.version_moves import VersionMoveForm
from reviews.permissions.dossiers import can_move_dossiers
from reviews.selectors.version_moves import dossiers_behind, move_effects
from reviews.services.version_moves import MOST_DOSSIERS, move_dossiers

SEEN = "seen_"
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_move(request, key):
    """Dossiers under earlier versions, with the effect for each. Drafts that were never submitted
    belong to their applicants alone: they are counted and moved together, not shown."""
    campaign = get_object_or_404(visible_campaigns(request.member), key=key)
    if not can_move_dossiers(request.member):
        raise PermissionDenied
    version = current_version(campaign)
    effects = move_effects(dossiers_behind(campaign, version)[:MOST_DOSSIERS], version)
    shown = [effect for effect in effects if effect.is_submitted]
    drafts = [e for e in effects if not e.is_submitted and e.is_possible]
    read = _read(request.POST)
    form = VersionMoveForm(request.POST or None, movable=read)
    if request.method == "POST" and form.is_valid():

        def act():
            chosen = form.cleaned_data["dossiers"]
            if form.cleaned_data["drafts"]:
                chosen = [*chosen, *(str(effect.dossier.pk) for effect in drafts)]
            seen = {UUID(pk): read.get(pk, "") for pk in chosen}
            moved = move_dossiers(
                campaign, version, seen, actor=request.member, reason=form.cleaned_data["reason"]
            )
            messages.success(request, f"已把 {len(moved)} 卷材料迁移到第 {version.number} 版。")
            return reverse("reviews:dossier_move", args=[request.tenant.slug, campaign.key])

        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    picked = set(request.POST.getlist("dossiers")) if request.method == "POST" else None
    context = {
        "campaign": campaign,
        "version": version,
        "form": form,
        "rows": [
            _row(e, version, picked is None or str(e.dossier.pk) in picked)
            for e in shown
            if e.is_possible
        ],
        "stuck": [e for e in shown if not e.is_possible],
        "drafts": [{"pk": e.dossier.pk, "digest": e.digest(version)} for e in drafts],
        "drafts_changed": sum(bool(e.lines) for e in drafts),
        "stuck_drafts": len(effects) - len(shown) - len(drafts),
        "is_cut": len(effects) == MOST_DOSSIERS,
    }
    return render(request, "reviews/dossier_move.html", context)


def _read(post) -> dict[str, str]:
    """Dossier id → what the page that was read said of it."""
    found = {}
    for name, value in post.items():
        if name.startswith(SEEN) and UUID_TEXT.fullmatch(name.removeprefix(SEEN)):
            found[name.removeprefix(SEEN)] = value
    return found


def _row(effect, version, is_picked: bool) -> dict:
    return {
        "effect": effect,
        "dossier": effect.dossier,
        "digest": effect.digest(version),
        "is_picked": is_picked,
    }
