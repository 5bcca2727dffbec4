"""Every write of the register: communities, companies, measured facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from stdnum.cn import uscc as social_credit_code
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NotACode

from accounts.enums import Level, OrganisationKind
from accounts.models import Division, Organisation
from accounts.services import create_organisation
from communities.enums import METRIC_UNITS
from communities.models import Community, Fact, PropertyCompany
from communities.permissions import (
    can_create_community,
    can_edit_community,
    can_record_fact,
    can_register_company,
)
from core import audit, clock

MANAGERS = {
    OrganisationKind.PROPERTY_COMPANY,
    OrganisationKind.SELF_MANAGED,
    OrganisationKind.NEIGHBOURHOOD_OFFICE,
}
EDITABLE = (
    "code", "name", "address", "division", "kind", "floor_area", "households", "built_year",
    "managed_by", "management_committee", "party_branch",
)  # fmt: skip
EARLIEST_YEAR = 1900


# Communities


@transaction.atomic
def create_community(
    *,
    actor,
    code: str,
    name: str,
    address: str,
    division: Division,
    kind: str,
    floor_area: Decimal | None = None,
    households: int | None = None,
    built_year: int | None = None,
    managed_by: Organisation | None = None,
    owners_committee: Organisation | None = None,
    management_committee: Organisation | None = None,
    party_branch: Organisation | None = None,
) -> Community:
    """Register a community. ``division`` is its neighbourhood, ``floor_area`` in square metres."""
    if actor is not audit.SYSTEM and not can_create_community(actor, division):
        raise PermissionDenied
    community = Community(
        code=code.strip(),
        name=name.strip(),
        address=address.strip(),
        division=division,
        kind=kind,
        floor_area=floor_area,
        households=households,
        built_year=built_year,
        managed_by=managed_by,
        owners_committee=owners_committee,
        management_committee=management_committee,
        party_branch=party_branch,
    )
    _check_community(community)
    _save(community, "code", "这个小区编码已经登记。", force_insert=True)
    audit.record(actor, "community.created", community, **_facts_of(community))
    return community


@transaction.atomic
def update_community(community: Community, *, actor, **changes: Any) -> Community:
    """Change some of the registered fields (``EDITABLE``); nothing changed writes nothing."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    community = _locked(community)
    division = changes.get("division", community.division)
    if actor is not audit.SYSTEM and not (
        can_edit_community(actor, community) and can_create_community(actor, division)
    ):
        raise PermissionDenied
    before = _facts_of(community)
    for name, value in changes.items():
        setattr(community, name, value.strip() if isinstance(value, str) else value)
    _check_community(community)
    after = _facts_of(community)
    changed = {
        name: {"from": before[name], "to": after[name]}
        for name in after
        if before[name] != after[name]
    }
    if changed:
        _save(community, "code", "这个小区编码已经登记。")
        audit.record(actor, "community.updated", community, changed=changed)
    return community


@transaction.atomic
def set_owners_committee(
    community: Community, *, actor, organisation: Organisation | None
) -> Community:
    """Name the owners' committee that signs for the community; ``None``: there is none."""
    community = _locked(community)
    if actor is not audit.SYSTEM and not can_edit_community(actor, community):
        raise PermissionDenied
    before = community.owners_committee
    if before == organisation:
        return community
    community.owners_committee = organisation
    _check_committee(community)
    community.save(update_fields=["owners_committee"])
    audit.record(
        actor,
        "community.committee_set",
        community,
        **{"from": before.name if before else "", "to": organisation.name if organisation else ""},
    )
    return community


def _locked(community: Community) -> Community:
    return (
        Community.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "division", "managed_by", "owners_committee", "management_committee", "party_branch"
        )
        .get(pk=community.pk)
    )


