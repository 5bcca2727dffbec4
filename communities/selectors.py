"""Reads of the register. Lists are named tuples: objects would cost more than the query."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts.enums import Level, OrganisationKind, Role
from accounts.models import Division, Membership, Organisation
from communities.enums import CommunityKind, KnownMetric
from communities.models import Community, Fact, PropertyCompany
from core.models import AuditRecord

EVERYWHERE = {Role.CITY_OFFICER, Role.TENANT_ADMIN, Role.AUDITOR, Role.EVALUATOR}
BY_DIVISION = {Role.COUNTY_OFFICER, Role.STREET_OFFICER, Role.NEIGHBOURHOOD_OFFICER}
HISTORY_LENGTH = 50


def visible_communities(member: Membership) -> QuerySet[Community]:
    """- city officers, administrators, auditors, evaluators: all;
    - county, street and neighbourhood officers: those of their division;
    - owners' committees: the one they represent; applicants: those they may apply for;
    - experts: none, they see a dossier's own pages.
    """
    if member.role in EVERYWHERE:
        return Community.objects.all()
    if member.role in BY_DIVISION and member.organisation.division_id:
        division = member.organisation.division
        if division.level == Level.COUNTY:
            return Community.objects.filter(county=division)
        return Community.objects.filter(division__path__startswith=division.path)
    if member.role == Role.COMMITTEE_OFFICER:
        return Community.objects.filter(owners_committee=member.organisation_id)
    if member.role == Role.APPLICANT:
        return Community.objects.filter(claimable_by(member.organisation_id))
    return Community.objects.none()


# Whoever stands here may apply for the community, if a track of the notice takes its kind.
CLAIMANTS = ("managed_by", "owners_committee", "management_committee", "party_branch")


def claimable_by(organisation_id) -> Q:
    """Condition: the organisation manages the community or is its committee or party branch."""
    condition = Q()
    for name in CLAIMANTS:
        condition |= Q(**{name: organisation_id})
    return condition


def may_claim(organisation_id, community: Community) -> bool:
    """The same for one community."""
    return organisation_id in [getattr(community, f"{name}_id") for name in CLAIMANTS]


def bodies_of_kind(member: Membership, kind: str) -> QuerySet[Organisation]:
    """The committees or party branches of the member's division."""
    return Organisation.objects.filter(
        kind=kind, is_active=True, division__path__startswith=member.division_path
    ).order_by("name")


def filter_communities(
    communities: QuerySet[Community], *, county=None, kind: str = "", search: str = ""
) -> QuerySet[Community]:
    """Narrow by county, kind and a part of the name or the beginning of the code."""
    if county:
        communities = communities.filter(county=county)
    if kind:
        communities = communities.filter(kind=kind)
    for word in search.split():
        communities = communities.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    return communities


def list_rows(communities: QuerySet[Community]) -> QuerySet:
    """Named tuples for a list: pk, code, name, kind, county_name, division_name, manager_name,
    households, floor_area."""
    names = {"county": "county__name", "division": "division__name", "manager": "managed_by__name"}
    return communities.annotate(
        **{f"{name}_name": F(path) for name, path in names.items()}
    ).values_list(
        "pk", "code", "name", "kind", "households", "floor_area",
        *(f"{name}_name" for name in names),
        named=True,
    )  # fmt: skip


def visible_counties(member: Membership) -> QuerySet[Division]:
    """The counties a list can be narrowed to; one or none for those who work in one place."""
    counties = Division.objects.filter(level=Level.COUNTY).order_by("code")
    if member.role in EVERYWHERE:
        return counties
    return counties.none()


def communities_by_county(communities: QuerySet[Community]) -> dict[Any, int]:
    """County pk → number of its communities: the registry counts that quotas are a share of."""
    rows = communities.order_by().values_list("county").annotate(number=Count("pk"))
    return dict(rows)


def neighbourhoods(member: Membership) -> QuerySet[Division]:
    """Where the member may register a community."""
    return (
        Division.objects.filter(level=Level.NEIGHBOURHOOD, path__startswith=member.division_path)
        .select_related("parent")
        .order_by("path")
    )


