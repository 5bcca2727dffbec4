from django.db.models import TextChoices


class Level(TextChoices):
    """Levels of administrative divisions, from the top."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县区"
    STREET = "street", "街道（乡镇）"
    NEIGHBOURHOOD = "neighbourhood", "社区"


class OrganisationKind(TextChoices):
    PROPERTY_COMPANY = "property_company", "物业服务企业"
    SELF_MANAGED = "self_managed", "社区/自管组织"
    OWNERS_COMMITTEE = "owners_committee", "业主委员会"
    MANAGEMENT_COMMITTEE = "management_committee", "物业管理委员会"
    PARTY_BRANCH = "party_branch", "小区党组织"
    NEIGHBOURHOOD_OFFICE = "neighbourhood_office", "社区（物业管理委员会）"
    STREET_OFFICE = "street_office", "街道（乡镇）"
    COUNTY_BUREAU = "county_bureau", "县区住建局"
    CITY_BUREAU = "city_bureau", "市住建局"
    EXPERT_POOL = "expert_pool", "专家库"
    EVALUATOR = "evaluator", "第三方评价机构"
    AUDIT_OFFICE = "audit_office", "纪检/审计"


class Role(TextChoices):
    """What a membership acts as; the actors of the product, one word each."""

    APPLICANT = "applicant", "申报单位"
    COMMITTEE_OFFICER = "committee_officer", "业委会"
    NEIGHBOURHOOD_OFFICER = "neighbourhood_officer", "社区"
    STREET_OFFICER = "street_officer", "街道（乡镇）"
    COUNTY_OFFICER = "county_officer", "县区住建局"
    CITY_OFFICER = "city_officer", "市住建局"
    EXPERT = "expert", "评审专家"
    EVALUATOR = "evaluator", "第三方评价机构"
    AUDITOR = "auditor", "纪检/审计"
    TENANT_ADMIN = "tenant_admin", "系统管理员"


# Roles that sign at a level of the ladder and can let others stand in.
OFFICERS = {
    Role.COMMITTEE_OFFICER,
    Role.NEIGHBOURHOOD_OFFICER,
    Role.STREET_OFFICER,
    Role.COUNTY_OFFICER,
    Role.CITY_OFFICER,
}

# Who is judged, judges or audits does not stand in for an officer.
NEVER_DELEGATES = {Role.APPLICANT, Role.EXPERT, Role.EVALUATOR, Role.AUDITOR}

# Roles that must use a second factor where the tenant asks for it.
SECOND_FACTOR_ROLES = {
    Role.NEIGHBOURHOOD_OFFICER,
    Role.STREET_OFFICER,
    Role.COUNTY_OFFICER,
    Role.CITY_OFFICER,
    Role.EXPERT,
    Role.EVALUATOR,
    Role.AUDITOR,
    Role.TENANT_ADMIN,
}

# The organisations a role can act for.
ROLE_KINDS = {
    Role.APPLICANT: {
        OrganisationKind.PROPERTY_COMPANY,
        OrganisationKind.SELF_MANAGED,
        OrganisationKind.OWNERS_COMMITTEE,
        OrganisationKind.MANAGEMENT_COMMITTEE,
        OrganisationKind.PARTY_BRANCH,
        OrganisationKind.NEIGHBOURHOOD_OFFICE,
    },
    Role.COMMITTEE_OFFICER: {OrganisationKind.OWNERS_COMMITTEE},
    Role.NEIGHBOURHOOD_OFFICER: {OrganisationKind.NEIGHBOURHOOD_OFFICE},
    Role.STREET_OFFICER: {OrganisationKind.STREET_OFFICE},
    Role.COUNTY_OFFICER: {OrganisationKind.COUNTY_BUREAU},
    Role.CITY_OFFICER: {OrganisationKind.CITY_BUREAU},
    Role.EXPERT: {OrganisationKind.EXPERT_POOL},
    Role.EVALUATOR: {OrganisationKind.EVALUATOR},
    Role.AUDITOR: {OrganisationKind.AUDIT_OFFICE},
    Role.TENANT_ADMIN: {OrganisationKind.CITY_BUREAU},
}


class InvitationState(TextChoices):
    OPEN = "open", "待接受"
    ACCEPTED = "accepted", "已接受"
    EXPIRED = "expired", "已过期"
    REVOKED = "revoked", "已撤回"
