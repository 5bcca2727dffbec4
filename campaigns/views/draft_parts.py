"""One page per part of a draft: its form, the lists in it, the rubric as a table."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from campaigns.definition import tree
from campaigns.definition.shape import Spot, members, page_of, spot
from campaigns.designer import (
    facts,
    kind_choices,
    row_title,
    rubric_total,
    titles,
)
from campaigns.forms.parts import PartForm
from campaigns.forms.rubric import RubricForm, table_view
from campaigns.labels import field_word, part_word
from campaigns.services.drafts import (
    edit_piece,
    fields_view,
    insert_piece,
    set_fields,
    set_piece,
)
from campaigns.views.desk import Desk, place_text, read_place
from campaigns.views.draft_lists import (
    RUBRIC,
    SECTIONS,
    add_page,
    button_left,
    copied,
    list_panel,
    list_url,
    name_of,
    relocated,
    remove_url,
    save_order,
    tell_saved,
    timeline,
)
from core.answers import answer_once
from core.errors import Conflict

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
COMPOSITES = {"all_of", "any_of"}


@FORM_METHODS
def draft_part(request, pk, place):
    """The page of a part; a list that stands in a part is on the page of that part."""
    desk, place = Desk(request, pk), read_place(place)
    if request.method == "POST":
        place = relocated(desk.body, place, request.POST.get("was", ""))
    here = spot(desk.body, place)
    if here is None:
        if request.method == "POST" and place and isinstance(place[-1], int):
            return _removed_meanwhile(desk, place)
        raise Http404
    home, _ = page_of(desk.body, place)
    if home.place != here.place:
        return redirect(desk.url("draft_part", home.place))
    if here.is_list:
        if request.method == "POST":
            return save_order(desk, here)
        if len(place) > 1:
            return redirect(f"{desk.url('draft_part', place[:-1])}#list-{place[-1]}")
        return desk.render(
            "campaigns/draft_list_part.html",
            {"crumbs": desk.crumbs(place), "panel": list_panel(desk, here),
             "problems": desk.problem_rows(place), "timeline": timeline(here)},
            here=place_text(place),
        )  # fmt: skip
    if place == RUBRIC and request.POST.get("table"):
        return _rubric(desk)
    if request.method == "POST" and request.POST.get("act") == "drop":
        return _drop_unknown(desk, here)
    return _part(desk, here)


# A part


def _part(desk, here: Spot, *, rubric_form=None, status=200):
    """The form of a part and the lists in it."""
    request = desk.request
    kind, model = _kind(request, here)
    form = None
    differences, conflict = [], ""
    if model is not None:
        stored = _as_kind(here, kind, model) if kind else here.data
        form = _form(desk, here, model, stored, kind)
    is_posted = request.method == "POST" and rubric_form is None and form is not None
    if is_posted and form.is_valid():
        try:
            return redirect(answer_once(request, lambda: _save(desk, here, form)))
        except Conflict as refused:
            conflict, status = refused.message, refused.status
            desk = Desk(request, desk.draft.pk)
            here = spot(desk.body, here.place) or here
            differences = form.differences(here.data)
            form.data = form.data.copy()
            form.data["seen"] = _seen(here, form)
    panels = _panels(desk, here) if not kind else []
    context = {
        "crumbs": desk.crumbs(here.place),
        "title": titles(desk.body, here.place)[-1],
        "is_missing": here.value is None,
        "place": place_text(here.place),
        "form": form,
        "kind_word": part_word(model) if model and len(_models(here)) > 1 else "",
        "kinds": kind_choices(here.member) if here.member and _may_choose(here) else [],
        "present_kind": kind or here.data.get("kind", ""),
        "panels": panels,
        "subparts": _subparts(desk, here) if not kind else [],
        "problems": desk.problem_rows(here.place),
        "unknown": _unknown(here),
        "conflict": conflict,
        "differences": differences,
        "remove_url": remove_url(desk, here),
        "rubric": _rubric_context(desk, rubric_form) if here.place == RUBRIC else None,
    }
    return desk.render(
        "campaigns/draft_part.html", context, here=place_text(here.place[:1]), status=status
    )


def _models(here: Spot) -> tuple:
    return here.member.models if here.member else ()


def _may_choose(here: Spot) -> bool:
    return len(_models(here)) > 1


def _kind(request, here: Spot):
    """(the kind asked for, None where the part keeps its own; its model)."""
    asked = request.GET.get("kind") or request.POST.get("kind")
    if asked and _may_choose(here) and asked != here.data.get("kind"):
        model = dict(_models(here)).get(asked)
        if model is not None:
            return asked, model
    return "", here.model


def _as_kind(here: Spot, kind: str, model) -> dict:
    """What of the part is kept when it becomes another kind. A single gate becomes the first of a
    composite one."""
    data = here.data
    if kind in COMPOSITES and data and data.get("kind") not in COMPOSITES:
        return {"gates": [data]}
    known = {member.key for member in members(model)} | {"unstated"}
    kept = {key: value for key, value in data.items() if key in known}
    if isinstance(kept.get("unstated"), dict):
        names = {member.name for member in members(model)}
        kept["unstated"] = {k: v for k, v in kept["unstated"].items() if k in names}
    return kept


def _form(desk, here: Spot, model, stored: dict, kind: str) -> PartForm:
    form = PartForm(
        desk.request.POST if desk.request.method == "POST" and not desk.request.POST.get("table")
        else None,
        model=model, stored=stored, body=desk.body, was=name_of(here.value), kind=kind,
    )  # fmt: skip
    form.initial["seen"] = _seen(here, form)
    return form


def _seen(here: Spot, form: PartForm) -> str:
    if form.kind:
        return tree.digest(here.value)
    return tree.digest(fields_view(form.keys)(here.value))


def _save(desk, here: Spot, form: PartForm) -> str:
    seen, actor = form.cleaned_data["seen"], desk.request.member
    if form.kind:
        set_piece(desk.draft, here.place, form.value, actor=actor, seen=seen)
    else:
        set_fields(desk.draft, here.place, form.value, form.keys, actor=actor, seen=seen)
    tell_saved(desk.request, form)
    inner = any(m.kind in ("part", "parts") and not m.is_inline for m in members(form.model))
    if here.is_in_list and not inner:
        return list_url(desk, here.place[:-1])
    return desk.url("draft_part", here.place)


def _panels(desk, here: Spot) -> list[dict]:
    """The lists in a part; the rubric shows its own as a table."""
    if here.model is None or here.place == RUBRIC or here.value is None:
        return []
    return [
        list_panel(desk, spot(desk.body, (*here.place, member.key)))
        for member in members(here.model)
        if member.kind == "parts"
    ]


def _subparts(desk, here: Spot) -> list[dict]:
    """Parts with a page of their own that stand in this one."""
    if here.model is None or here.value is None or not here.place:
        return []
    found = []
    for member in members(here.model):
        if member.kind == "part" and not member.is_inline:
            inner = spot(desk.body, (*here.place, member.key))
            words = [part_word(inner.model)] if inner.model and len(member.models) > 1 else []
            words += facts(inner, desk.body)
            found.append(
                {
                    "title": field_word(here.model, member.key),
                    "url": desk.url("draft_part", inner.place),
                    "is_missing": inner.value is None,
                    "words": "，".join(words) or row_title(inner),
                }
            )
    return found


def _unknown(here: Spot) -> list[str]:
    if here.model is None:
        return []
    known = {m.key for m in members(here.model)} | {m.name for m in members(here.model)}
    return sorted(set(here.data) - known - {"unstated", "unstated_fields", "kind"})


def _drop_unknown(desk, here: Spot):
    """What no definition knows goes, so that the check can pass."""
    unknown = set(_unknown(here))
    if not unknown:
        return redirect(desk.url("draft_part", here.place))
    edit_piece(
        desk.draft, here.place, lambda part: {k: v for k, v in part.items() if k not in unknown},
        actor=desk.request.member, seen=tree.digest(here.value),
    )  # fmt: skip
    messages.success(desk.request, f"已删除：{'、'.join(sorted(unknown))}。")
    return redirect(desk.url("draft_part", here.place))


def _removed_meanwhile(desk, place: tree.Place):
    """Somebody took the member away: what was typed can be added anew."""
    owner = spot(desk.body, place[:-1])
    if owner is None or not owner.is_list:
        raise Http404
    return add_page(
        desk, owner, status=409,
        conflict="这一项刚刚被别人删除，您的内容还没有保存。再次保存会把它作为新的一项加入。",
    )  # fmt: skip


# The rubric as a table


def _rubric_context(desk, form=None) -> dict:
    rubric = desk.body.get("rubric")
    if form is None:
        form = RubricForm(rubric=rubric, body=desk.body)
        form.initial["seen"] = tree.digest(table_view(rubric))
    tables = [
        {
            "table": table,
            "url": _url_of(desk, table.head),
            "add_url": desk.url("draft_add", read_place(f"{table.head.place}/items")),
            "remove_url": _url_of(desk, table.head, "draft_remove"),
            "lines": [
                {
                    "line": line,
                    "url": _url_of(desk, line),
                    "remove_url": _url_of(desk, line, "draft_remove"),
                }
                for line in table.lines
            ],
        }
        for table in form.tables()
    ]
    return {
        "form": form,
        "tables": tables,
        "total": rubric_total(desk.body),
        "add_url": desk.url("draft_add", SECTIONS),
    }


def _url_of(desk, line, name: str = "draft_part") -> str:
    return desk.url(name, read_place(line.place))


def _rubric(desk):
    """Save the table; a button may besides move or copy a row, or go on to add one."""
    request = desk.request
    form = RubricForm(request.POST, rubric=desk.body.get("rubric"), body=desk.body)
    if not form.is_valid():
        return _part(desk, spot(desk.body, RUBRIC), rubric_form=form)
    act, _, token = request.POST.get("act", "").partition(":")
    name = form.moved(token, act == "up") if act in ("up", "down") else token
    try:
        edit_piece(
            desk.draft, RUBRIC, form.edited, actor=request.member,
            seen=form.cleaned_data["seen"], view=table_view,
        )  # fmt: skip
    except Conflict as refused:
        return _rubric_conflict(request, desk, form, refused.message)
    url = desk.url("draft_part", RUBRIC)
    if act in ("up", "down"):
        last = len(tree.piece(desk.body, SECTIONS, []))
        is_item = "." in name
        return redirect(f"{url}#{name}-{act if is_item else button_left(act, int(name[1:]), last)}")
    if act == "copy" and name in form.nodes:
        desk = Desk(request, desk.draft.pk)
        _copy_row(desk, form, name)
        return redirect(f"{url}#{name}")
    messages.success(request, "已保存。")
    return redirect(f"{url}#rubric-table")


def _rubric_conflict(request, desk, form: RubricForm, message: str):
    """What was typed stays in the table; it may be saved again where the rows are still the same."""
    desk = Desk(request, desk.draft.pk)
    present = RubricForm(rubric=desk.body.get("rubric"), body=desk.body)
    if list(present.nodes) == list(form.nodes):
        form.data = form.data.copy()
        form.data["seen"] = tree.digest(table_view(desk.body.get("rubric")))
        message += "表中是您填写的内容，再次保存即以它为准。"
    else:
        message += "表中是您填写的内容；类别或指标已有增减，请记下改动后刷新页面，再作修改。"
    form.add_error(None, message)
    for name in form.fields:
        stored, typed = present.initial.get(name), form.data.get(name)
        if name != "seen" and typed is not None and name in present.fields and stored != typed:
            form.add_error(name, f"草稿现在是“{stored}”")
    return _part(desk, spot(desk.body, RUBRIC), rubric_form=form, status=409)


def _copy_row(desk, form: RubricForm, token: str) -> None:
    place = read_place(form._line(token).place)
    rows = tree.piece(desk.body, place[:-1])
    value = copied(rows, place[-1])
    insert_piece(
        desk.draft, place[:-1], place[-1] + 1, value, actor=desk.request.member,
        seen=tree.digest(rows),
    )  # fmt: skip
    messages.success(desk.request, "已复制，请修改副本的编号和名称。")
