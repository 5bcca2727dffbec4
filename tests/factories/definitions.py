"""Definitions made up by hypothesis: every kind of item and gate, odd texts, numbers and days."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from hypothesis import strategies as st

from campaigns.definition import Definition

# What YAML and JSON are most likely to take for something else.
ODD = (
    "是", "yes", "null", "~", "1.0", "2023-01-01", "12:30", "0x1F", "a: b", "# 不是注释", "'单'",
    '"双"', "- 列表", "{括号}", "行一\n行二", "反\\斜杠", "末尾空格 ", "制表\t符", "表情😀", "&锚 *引",
    "　全角空格", "\u2028分行", "%", "@", "!标签", "| 竖线", "> 大于", "=",
)  # fmt: skip
texts = st.sampled_from(ODD) | st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=30
)
titles = texts.map(lambda text: text.strip() or "名称").filter(bool)
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,8}", fullmatch=True)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
amounts = st.decimals(Decimal("0.01"), Decimal(40), places=2)
one_or_zero = st.lists(texts.filter(bool), max_size=2).map(tuple)


def _maybe(**optional) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({}, optional=optional)


_common = _maybe(
    source=texts, note=texts, criterion=texts, veto=texts,
    evidence=st.lists(
        st.fixed_dictionaries({"title": titles}, optional={"required": st.booleans()}), max_size=2
    ),
    unstated=st.dictionaries(st.sampled_from(["points", "evidence"]), texts, max_size=2),
)  # fmt: skip


@st.composite
def _items(draw, code: str) -> dict:
    points = draw(amounts)
    kind = draw(
        st.sampled_from(
            ["judged", "all_or_nothing", "per_defect", "components", "graded", "negative", "bonus"]
        )
    )
    item = draw(_common) | {"code": code, "title": draw(titles), "kind": kind, "points": points}
    if kind == "per_defect":
        item |= {"deduction": draw(amounts)} | draw(_maybe(floor=st.just(Decimal(0))))
    elif kind == "components":
        item["components"] = [
            {"title": "甲", "points": points / 2},
            {"title": "乙", "points": "0.001"},
        ]
    elif kind == "graded":
        item["grades"] = [
            {"code": "A", "title": draw(titles), "share": 1},
            {"code": "B", "title": draw(titles), "share": draw(st.decimals(0, 1, places=2))},
        ]
    elif kind == "bonus":
        item["conditions"] = [{"code": "c1", "title": draw(titles)}]
    return item


@st.composite
def _requirements(draw, code: str) -> dict:
    leaf = st.one_of(
        st.just({"kind": "attested", "by": "city"}),
        st.builds(
            lambda op, n: {"kind": "metric", "metric": "rate", "op": op, "threshold": n},
            st.sampled_from([">=", ">", "<=", "<", "=="]), amounts,
        ),
        st.builds(
            lambda day: {"kind": "register", "register": "penalties", "rule": "none_since", "since": day},
            days,
        ),
        st.just({"kind": "rank", "metric": "rate", "population": "city", "share": Decimal("0.05")}),
    )  # fmt: skip
    gates = [
        g | {"code": f"{code}.{n}"}
        for n, g in enumerate(draw(st.lists(leaf, min_size=1, max_size=3)))
    ]
    kind = draw(st.sampled_from(["all_of", "any_of"]))
    gate = {"kind": kind, "gates": gates} if len(gates) > 1 else gates[0]
    return {"code": code, "title": draw(titles), "gate": gate} | draw(
        _maybe(text=texts, consequence=st.sampled_from(["bars_submission", "bars_award", "warns"]))
    )


@st.composite
def definitions(draw) -> Definition:
    """A valid definition; its sums need not close."""
    count = draw(st.integers(1, 3))
    sections = [
        {
            "code": str(s), "title": draw(titles), "points": draw(amounts),
            "items": [draw(_items(f"{s}.{i}")) for i in range(draw(st.integers(1, 3)))],
        }
        for s in range(count)
    ]  # fmt: skip
    deadlines = [
        {"code": f"d{n}", "title": draw(titles), "due": draw(days), "owner_level": "city"}
        | draw(_maybe(at=st.times(time(0), time(23, 59)).map(lambda t: t.replace(microsecond=0)),
                      enforce=st.booleans(), note=texts))
        for n in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    notes = [
        {"code": f"n{n}", "title": draw(titles), "text": draw(texts.filter(bool))} for n in range(2)
    ]
    return Definition.model_validate(
        draw(_maybe(source=texts, note=texts)) | {
            "key": draw(codes), "title": draw(titles), "year": draw(st.integers(2000, 2100)),
            "authorities": [draw(titles)], "disclosure": draw(st.sampled_from(["public", "on_request"])),
            "notes": notes,
            "levels": [{"code": "city", "title": "市", "body": draw(titles), "names": draw(one_or_zero)}],
            "tracks": [{"code": "pro", "title": draw(titles), "applicant_kinds": ["property_company"]}],
            "calendar": deadlines,
            "form": {"title": draw(titles), "pledge": {"text": draw(texts.filter(bool))}},
            "requirements": [draw(_requirements(f"R{n}")) for n in range(draw(st.integers(0, 3)))],
            "rubric": {"total": draw(st.decimals(80, 200, places=1)), "sections": sections} | draw(_maybe(mark_step=amounts)),
            "route": [{"code": "score", "title": draw(titles), "type": "scoring", "level": "expert"}],
            "combination": {"sources": [{"code": "panel", "title": "专家", "level": "expert"}]}
            | draw(_maybe(decimals=st.integers(0, 6), spread_limit=st.none() | amounts)),
            "outcome": {
                "title": draw(titles),
                "winners": draw(st.sampled_from([
                    {"type": "all_passing"}, {"type": "count", "count": 3},
                    {"type": "ratio", "ratio": Decimal("0.3")},
                    {"type": "ratio", "ratio": Decimal("0.3"), "rounding": "up"},
                ])),
            } | draw(_maybe(pass_mark=st.none() | st.just(Decimal(0)))),
            "publication": draw(_maybe(notice_days=st.integers(1, 90), objection_channels=one_or_zero)),
        }
    )  # fmt: skip
