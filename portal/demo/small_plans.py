"""The three smaller campaigns of the demo: who enters, with which facts, and how each fares.

Streets, communities, companies and people are invented; so is the city of the Fujian notice, which
the notice does not name. The same seed gives the same facts and marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random


@dataclass(frozen=True)
class Entrant:
    """One community that applies. ``kind``: which body applies (an applicant kind of the
    definition); ``track``: its track."""

    name: str
    county: int
    kind: str
    track: str
    satisfaction: str
    complaint_rate: str
    quality: Decimal = Decimal("0.9")
    fee_rate: str = "97.5"
    complaint_count: str = "0"
    red_list: str = "0"
    code: str = ""


@dataclass(frozen=True)
class SmallPlan:
    """``days``: stage → local moment. ``left_out``: names that the county does not pick and why;
    ``passed_over``: names that the city does not choose; ``cases``: names that go up, county by
    county, then ``city_case``. ``answers``: step → name → whether it was selected."""

    key: str
    slug: str
    tenant: str
    city: tuple[str, str]
    counties: tuple[tuple[str, str, int], ...]
    entrants: tuple[Entrant, ...]
    days: dict[str, str]
    year: int
    panel: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)
    cases: tuple[str, ...] = ()
    city_case: str = ""
    answers: dict[str, dict[str, bool]] = field(default_factory=dict)
    seed: int = 2023

    def others(self, county: int) -> list[dict]:
        """Facts of the registered communities of a county that do not apply: worse than those
        who do."""
        number = self.counties[county][2] - sum(e.county == county for e in self.entrants)
        random = Random(f"{self.seed}/{self.key}/{county}")
        return [
            {
                "satisfaction_rate": str(Decimal(random.randrange(760, 900)) / 10),
                "complaint_rate": str(Decimal(random.randrange(60, 400)) / 100),
            }
            for _ in range(number)
        ]


HOUMA = SmallPlan(
    key="houma_2025",
    slug="houma",
    tenant="侯马市住房和城乡建设管理局",
    city=("临汾市", "141000"),
    counties=(("侯马市", "141081", 28),),
    entrants=(
        Entrant("晋都花园", 0, "property_company", "company", "97.8", "0.35", Decimal("0.96"), red_list="3", complaint_count="4"),
        Entrant("浍水人家", 0, "property_company", "company", "96.9", "0.42", Decimal("0.92"), red_list="4", complaint_count="11"),
        Entrant("新田雅居", 0, "property_company", "company", "92.4", "0", Decimal("0.94"), red_list="2"),
        Entrant("路东新城", 0, "property_company", "company", "91.6", "0", Decimal("0.86"), red_list="5"),
        Entrant("望桥嘉苑", 0, "property_company", "company", "88.0", "0.58", Decimal("0.95")),
        Entrant("程王花苑", 0, "property_company", "company", "93.1", "0", Decimal("0.9"), fee_rate="93.4"),
    ),
    days={
        "start": "2025-07-30 09:00", "apply": "2025-08-12 10:00", "check": "2025-08-22 10:00",
        "draw": "2025-08-25 09:00", "score": "2025-08-28 09:00", "rank": "2025-09-01 09:00",
        "notice": "2025-09-02 09:00", "announce": "2025-09-15 09:00", "linfen": "2025-09-29 10:00",
        "province": "2025-10-10 16:00",
    },
    year=2025,
    panel=5,
    answers={
        "linfen": {"晋都花园": True, "浍水人家": False, "新田雅居": True},
        "province": {"晋都花园": True, "新田雅居": False},
    },
)  # fmt: skip

FUJIAN = SmallPlan(
    key="fujian_2024",
    slug="minzhou",
    tenant="闽洲市住房和城乡建设局",
    city=("闽洲市", "359900"),
    counties=(("甲区", "359901", 9), ("乙县", "359902", 8), ("丙市", "359903", 8)),
    entrants=(
        Entrant("榕荫里", 0, "property_company", "company", "98.1", "0.2"),
        Entrant("海丝花园", 0, "property_company", "company", "94.0", "0"),
        Entrant("茉莉新村", 0, "property_company", "company", "93.5", "0"),
        Entrant("土楼人家", 1, "property_company", "company", "97.2", "0.3"),
        Entrant("茶山雅苑", 1, "property_company", "company", "89.5", "0.9"),
        Entrant("三角梅苑", 2, "property_company", "company", "92.8", "0"),
        Entrant("骑楼新城", 2, "property_company", "company", "92.2", "0"),
    ),
    days={
        "start": "2024-08-05 09:00", "apply": "2024-08-26 10:00", "check": "2024-09-10 10:00",
        "select": "2024-09-18 10:00", "case": "2024-09-20 10:00", "rank": "2024-09-26 09:00",
        "notice": "2024-09-27 09:00", "announce": "2024-10-12 09:00", "province": "2024-11-29 10:00",
    },
    year=2024,
    left_out={"茉莉新村": "本区名额已满，今年不推荐。", "茶山雅苑": "满意度和投诉率均未进入全市前列。"},
    passed_over={"骑楼新城": "同一县区已有更突出的小区，今年不选。"},
    cases=("榕荫里", "土楼人家", "三角梅苑"),
    city_case="榕荫里",
    answers={
        "province": {"榕荫里": True, "海丝花园": False, "土楼人家": True},
        "ministry": {"榕荫里": True},
    },
)  # fmt: skip

JIANGMEN = SmallPlan(
    key="jiangmen_2023",
    slug="jiangmen",
    tenant="江门市住房和城乡建设局",
    city=("江门市", "440700"),
    counties=(("蓬江区", "440703", 27), ("新会区", "440705", 26)),
    entrants=(
        Entrant("东湖花园", 0, "property_company", "company", "97.6", "0.4", Decimal("0.95")),
        Entrant("白沙里", 0, "party_branch", "party", "96.8", "0.6", Decimal("0.93")),
        Entrant("骑楼新村", 0, "owners_committee", "owners", "91.0", "0", Decimal("0.9")),
        Entrant("江畔人家", 0, "management_committee", "committee", "90.2", "0", Decimal("0.72")),
        Entrant("葵乡雅苑", 1, "property_company", "company", "97.0", "0.5", Decimal("0.94")),
        Entrant("玉湖新城", 1, "owners_committee", "owners", "92.5", "0", Decimal("0.87")),
        Entrant("银洲花园", 1, "party_branch", "party", "90.8", "0.7", Decimal("0.9")),
    ),
    days={
        "start": "2023-05-22 09:00", "apply": "2023-09-06 10:00", "check": "2023-09-15 10:00",
        "select": "2023-09-25 10:00", "draw": "2023-10-09 09:00", "score": "2023-10-18 09:00",
        "rank": "2023-10-27 09:00", "notice": "2023-11-01 09:00", "announce": "2023-12-11 09:00",
    },
    year=2023,
    panel=5,
    left_out={"银洲花园": "满意度和投诉率均未进入前列，继续培育。"},
)  # fmt: skip

SMALL_PLANS = (HOUMA, FUJIAN, JIANGMEN)
