"""New campaigns out of a definition that is there: next year's edition, a county's refinement."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.derivation import Edition, derive
from campaigns.models import Campaign, CampaignVersion
from campaigns.refinement import refined
from campaigns.services.campaigns import create_campaign
from core import audit
from core.errors import Refused

MOST_YEARS = 10
MOST_AUTHORITIES = 10


def preview_edition(
    version: CampaignVersion, year: int, *, key: str = "", title: str = ""
) -> Edition:
    """The edition of ``year`` without storing it; ValidationError for a year that cannot be."""
    first = version.definition.year + 1
    if not first <= year <= first + MOST_YEARS - 1:
        raise ValidationError(
            {"year": f"年度应在 {first} 到 {first + MOST_YEARS - 1} 之间，只能推导以后的年度。"}
        )
    return derive(version.definition, year, key=key.strip(), title=title.strip())


@transaction.atomic
def derive_campaign(
    version: CampaignVersion, year: int, *, actor, key: str = "", title: str = ""
) -> Campaign:
    """Set up the edition of another year in draft: nothing is open, everything to be confirmed."""
    definition = preview_edition(version, year).definition
    campaign = create_campaign(
        definition, actor=actor, key=key.strip() or definition.key, title=title.strip()
    )
    audit.record(
        actor, "campaign.derived", campaign, base=version.campaign.key, version=version.number,
        base_sha256=version.sha256, year=year,
    )  # fmt: skip
    return campaign


@transaction.atomic
def refine_definition(
    version: CampaignVersion, *, actor, key: str, title: str, authorities: Iterable[str]
) -> Campaign:
    """Set up a lower level's campaign on this definition; only where the definition says so.

    What may be refined is in ``definition.refinement``; every later version is checked."""
    definition = version.definition
    if definition.refinement is None:
        raise Refused("这份方案没有写明可由下级细化，不能建立细化方案。")
    names = [name.strip() for name in authorities if name.strip()]
    if not names or len(names) > MOST_AUTHORITIES or any(len(name) > 120 for name in names):
        raise ValidationError(
            {
                "authorities": f"请写组织单位，每行一个，至多 {MOST_AUTHORITIES} 个，每个不超过 120 字。"
            }
        )
    child = refined(
        definition, key=definition.key, title=title.strip() or definition.title, authorities=names
    )
    campaign = create_campaign(child, actor=actor, key=key, title=title)
    audit.record(
        actor, "campaign.refined", campaign, parent=version.campaign.key, version=version.number,
        parent_sha256=version.sha256,
    )  # fmt: skip
    return campaign
