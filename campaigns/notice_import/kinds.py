"""The kind of an item, guessed from the words of its criterion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from campaigns.notice_import.marks import NUMBER, normal

PER_DEFECT = re.compile(
    rf"(?:有|每|发现|出现|存在|缺|少)[^。;]{{0,3}}(?:一|1)?[处次项个起例条户人][^。;]*?扣(?:除|减)?({NUMBER})[分份]"
)
DEDUCTION = re.compile(rf"扣(?:除|减)?({NUMBER})[分份]")
COMPONENT = re.compile(
    rf"(?:(?:缺少|缺失|缺乏|缺|没有|未设置|未设立|未建立|未配备|未设|无)(?P<after>[^,。;:、扣]{{1,30}}?)"
    rf"|(?P<before>[^,。;:、分]{{1,30}}?)(?:未设置|未设立|未建立|未配备|未设|没有|缺失|缺少|缺))"
    rf"(?:的|者)?,?(?:各)?扣(?:除|减)?(?P<points>{NUMBER})[分份]"
)
COUNTED = re.compile(
    r"^(?:一|1|每|有)[处次项个起例条户人]|^每|[一1每]$|[一1每][处次项个起例条户人]$"
)
JUDGED = re.compile(r"酌情|视情(?:况)?(?:扣|给|计|打)分|综合评定|由(?:专家|评委)(?:评|打)分")
NOTHING = re.compile(r"不计分|不得分|不予计分|不予得分|不给分|(?:计|得|记)0分|为0分")
BONUS_ITEM = re.compile(rf"(?:另|额外|可|再)加{NUMBER}分|加{NUMBER}分")
BONUS_SECTION = re.compile(r"加分")
FAULT_SECTION = re.compile(r"扣分项|减分项|负面清单|否决项")
FAULT = re.compile(r"(?:擅自|违规|违法|私自|非法|侵占|挪用|虚报|瞒报|拒不|弄虚作假|存在|发生|出现)")
STEPS = re.compile(
    r"每(?:低|降低|减少|少|高|超过|增加)[^。;]{0,12}?(?:百分点|个点|%)[^。;]*?[扣加减]"
)
BRACKET = re.compile(r"[（(]([^（）()]{2,60})[）)]\s*[。；;]?$")


@dataclass(frozen=True)
class Guess:
    """`components`: (title, points lost). `conditions`: of a bonus. `doubt`: why it may be wrong."""

    kind: str
    deduction: Decimal | None = None
    components: tuple[tuple[str, Decimal], ...] = ()
    conditions: tuple[str, ...] = ()
    doubt: str = ""


def guess_kind(criterion: str, *, points: Decimal | None, in_weighted: bool, heading: str) -> Guess:
    """The kind of an item from its wording and the heading of its section."""
    plain = normal(criterion)
    if BONUS_SECTION.search(normal(heading)):
        return Guess("bonus", conditions=_conditions(criterion))
    if FAULT_SECTION.search(normal(heading)):
        return Guess("negative")
    if in_weighted:
        return Guess("negative") if _is_fault(plain) else Guess("graded")
    return _by_scoring_words(plain, points) or (
        Guess("negative")
        if _is_fault(plain)
        else Guess("judged", doubt="没有说明如何计分（酌情扣分、否则不计分等），按酌情评分处理")
    )


def _by_scoring_words(plain: str, points: Decimal | None) -> Guess | None:
    judged, nothing = JUDGED.search(plain), NOTHING.search(plain)
    if STEPS.search(plain):
        return Guess("judged", doubt="按指标高低逐档计分，请在方案编辑中改为实测指标")
    components = _components(plain)
    if components and len(DEDUCTION.findall(plain)) == len(components):
        lost = sum((lost for _, lost in components), Decimal(0))
        if points is not None and lost > points:
            doubt = f"各分项共扣 {lost} 分，超过本项 {points} 分，按酌情评分处理"
            return Guess("judged", doubt=doubt)
        return Guess("components", components=components, doubt=_several(judged, nothing))
    if found := PER_DEFECT.search(plain):
        return Guess("per_defect", Decimal(found[1]), doubt=_several(judged, nothing))
    deduction = DEDUCTION.search(plain)
    if judged:
        return Guess("judged", doubt=_several(nothing, deduction))
    if nothing:
        return Guess("all_or_nothing", doubt=_several(deduction))
    if BONUS_ITEM.search(plain):
        return Guess("bonus", conditions=_conditions(plain))
    if deduction:
        doubt = f"只写“扣{deduction[1]}分”，没有写明每处还是一次，按每处扣分处理"
        return Guess("per_defect", Decimal(deduction[1]), doubt=doubt)
    return None


def _several(*others) -> str:
    return "同一格中有几种计分方式，请核对" if any(others) else ""


def _components(plain: str) -> tuple[tuple[str, Decimal], ...]:
    """Named parts that cost points when missing; empty unless each has a name of its own."""
    found = [
        ((match["after"] or match["before"]).strip("“”\"'"), Decimal(match["points"]))
        for match in COMPONENT.finditer(plain)
        if not COUNTED.search(match["after"] or match["before"])
    ]
    names = [name for name, _ in found]
    if not all(names) or len(set(names)) != len(names) or not all(lost for _, lost in found):
        return ()
    return tuple(found)


def _is_fault(plain: str) -> bool:
    """Something bad by its presence: begins with the bad word and does not ask for its absence."""
    return bool(FAULT.match(plain)) and not plain.endswith(("情况", "情况。"))


def _conditions(criterion: str) -> tuple[str, ...]:
    """What must hold together: the text, and what it says in brackets at its end."""
    text = " ".join(criterion.split()).strip("。；; ")
    found = BRACKET.search(text)
    if not found or not text[: found.start()].strip():
        return (text,)
    return (text[: found.start()].strip(), found[1])
