"""The one check of winners against the enforced quotas, for a selection and for the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from campaigns.definition import Definition
from campaigns.definition.route import Step
from campaigns.models import Campaign
from core.errors import Refused
from reviews.models import Dossier
from scoring.selectors.quotas import quota_groups


def check_quotas(
    campaign: Campaign, definition: Definition, step: Step, picked: Iterable[Dossier]
) -> None:
    """Refuse more winners than an enforced quota allows, city-wide or of a county: ``picked`` now
    and those taken before. A quota without a step is that of the last decision."""
    counties = Counter(dossier.community.county.name for dossier in picked)
    code = "" if step.type == "decision" else step.code
    for group in quota_groups(campaign, definition, object_="winners", step=code):
        for meter in group.meters:
            number = counties[meter.name] if group.level == "county" else counties.total()
            if not number or not meter.is_enforced or meter.maximum is None:
                continue
            if meter.value + number > meter.maximum:
                before = f"此前已入选 {meter.value} 个，" if meter.value else ""
                raise Refused(
                    f"{meter.name}{before}本次选了 {number} 个，超过至多 {meter.maximum} 个的名额，请减少。"
                )