def managing_organisations() -> QuerySet[Organisation]:
    """Who can manage a community."""
    kinds = [OrganisationKind.PROPERTY_COMPANY, OrganisationKind.SELF_MANAGED]
    return Organisation.objects.filter(kind__in=kinds, is_active=True).order_by("kind", "name")


def owners_committees(member: Membership) -> QuerySet[Organisation]:
    """The owners' committees of the member's division."""
    return bodies_of_kind(member, OrganisationKind.OWNERS_COMMITTEE)


# Facts and history


def current_facts(community: Community) -> QuerySet[Fact]:
    """What holds now, by metric and period, with who entered it."""
    return (
        community.facts.filter(is_current=True)
        .select_related("entered_by__organisation", "entered_by__user", "source_file")
        .order_by("metric", "-period")
    )


def metric_title(code: str) -> str:
    """The metric's name on the screen; an unknown code is shown as it is."""
    return dict(KnownMetric.choices).get(code, code)


_FIELDS = {field.name: field.verbose_name for field in Community._meta.get_fields() if hasattr(
    field, "verbose_name")}  # fmt: skip


def history_of(community: Community) -> list[dict]:
    """What was done to the community and its facts, newest first, from the audit chain: events of
    the timeline component."""
    records = AuditRecord.objects.filter(
        object_type=Community._meta.label_lower, object_id=str(community.pk)
    ).order_by("-seq")[:HISTORY_LENGTH]
    return [
        {"state": "done", "tone": "info", "who": record.actor, "at": record.at}
        | _told(record.verb, record.body)
        for record in records
    ]


def _told(verb: str, body: dict[str, Any]) -> dict[str, str]:
    if verb == "community.created":
        return {"title": "登记小区", "label": "登记"}
    if verb == "community.updated":
        note = "；".join(
            f"{_FIELDS.get(name, name)}：{_shown(change['from'])} → {_shown(change['to'])}"
            for name, change in body["changed"].items()
        )
        return {"title": "修改登记信息", "label": "修改", "note": note}
    if verb == "community.committee_set":
        note = f"{_shown(body['from'])} → {_shown(body['to'])}"
        return {"title": "变更业委会", "label": "修改", "note": note}
    if verb in ("fact.recorded", "fact.corrected"):
        is_new = verb == "fact.recorded"
        note = f"{_measured(body['new'])}，来源：{body['new']['source']}"
        if not is_new:
            note += f"；原为 {_measured(body['old'])}，来源：{body['old']['source']}"
        title = f"{metric_title(body['metric'])}（{body['period']}）"
        return {"title": title, "label": "录入" if is_new else "更正", "note": note}
    return {"title": verb, "label": "其他"}


def _shown(value: Any) -> str:
    return "（空）" if value in (None, "") else str(value)


def _measured(fact: dict[str, str]) -> str:
    return f"{fact['value']}{fact['unit']}" if fact["value"] else fact["text"]


# Companies


def visible_companies(member: Membership) -> QuerySet[PropertyCompany]:
    """- applicants and owners' committees: their own, or those of their communities;
    - experts: none; everybody else: all."""
    if member.role == Role.EXPERT:
        return PropertyCompany.objects.none()
    if member.role == Role.APPLICANT:
        return PropertyCompany.objects.filter(organisation=member.organisation_id)
    if member.role == Role.COMMITTEE_OFFICER:
        managers = visible_communities(member).values("managed_by")
        return PropertyCompany.objects.filter(organisation__in=managers)
    return PropertyCompany.objects.all()


def company_rows(companies: QuerySet[PropertyCompany], *, search: str = "") -> QuerySet:
    """Named tuples for a list: pk, name, uscc, credit_grade, last_penalty_on, communities."""
    for word in search.split():
        companies = companies.filter(
            Q(organisation__name__icontains=word) | Q(uscc__istartswith=word)
        )
    return companies.annotate(
        name=F("organisation__name"), communities=Count("organisation__managed_communities")
    ).values_list(
        "pk", "name", "uscc", "credit_grade", "last_penalty_on", "communities", named=True
    )


KIND_LABELS = dict(CommunityKind.choices)
