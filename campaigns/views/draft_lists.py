"""The lists of a draft: order, adding a member, removing one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from campaigns.definition import tree
from campaigns.definition.shape import Spot, members, spot
from campaigns.designer import (
    facts,
    kind_choices,
    list_rows,
    spot_title,
    titles,
)
from campaigns.forms.parts import PartForm
from campaigns.labels import field_word, part_word
from campaigns.services.drafts import (
    add_piece,
    insert_piece,
    order_pieces,
    remove_piece,
)
from campaigns.views.desk import Desk, place_text, read_place
from core.answers import answer_once
from core.errors import Conflict, Refused

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
RUBRIC = ("rubric",)
SECTIONS = ("rubric", "sections")
COPY = "（副本）"


def tell_saved(request, form: PartForm) -> None:
    if form.faults:
        messages.warning(request, f"已保存，但还有问题：{'；'.join(form.faults)}。")
    else:
        messages.success(request, "已保存。")


def list_url(desk, place: tree.Place) -> str:
    """The page that shows the list."""
    if len(place) == 1:
        return desk.url("draft_part", place)
    parent = place[:-1] if place != SECTIONS else RUBRIC
    if place[:2] == SECTIONS and len(place) == 4:  # items are shown in the table of the rubric
        return f"{desk.url('draft_part', RUBRIC)}#s{place[2]}"
    return f"{desk.url('draft_part', parent)}#list-{place[-1]}"


def list_panel(desk, here: Spot) -> dict:
    rows = list_rows(desk.body, here, desk.found)
    return {
        "key": here.place[-1],
        "title": spot_title(here),
        "noun": noun(here),
        "url": desk.url("draft_part", here.place),
        "add_url": desk.url("draft_add", here.place),
        "seen": tree.digest(here.value),
        "kinds": kind_choices(here.member),
        "rows": [
            {
                "row": row,
                "url": desk.url("draft_part", row.place),
                "remove_url": desk.url("draft_remove", row.place),
            }
            for row in rows
        ],
    }


def noun(here: Spot) -> str:
    models = here.member.models if here.member else ()
    return (
        part_word(models[0][1])
        if len(models) == 1
        else field_word(here.member.owner, here.member.key)
    )


def remove_url(desk, here: Spot) -> str:
    may = here.is_in_list or (here.member is not None and here.member.is_optional)
    return desk.url("draft_remove", here.place) if may and here.value is not None else ""


def name_of(value) -> str:
    """By what a member is known again when its position has changed."""
    if not isinstance(value, dict):
        return ""
    return str(value.get("code") or value.get("title") or "")


def relocated(body: dict, place: tree.Place, was: str) -> tree.Place:
    """Where the member that the form showed stands now."""
    if not place or not isinstance(place[-1], int) or not was:
        return place
    rows = tree.piece(body, place[:-1])
    rows = rows if isinstance(rows, list) else []
    if place[-1] < len(rows) and name_of(rows[place[-1]]) == was:
        return place
    found = [n for n, row in enumerate(rows) if name_of(row) == was]
    return (*place[:-1], found[0] if found else len(rows))


def save_order(desk, here: Spot):
    """Move, copy, or take over the order of rows that were dragged."""
    request, place = desk.request, here.place
    act, _, position = request.POST.get("act", "").partition(":")
    position = int(position) if position.isascii() and position.isdigit() else -1
    count = len(here.rows)
    order = [int(n) for n in request.POST.getlist("order") if n.isascii() and n.isdigit()]
    seen, actor, moved = request.POST.get("seen", ""), request.member, ""
    to = position + {"up": -1, "down": 1}.get(act, 0)
    try:
        if act in ("up", "down") and 0 <= position < count and 0 <= to < count:
            order = list(range(count))
            order[position], order[to] = order[to], order[position]
            order_pieces(desk.draft, place, order, actor=actor, seen=seen)
            moved = f"row-{place[-1]}-{to}-{button_left(act, to, count)}"
        elif act == "copy" and 0 <= position < count:
            value = copied(here.rows, position)
            insert_piece(desk.draft, place, position + 1, value, actor=actor, seen=seen)
            messages.success(request, "已复制，请修改副本的编号和名称。")
        elif not act:
            order_pieces(desk.draft, place, order, actor=actor, seen=seen)
    except Conflict:
        messages.error(request, "列表刚刚被别人改动，顺序没有变。请核对后再试。")
    except Refused as refused:
        messages.error(request, refused.message)
    url, _, anchor = list_url(desk, place).partition("#")
    return redirect(f"{url}#{moved or anchor or 'main'}")  # the button pressed keeps the focus


def button_left(act: str, position: int, count: int) -> str:
    """The button that a moved row still has: the first has no way up, the last none down."""
    if position == 0:
        return "down"
    return "up" if position == count - 1 else act


def copied(rows: list, position: int):
    """A copy with a code of its own."""
    value = rows[position]
    if not isinstance(value, dict):
        return value
    codes = {row.get("code") for row in rows if isinstance(row, dict)}
    copied = dict(value)
    if isinstance(value.get("code"), str):
        number = 2
        while f"{value['code'][:36]}-{number}" in codes:
            number += 1
        copied["code"] = f"{value['code'][:36]}-{number}"
    if isinstance(value.get("title"), str):
        copied["title"] = value["title"][: 120 - len(COPY)] + COPY
    return copied


@FORM_METHODS
def draft_add(request, pk, place):
    """A new member of a list, of the kind asked for."""
    desk = Desk(request, pk)
    here = spot(desk.body, read_place(place))
    if here is None or not here.is_list:
        raise Http404
    return add_page(desk, here)


def add_page(desk, here: Spot, *, conflict: str = "", status: int = 200):
    request = desk.request
    models = dict(here.member.models)
    asked = request.POST.get("kind") or request.GET.get("kind") or ""
    model = models.get(asked) or (next(iter(models.values())) if len(models) == 1 else None)
    kind = asked if len(models) > 1 and model else ""
    form = None
    if model is not None:
        is_posted = request.method == "POST"
        form = PartForm(
            request.POST if is_posted else None, model=model, stored={}, body=desk.body, kind=kind
        )
        if is_posted and not conflict and form.is_valid():
            return redirect(answer_once(request, lambda: _append(desk, here, form)))
    context = {
        "crumbs": desk.crumbs(here.place),
        "title": f"添加{part_word(model) if model else noun(here)}",
        "place": place_text(here.place),
        "add_url": desk.url("draft_add", here.place),
        "back": list_url(desk, here.place),
        "form": form,
        "kind": kind,
        "kinds": kind_choices(here.member),
        "conflict": conflict,
    }
    return desk.render(
        "campaigns/draft_add.html", context, here=place_text(here.place[:1]), status=status
    )


def _append(desk, here: Spot, form: PartForm) -> str:
    add_piece(desk.draft, here.place, form.value, actor=desk.request.member)
    inner = [m for m in members(form.model) if m.kind in ("part", "parts") and not m.is_inline]
    tell_saved(desk.request, form)
    if inner:  # there is more to fill in
        return desk.url("draft_part", (*here.place, len(here.rows)))
    return list_url(desk, here.place)


@FORM_METHODS
def draft_remove(request, pk, place):
    """Ask, then take a member out of its list, or empty a part that may be left out."""
    desk, place = Desk(request, pk), read_place(place)
    if request.method == "POST":
        place = relocated(desk.body, place, request.POST.get("was", ""))
    here = spot(desk.body, place)
    if here is None or not remove_url(desk, here):
        raise Http404
    back = list_url(desk, place[:-1]) if here.is_in_list else desk.url("draft_part", place[:-1])
    conflict = ""
    if request.method == "POST":
        try:
            seen = request.POST.get("seen", "")
            remove_piece(desk.draft, place, actor=request.member, seen=seen)
        except Conflict:
            conflict = "这一项刚刚被别人改动，还没有删除。请看过现在的内容再决定。"
        else:
            messages.success(request, "已删除。")
            return redirect(back)
    desk = Desk(request, pk)
    here = spot(desk.body, place) or here
    words = titles(desk.body, place)
    rows = [{"label": "所在位置", "value": " › ".join(words[:-1]) or "方案"}]
    rows += [{"label": "内容", "value": "\n".join(facts(here, desk.body)) or "—"}]
    context = {
        "crumbs": desk.crumbs(place), "question": f"确定删除“{words[-1]}”吗？", "rows": rows,
        "back": back, "seen": tree.digest(here.value), "was": name_of(here.value),
        "conflict": conflict,
    }  # fmt: skip
    return desk.render(
        "campaigns/draft_remove.html",
        context,
        here=place_text(place[:1]),
        status=409 if conflict else 200,
    )


def timeline(here: Spot) -> list[dict]:
    """The calendar in order of time."""
    if here.place != ("calendar",):
        return []
    days = [row for row in here.rows if isinstance(row, dict) and isinstance(row.get("due"), str)]
    return [
        {
            "title": str(row.get("title") or row.get("code") or ""),
            "day": row["due"],
            "opens": row.get("opens") or "",
        }
        for row in sorted(days, key=lambda row: row["due"])
    ]
