"""What happens in the demo: which communities there are and how each dossier fares.

County names are those of the notice's city; streets, neighbourhoods, communities, companies and
people are invented. The same seed gives the same plan and the same marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

# county, code, communities registered, dossiers entered
COUNTIES = (
    ("海港区", "130302", 13, 12),
    ("山海关区", "130303", 4, 4),
    ("北戴河区", "130304", 5, 4),
    ("抚宁区", "130306", 5, 4),
    ("青龙满族自治县", "130321", 4, 3),
    ("昌黎县", "130322", 4, 3),
    ("卢龙县", "130324", 4, 3),
    ("秦皇岛经济技术开发区", "130371", 7, 6),
    ("北戴河新区", "130372", 4, 2),
)
COMPANIES = ("安和", "润泽", "海悦", "恒信", "嘉园", "碧水", "同心", "瑞景", "锦程")
NAMES_A = [
    "海韵",
    "荷风",
    "松涛",
    "兰亭",
    "望海",
    "晨光",
    "翠竹",
    "锦绣",
    "和顺",
    "金桂",
    "紫薇",
    "听涛",
    "云栖",
    "枫林",
    "百合",
    "书香",
]
NAMES_B = ["花园", "雅苑", "家园", "新城", "华庭", "里"]
EXPERT_FIELDS = ("物业管理", "工程设备", "园林绿化", "消防安全", "社区治理", "财务审计")

# the story of some dossiers; all others are agreed by every level
RETURNED_AND_CORRECTED = {3: "neighbourhood", 9: "street", 17: "county", 26: "county"}
STILL_RETURNED = {21: "street"}
REFUSED = {13: "street", 30: "county"}
LATE = {40}
SELF_MANAGED = {5, 15, 19, 24, 33, 37}
LOW_FEE_RATE = {7}
NO_SATISFACTION = {28}


@dataclass(frozen=True)
class CommunityPlan:
    """One registered community; ``order`` counts dossiers from 0, None: does not apply."""

    name: str
    county: str
    code: str
    order: int | None
    is_self_managed: bool
    company: str
    households: int
    floor_area: Decimal
    built_year: int
    satisfaction: Decimal
    fee_rate: Decimal
    quality: Decimal


@dataclass(frozen=True)
class Plan:
    seed: int
    communities: tuple[CommunityPlan, ...] = field(default_factory=tuple)

    @property
    def entrants(self) -> list[CommunityPlan]:
        return [one for one in self.communities if one.order is not None]


def make_plan(seed: int) -> Plan:
    """The plan of one seed: 50 communities, 41 entrants (the last one too late)."""
    random = Random(seed)
    names = [a + b for a in NAMES_A for b in NAMES_B]
    random.shuffle(names)
    communities, order = [], 0
    for county, code, registered, entered in COUNTIES:
        for number in range(registered):
            is_entrant = number < entered
            communities.append(
                CommunityPlan(
                    name=names.pop(),
                    county=county,
                    code=f"{code}-{number + 1:03d}",
                    order=order if is_entrant else None,
                    is_self_managed=is_entrant and order in SELF_MANAGED,
                    company=f"{COMPANIES[(order + number) % len(COMPANIES)]}物业服务有限公司",
                    households=random.randrange(180, 2400),
                    floor_area=Decimal(random.randrange(180_000, 2_600_000)) / 10,
                    built_year=random.randrange(1996, 2021),
                    satisfaction=Decimal(random.randrange(905, 995)) / 10,
                    fee_rate=Decimal("93.1")
                    if is_entrant and order in LOW_FEE_RATE
                    else Decimal(random.randrange(952, 1000)) / 10,
                    quality=Decimal(random.randrange(68, 99)) / 100,
                )
            )
            order += is_entrant
    return Plan(seed, tuple(communities))


def expert_mark(plan: Plan, entrant: CommunityPlan, position: int, item, track: str) -> dict:
    """The mark of the expert at ``position`` for an item: fixed by seed, dossier, place and item.

    Good communities get more; experts differ by half points. Only the item's own kind decides
    the form of the mark.
    """
    random = Random(f"{plan.seed}/{entrant.code}/{position}/{item.code}")
    quality = float(entrant.quality)
    if item.kind == "judged":
        wanted = float(item.points) * min(1.0, max(0.0, random.gauss(quality, 0.09)))
        return {"points": str(Decimal(round(wanted * 2)) / 2)}
    if item.kind == "all_or_nothing":
        return {"met": random.random() < quality + 0.08}
    if item.kind == "per_defect":
        return {"defects": sum(random.random() > quality for _ in range(5))}
    if item.kind == "components":
        titles = [component.title for component in item.components]
        return {"present": [title for title in titles if random.random() < quality + 0.1]}
    if item.kind == "graded":
        grades = sorted(item.grades, key=lambda grade: -(grade.share or 0))
        spread = random.gauss(1 - quality, 0.06)
        return {"grade": grades[0 if spread < 0.12 else 1 if spread < 0.3 else 2].code}
    if item.kind == "negative":
        return {"present": random.random() > quality + 0.25}
    raise ValueError(f"the demo has no expert for items of kind {item.kind}")
