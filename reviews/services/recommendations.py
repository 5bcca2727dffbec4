"""A county puts the dossiers it agreed to in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from reviews.models import Recommendation
from reviews.permissions.results import can_order
from reviews.selectors.recommendations import county_orders


@transaction.atomic
def order_recommendations(
    campaign: Campaign, *, actor: Membership, places: Mapping[Any, int], token: str
) -> None:
    """Give every dossier of the actor's county its place; gaps are closed.

    ``places``: dossier id → number, all of the county's; ``token``: the order that was read.
    Raises PermissionDenied, ValidationError by ``place:<id>``, Conflict when something has moved
    meanwhile, Refused once the city has decided.
    """
    if not can_order(actor):
        raise PermissionDenied("not a county")
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    orders = county_orders(campaign, actor)
    if campaign.state != CampaignState.OPEN or not orders:
        raise Refused("现在没有可以排列的小区。")
    (order,) = orders
    if order.is_decided:
        raise Refused("市住建局已经审定，推荐次序不能再改。")
    if order.token != token or {d.pk for _, d in order.rows} != set(places):
        raise Conflict("名单或次序刚刚有变化，请按现在的名单重新排列。")
    counted = Counter(places.values())
    if doubled := [pk for pk, place in places.items() if counted[place] > 1 or place < 1]:
        raise ValidationError(
            {f"place:{pk}": f"次序 {places[pk]} 重复或不对，请改成各不相同的数。" for pk in doubled}
        )
    for place, (pk, _) in enumerate(sorted(places.items(), key=lambda row: row[1]), start=1):
        Recommendation.objects.update_or_create(
            dossier_id=pk,
            organisation=actor.organisation,
            defaults={"place": place, "ordered_by": actor, "ordered_at": now()},
        )
    audit.record(
        actor, "recommendation.ordered", campaign,
        order=[str(pk) for pk, _ in sorted(places.items(), key=lambda row: row[1])],
    )  # fmt: skip
