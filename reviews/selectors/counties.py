"""Applications of each county against the campaign's quotas."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from accounts.enums import Level
from accounts.models import Division
from campaigns.models import Campaign
from reviews.enums import DossierState
from reviews.models import Dossier


@dataclass(frozen=True)
class CountyCount:
    """Submitted dossiers of one county; ``fewest`` and ``most`` from the quota, None without."""

    county: Division
    count: int
    fewest: int | None
    most: int | None

    @property
    def is_short(self) -> bool:
        return self.fewest is not None and self.count < self.fewest


def applications_by_county(campaign: Campaign) -> list[CountyCount]:
    """Every county with its submitted dossiers (withdrawn ones left out), in order of code."""
    version = campaign.versions.order_by("-number").first()
    counts = dict(
        Dossier.objects.filter(campaign=campaign, revision__isnull=False)
        .exclude(state=DossierState.WITHDRAWN)
        .values_list("community__county")
        .annotate(number=Count("pk"))
        .order_by()
    )
    found = []
    for county in Division.objects.filter(level=Level.COUNTY).order_by("code"):
        quota = version.definition.quota_for("applications", "county", county.name)
        fewest, most = quota.rule.bounds() if quota else (None, None)
        found.append(CountyCount(county, counts.get(county.pk, 0), fewest, most))
    return found