def _check_community(community: Community) -> None:
    """Set the county from the neighbourhood and validate; errors beside their fields."""
    division = community.division
    if division.level != Level.NEIGHBOURHOOD:
        raise ValidationError({"division": "请选择小区所在的社区（最末一级区划）。"})
    community.county = Division.objects.filter(
        level=Level.COUNTY, code__in=division.path.strip("/").split("/")
    ).first()
    if community.county is None:
        raise ValidationError({"division": "这个社区不在任何县区之下，请先完善行政区划。"})
    errors: dict[str, str] = {}
    if community.floor_area is not None and community.floor_area <= 0:
        errors["floor_area"] = "建筑面积应大于 0。"
    if community.households is not None and not 0 < community.households <= 1_000_000:
        errors["households"] = "户数应是 1 到 1000000 的整数。"
    this_year = clock.today().year
    if community.built_year is not None and not EARLIEST_YEAR <= community.built_year <= this_year:
        errors["built_year"] = f"建成年份应在 {EARLIEST_YEAR} 到 {this_year} 之间。"
    if community.managed_by and community.managed_by.kind not in MANAGERS:
        errors["managed_by"] = "管理单位应是物业服务企业或社区/自管组织。"
    for name in ("management_committee", "party_branch"):
        body = getattr(community, name)
        if body and body.kind != name:
            errors[name] = f"请选择类型为{OrganisationKind(name).label}的单位。"
    if errors:
        raise ValidationError(errors)
    _check_committee(community)
    may_be_empty = [
        name
        for name in ("floor_area", "households", "built_year")
        if getattr(community, name) is None
    ]
    _full_clean(community, "code", exclude=may_be_empty)


def _check_committee(community: Community) -> None:
    committee = community.owners_committee
    if committee and committee.kind != OrganisationKind.OWNERS_COMMITTEE:
        raise ValidationError({"owners_committee": "请选择类型为业主委员会的单位。"})


def _facts_of(community: Community) -> dict[str, Any]:
    return {
        "code": community.code,
        "name": community.name,
        "address": community.address,
        "division": community.division.name,
        "kind": community.get_kind_display(),
        "floor_area": community.floor_area,
        "households": community.households,
        "built_year": community.built_year,
        "managed_by": community.managed_by.name if community.managed_by else "",
        "management_committee": _name_of(community.management_committee),
        "party_branch": _name_of(community.party_branch),
    }


def _name_of(organisation: Organisation | None) -> str:
    return organisation.name if organisation else ""


# Companies


@transaction.atomic
def register_company(
    *,
    actor,
    name: str,
    uscc: str,
    division: Division | None = None,
    credit_grade: str = "",
    last_penalty_on: date | None = None,
) -> PropertyCompany:
    """Register a property company with its organisation (made when there is none of that name)."""
    if actor is not audit.SYSTEM and not can_register_company(actor):
        raise PermissionDenied
    code, kind = _social_credit_code(uscc), OrganisationKind.PROPERTY_COMPANY
    organisation = Organisation.objects.filter(kind=kind, name=name.strip()).first()
    if organisation and organisation.companies.exists():
        raise ValidationError({"name": "这家物业服务企业已经登记。"})
    if organisation is None:
        organisation = create_organisation(
            actor=actor, kind=kind, name=name.strip(), division=division
        )
    company = PropertyCompany(
        organisation=organisation,
        uscc=code,
        credit_grade=credit_grade,
        last_penalty_on=last_penalty_on,
    )
    _check_company(company)
    _save(company, "uscc", "这个统一社会信用代码已经登记。", force_insert=True)
    audit.record(actor, "company.registered", company, name=organisation.name, **_entries(company))
    return company


@transaction.atomic
def update_company(
    company: PropertyCompany, *, actor, credit_grade: str, last_penalty_on: date | None
) -> PropertyCompany:
    """Enter the credit grade and the last penalty as the register shows them."""
    if actor is not audit.SYSTEM and not can_register_company(actor):
        raise PermissionDenied
    company = PropertyCompany.objects.select_for_update(no_key=True).get(pk=company.pk)
    before = _entries(company)
    company.credit_grade, company.last_penalty_on = credit_grade, last_penalty_on
    _check_company(company)
    after = _entries(company)
    if before != after:
        company.save()
        audit.record(actor, "company.updated", company, **{"from": before, "to": after})
    return company


