"""A county's definition that refines a city's: what the city allows, the rest locked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from campaigns.comparison import VERBS, Change, compare
from campaigns.definition import Definition, Problem
from campaigns.definition.head import Parent
from campaigns.definition.problems import Locator
from campaigns.labels import REFINABLE
from campaigns.rubric import show

OWN = {"key", "title", "authorities", "source", "note", "unstated", "parent", "refinement"}
ITEMS = ("rubric", "sections", "items")
ADDABLE = {
    ITEMS: "items",
    (*ITEMS, "evidence"): "evidence",
    ("form", "materials"): "materials",
    ("calendar",): "calendar",
    ("requirements",): "requirements",
    ("obligations",): "obligations",
}
CHANGEABLE = {
    (*ITEMS, "points"): "points",
    (*ITEMS, "criterion"): "criteria",
    ("calendar", "due"): "calendar",
}


def refined(parent: Definition, *, key: str, title: str, authorities: Iterable[str]) -> Definition:
    """The child as it begins: the parent's content under its own name."""
    return parent.model_copy(
        update={
            "key": key,
            "title": title,
            "authorities": tuple(authorities),
            "parent": Parent(key=parent.key, title=parent.title, sha256=parent.sha256()),
            "refinement": None,
        }
    )


def refinements(parent: Definition, child: Definition) -> list[Change]:
    """What the child says of its own, apart from its name."""
    changes = compare(parent, child, by_text=False).changes
    return [change for change in changes if change.fields[0] not in OWN]


def refinement_problems(
    parent: Definition, child: Definition, locator: Locator | None = None
) -> list[Problem]:
    """Every place where the child touches what the parent has locked."""
    locator = locator or Locator()
    allows = set(parent.refinement.allows) if parent.refinement else set()
    problems = []
    for change in refinements(parent, child):
        if _needed(parent, change) in (*allows, "always"):
            continue
        path, line = locator.place(change.place)
        what = "".join(filter(None, [change.where, change.label and f"的“{change.label}”"]))
        permission = _needed(parent, change)
        why = f"上级方案没有允许下级{REFINABLE[permission]}" if permission else "由上级方案锁定"
        problems.append(Problem(path, line, f"不能{VERBS[change.verb]}{what}：{why}"))
    return [*problems, *_sums(parent, child, locator)]


def _needed(parent: Definition, change: Change) -> str:
    """A parent without a rubric lets its children write one where it lets them add items."""
    if change.verb == "added" and change.fields == ("rubric", "sections"):
        return "" if parent.rubric.sections else "items"
    return needed_permission(change)


def needed_permission(change: Change) -> str:
    """The permission a change takes; ``always`` for notes, empty where there is none."""
    if change.verb == "added":
        return "always" if change.fields == ("notes",) else ADDABLE.get(change.fields, "")
    if change.verb != "changed":
        return ""
    if change.fields == ("calendar", "due") and change.new > change.old:
        return ""  # a lower level may be earlier, never later
    return CHANGEABLE.get(change.fields, "")


def _sums(parent: Definition, child: Definition, locator: Locator) -> list[Problem]:
    """Sections keep their weight whatever is added to them."""
    sums = {section.code: _points(section) for section in parent.rubric.sections}
    problems = []
    for number, section in enumerate(child.rubric.sections):
        wanted, found = sums.get(section.code), _points(section)
        if wanted is not None and wanted != found:
            path, line = locator.place(("rubric", "sections", number, "items"))
            words = (
                f"“{section.title}”各项合计 {show(found)} 分，须与上级方案的 {show(wanted)} 分相同"
            )
            problems.append(Problem(path, line, words))
    return problems


def _points(section) -> Decimal:
    return sum((item.points for item in section.items if item.is_counted), Decimal(0))


def marks_of_items(changes: Iterable[Change]) -> dict[str, str]:
    """Item code → how the child marks it: 本级增加 or 本级细化."""
    marks: dict[str, str] = {}
    for change in changes:
        if change.fields[:3] == ITEMS:
            is_new = change.verb == "added" and change.fields == ITEMS
            marks[change.item] = "本级增加" if is_new else "本级细化"
    return marks
