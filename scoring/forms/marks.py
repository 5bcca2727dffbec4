"""The inputs of a rubric item, by the ``widget`` its kind names, and the mark read back from them.

A widget is a pair: ``controls(item, schema, raw)`` says what is drawn (``components/score_input``)
and ``read(item, schema, data)`` gives the mark as ``parse_mark`` takes it, or None while nothing
was entered. Names on the page are ``<item code>:<what>``, so that one form can hold many items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.definition import Definition
from campaigns.rubric import Item, MarkError, show

MOST_BUTTONS = 21
MOST_PLACES = 50


def comment_name(code: str) -> str:
    return f"{code}:comment"


def mark_controls(definition: Definition, code: str, raw: Mapping | None) -> list[dict]:
    """The controls of an item: dicts for ``components/score_input``; none for a measured item."""
    item, schema = definition.item(code), definition.input_schema(code)
    widget = None if item.is_measured else WIDGETS.get(schema["widget"])
    controls = widget.controls(item, schema, raw or {}) if widget else []
    return [*controls, _veto_control(item, raw or {})] if controls and item.has_tick else controls


def mark_range(definition: Definition, code: str) -> str:
    """What may be entered, in words."""
    item, schema = definition.item(code), definition.input_schema(code)
    widget = None if item.is_measured else WIDGETS.get(schema["widget"])
    return widget.range(item, schema) if widget else "由实测数据计分，不用评分"


def read_mark(definition: Definition, code: str, data: Mapping[str, Any]) -> dict | None:
    """The mark entered for an item, None when nothing was; MarkError when only a part was."""
    item, schema = definition.item(code), definition.input_schema(code)
    widget = None if item.is_measured else WIDGETS.get(schema["widget"])
    if widget is None:
        raise MarkError(f"{code} 由实测数据计分，不用评分。")
    mark = widget.read(item, schema, data)
    if mark is not None and item.has_tick and data.get(veto_name(code)) == "true":
        mark["veto"] = True
    return mark


def veto_name(code: str) -> str:
    return f"{code}:veto"


def _veto_control(item: Item, raw: Mapping) -> dict:
    options = [("false", "没有发生", ""), ("true", "发生", "一票否决")]
    chosen = "true" if raw.get("veto") else "false"
    return _buttons(veto_name(item.code), f"一票否决：{item.veto}", options, chosen)


def _buttons(name: str, label: str, options, chosen) -> dict:
    """``options``: (value, label, hint)."""
    return {
        "type": "buttons",
        "name": name,
        "label": label,
        "options": [
            {"value": value, "label": text, "hint": hint, "checked": value == chosen}
            for value, text, hint in options
        ],
    }


# points: {"points": "2.5"}


def _points_controls(item: Item, schema: dict, raw: Mapping) -> list[dict]:
    name, step = f"{item.code}:value", Decimal(schema["step"])
    count = int(item.points / step)
    value = raw.get("points", "")
    if count + 1 > MOST_BUTTONS:
        return [
            {
                "type": "number",
                "name": name,
                "label": "得分",
                "value": value,
                "max": schema["max"],
                "step": schema["step"],
            }
        ]
    marks = [step * i for i in range(count + 1)]
    if marks[-1] != item.points:
        marks.append(item.points)
    return [_buttons(name, "得分", [(show(m), show(m), "") for m in marks], value)]


def _points_range(item: Item, schema: dict) -> str:
    return f"0 至 {schema['max']} 分，每档 {schema['step']} 分"


def _points_read(item: Item, schema: dict, data: Mapping) -> dict | None:
    value = data.get(f"{item.code}:value", "").strip()
    return {"points": value} if value else None


# tick: {"met": true}, inverted {"present": false}


def _tick_key(schema: dict) -> str:
    return "present" if schema.get("inverted") else "met"


def _tick_controls(item: Item, schema: dict, raw: Mapping) -> list[dict]:
    full = f"{schema['max']} 分"
    options = [("true", "达到要求", full), ("false", "未达到", "0 分")]
    if schema.get("inverted"):
        options = [("false", "不存在", full), ("true", "存在", "0 分")]
    known = raw.get(_tick_key(schema))
    chosen = "" if known is None else "true" if known else "false"
    return [_buttons(f"{item.code}:value", "评定", options, chosen)]


def _tick_range(item: Item, schema: dict) -> str:
    return f"{schema['max']} 分或 0 分"


def _tick_read(item: Item, schema: dict, data: Mapping) -> dict | None:
    value = data.get(f"{item.code}:value", "").strip()
    return {_tick_key(schema): value} if value else None


# defects: {"defects": 2, "places": [...]}


def _defects_controls(item: Item, schema: dict, raw: Mapping) -> list[dict]:
    name, most = f"{item.code}:value", schema["defects_to_floor"]
    count = raw.get("defects")
    places = {
        "type": "lines",
        "name": f"{item.code}:places",
        "label": "问题点位，每行一处",
        "value": "\n".join(raw.get("places", ())),
    }
    if most + 1 > MOST_BUTTONS:
        number = {
            "type": "number",
            "name": name,
            "label": "问题处数",
            "value": "" if count is None else str(count),
            "max": "999",
            "step": "1",
        }
        return [number, places]
    options = []
    for number in range(most + 1):
        points = show(item.points_for({"defects": number}))
        options.append((str(number), f"{number} 处", f"{points} 分"))
    if count is not None and count > most:
        options.append((str(count), f"{count} 处", f"{schema['floor']} 分"))
    return [_buttons(name, "问题处数", options, "" if count is None else str(count)), places]


def _defects_range(item: Item, schema: dict) -> str:
    return (
        f"满分 {schema['max']} 分，每处扣 {schema['deduction']} 分，扣到 {schema['floor']} 分为止"
    )


def _defects_read(item: Item, schema: dict, data: Mapping) -> dict | None:
    value = data.get(f"{item.code}:value", "").strip()
    lines = data.get(f"{item.code}:places", "").splitlines()
    places = [line.strip() for line in lines if line.strip()]
    if len(places) > MOST_PLACES:
        raise MarkError(f"{item.code} 的问题点位最多写 {MOST_PLACES} 行。")
    if not value:
        return {"defects": len(places), "places": places} if places else None
    return {"defects": value, "places": places}


# parts: {"present": [titles]}, bonus {"met": [codes]}


def _parts(schema: dict) -> tuple[str, list[tuple[str, str, str]]]:
    """(key of the mark, (value, label, hint) of each part)."""
    if "needs" in schema:
        return "met", [(part["code"], part["title"], "") for part in schema["parts"]]
    return "present", [
        (part["title"], part["title"], f"缺少扣 {part['points']} 分") for part in schema["parts"]
    ]


def _parts_controls(item: Item, schema: dict, raw: Mapping) -> list[dict]:
    key, parts = _parts(schema)
    known = raw.get(key)
    yes, no = ("符合", "不符合") if key == "met" else ("有", "没有")
    controls = []
    for number, (value, label, hint) in enumerate(parts):
        chosen = "" if known is None else "yes" if value in known else "no"
        options = [("yes", yes, ""), ("no", no, hint)]
        controls.append(_buttons(f"{item.code}:part-{number}", label, options, chosen))
    return controls


def _parts_range(item: Item, schema: dict) -> str:
    return f"满分 {schema['max']} 分，逐项选择"


def _parts_read(item: Item, schema: dict, data: Mapping) -> dict | None:
    key, parts = _parts(schema)
    given = [data.get(f"{item.code}:part-{number}", "") for number in range(len(parts))]
    if not any(given):
        return None
    if not all(answer in ("yes", "no") for answer in given):
        raise MarkError(f"{item.code} 请为每个分项都作选择。")
    return {key: [part[0] for part, answer in zip(parts, given, strict=True) if answer == "yes"]}


# counts: {"counts": {"honour": 2}}


def _counts_controls(item: Item, schema: dict, raw: Mapping) -> list[dict]:
    known = raw.get("counts", {})
    return [
        {
            "type": "number",
            "name": f"{item.code}:{part['code']}",
            "label": part["words"],
            "value": str(known[part["code"]]) if part["code"] in known else "",
            "max": "999",
            "step": "1",
        }
        for part in schema["parts"]
    ]


def _counts_range(item: Item, schema: dict) -> str:
    return f"基础分 {schema['base']} 分，按数量加减，最高 {schema['max']} 分；没有的填 0"


def _counts_read(item: Item, schema: dict, data: Mapping) -> dict | None:
    given = {p["code"]: data.get(f"{item.code}:{p['code']}", "").strip() for p in schema["parts"]}
    return {"counts": {c: n or "0" for c, n in given.items()}} if any(given.values()) else None


# grade: {"grade": "A"}, with several criteria {"grades": {"c1": "A"}}


def _grade_controls(item: Item, schema: dict, raw: Mapping) -> list[dict]:
    options = [(g["code"], g["title"], f"{g['points']} 分") for g in schema["grades"]]
    if not schema["criteria"]:
        return [_buttons(f"{item.code}:value", "等次", options, raw.get("grade", ""))]
    known = raw.get("grades", {})
    return [
        _buttons(f"{item.code}:{c['code']}", c["title"], options, known.get(c["code"], ""))
        for c in schema["criteria"]
    ]


def _grade_range(item: Item, schema: dict) -> str:
    return f"满分 {schema['max']} 分，选择等次"


def _grade_read(item: Item, schema: dict, data: Mapping) -> dict | None:
    if not schema["criteria"]:
        value = data.get(f"{item.code}:value", "").strip()
        return {"grade": value} if value else None
    given = {c["code"]: data.get(f"{item.code}:{c['code']}", "") for c in schema["criteria"]}
    if not any(given.values()):
        return None
    return {"grades": {code: grade for code, grade in given.items() if grade}}


@dataclass(frozen=True)
class Widget:
    controls: Callable[[Item, dict, Mapping], list[dict]]
    range: Callable[[Item, dict], str]
    read: Callable[[Item, dict, Mapping], dict | None]


WIDGETS = {
    "points": Widget(_points_controls, _points_range, _points_read),
    "tick": Widget(_tick_controls, _tick_range, _tick_read),
    "defects": Widget(_defects_controls, _defects_range, _defects_read),
    "parts": Widget(_parts_controls, _parts_range, _parts_read),
    "counts": Widget(_counts_controls, _counts_range, _counts_read),
    "grade": Widget(_grade_controls, _grade_range, _grade_read),
}
