"""The home page of each role: what waits for it, what it has done, what it started.

One function per role puts the figures of ``portal.selectors`` into the pieces of the page; each
costs a fixed number of queries.
"""

from accounts.enums import Role
from portal.workbench.applicant import applicant_bench
from portal.workbench.city import auditor_bench, city_bench
from portal.workbench.offices import county_bench, office_bench
from portal.workbench.pieces import Bench, Desk
from portal.workbench.specialists import admin_bench, evaluator_bench, expert_bench

_BENCHES = {
    Role.APPLICANT: applicant_bench,
    Role.COMMITTEE_OFFICER: office_bench,
    Role.NEIGHBOURHOOD_OFFICER: office_bench,
    Role.STREET_OFFICER: office_bench,
    Role.COUNTY_OFFICER: county_bench,
    Role.CITY_OFFICER: city_bench,
    Role.EXPERT: expert_bench,
    Role.EVALUATOR: evaluator_bench,
    Role.AUDITOR: auditor_bench,
    Role.TENANT_ADMIN: admin_bench,
}


def bench_of(desk: Desk) -> Bench:
    """The home page of the desk's member."""
    return _BENCHES[Role(desk.member.role)](desk)