def _social_credit_code(text: str) -> str:
    try:
        return social_credit_code.validate(text)
    except InvalidLength:
        message = "统一社会信用代码应是 18 位。"
    except InvalidChecksum:
        message = "统一社会信用代码的校验位不对，请对照营业执照核对。"
    except NotACode:
        message = "统一社会信用代码的格式不对，只有数字和大写字母（不含 I、O、S、V、Z）。"
    raise ValidationError({"uscc": message})


def _check_company(company: PropertyCompany) -> None:
    if company.last_penalty_on and company.last_penalty_on > clock.today():
        raise ValidationError({"last_penalty_on": "处罚日期不能晚于今天。"})
    _full_clean(company, "uscc")


def _entries(company: PropertyCompany) -> dict[str, str]:
    return {
        "uscc": company.uscc,
        "credit_grade": company.credit_grade,
        "last_penalty_on": str(company.last_penalty_on or ""),
    }


# Measured facts


@transaction.atomic
def record_fact(
    community: Community,
    *,
    actor,
    metric: str,
    period: str,
    source: str,
    value: Decimal | None = None,
    text: str = "",
    unit: str = "",
    source_file=None,
) -> Fact:
    """Enter a measured value; one that exists for the metric and period is superseded, not changed.

    ``value`` (a number in ``unit``) or ``text`` must be given, and ``source`` says who measured.
    """
    community = _locked(community)
    if actor is not audit.SYSTEM and not can_record_fact(actor, community):
        raise PermissionDenied
    fact = Fact(
        entered_at=clock.now(),
        community=community,
        metric=metric.strip(),
        value=value,
        text=text.strip(),
        unit=unit.strip(),
        period=period.strip(),
        source=source.strip(),
        source_file=source_file,
        entered_by_id=actor.id,
    )
    _check_fact(fact)
    old = (
        Fact.objects.select_for_update(no_key=True)
        .filter(community=community, metric=fact.metric, period=fact.period, is_current=True)
        .first()
    )
    if old and _measured(old) == _measured(fact) and old.source_file_id == fact.source_file_id:
        raise ValidationError("与现行数据完全相同，无需重复录入。")
    if old:
        Fact.objects.filter(pk=old.pk).update(is_current=False)
    fact.save(force_insert=True)
    audit.record(
        actor,
        "fact.corrected" if old else "fact.recorded",
        community,
        fact=str(fact.pk),
        metric=fact.metric,
        period=fact.period,
        **({"old": _measured(old)} if old else {}),
        new=_measured(fact),
    )
    return fact


def _check_fact(fact: Fact) -> None:
    if fact.value is None and not fact.text:
        raise ValidationError({"value": "请填写数值；没有数值的请填写取值。"})
    if fact.value is None and fact.metric in METRIC_UNITS:
        raise ValidationError({"value": "这个指标按数值比较，请填写数值。"})
    if fact.value is not None and fact.unit == "%" and not 0 <= fact.value <= 100:
        raise ValidationError({"value": "百分比应在 0 到 100 之间。"})
    _full_clean(fact, NON_FIELD_ERRORS, exclude=["is_current"], validate_constraints=False)


def _measured(fact: Fact) -> dict[str, str]:
    value = "" if fact.value is None else f"{fact.value.normalize():f}"
    return {"value": value, "text": fact.text, "unit": fact.unit, "source": fact.source}


# Shared


def _full_clean(obj, unique_field: str, **options) -> None:
    """Validate; a violated unique constraint is told beside ``unique_field``."""
    try:
        obj.full_clean(**options)
    except ValidationError as error:
        errors = error.error_dict
        if NON_FIELD_ERRORS in errors:
            errors.setdefault(unique_field, []).extend(errors.pop(NON_FIELD_ERRORS))
        raise ValidationError(errors) from None


def _save(obj, unique_field: str, message: str, **options) -> None:
    """Save; the loser of a race for the same number is told so."""
    try:
        with transaction.atomic():
            obj.save(**options)
    except IntegrityError as error:
        if "unique" not in str(error):
            raise
        raise ValidationError({unique_field: message}) from None
