"""The interface kit: one tag per file in ``templates/components``, with its defaults.

Every parameter a component uses is declared here, so an undefined variable in a page fails and a
component never does. Usage with examples: ``docs/ui.md``; all of it on one page: the catalogue.
"""

from __future__ import annotations

import uuid
from html import escape

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import mark_safe

from core import wording
from core.errors import STALE_PAGE

register = template.Library()
component = "components/{}.html".format

register.filter("points", wording.points)
register.filter("percent", wording.percent)
register.filter("cn_date", wording.cn_date)
register.filter("cn_datetime", wording.cn_datetime)
register.filter("file_size", wording.file_size)
register.filter("short_hash", wording.short_hash)


# Forms


@register.inclusion_tag(component("field"))
def field(bound, hint="", label="", counter=True):
    """Label, help, error and control of one BoundField, tied together for screen readers."""
    widget = bound.field.widget
    kind = _kind(bound)
    attrs = {"class": _CLASSES.get(kind, "form-control")}
    limit = widget.attrs.get("maxlength")
    if kind == "textarea" and limit and counter:
        # Over-long text is kept and counted, never cut while pasting.
        attrs |= {"maxlength": False, "data-charcount": limit}
    if kind == "textarea" and str(widget.attrs.get("rows")) == "10":  # Django's, for any length
        attrs["rows"] = 4 if int(limit or 0) <= 300 else 8
    if kind == "file" and getattr(widget, "allow_multiple_selected", False):
        attrs["multiple"] = True
    if kind == "file":
        attrs["data-upload"] = True
    if bound.errors:
        attrs["class"] += " is-invalid"
    help_text = hint or bound.help_text
    described = []
    if help_text:
        described.append(f"{bound.auto_id}_helptext")
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    is_group = kind in ("radio", "checkboxes")
    return {
        "bound": bound,
        "kind": kind,
        "is_group": is_group,
        "label": label or bound.label,
        "help_text": help_text,
        "described": " ".join(described),
        "limit": limit if "data-charcount" in attrs else None,
        "choices": list(bound) if is_group else [],
        "control": "" if is_group else bound.as_widget(attrs=attrs),
    }


_CLASSES = {"select": "form-select", "checkbox": "form-check-input"}


def _kind(bound) -> str:
    widget = bound.field.widget
    return {
        "select": "select",
        "selectmultiple": "select",
        "textarea": "textarea",
        "checkbox": "checkbox",
        "radioselect": "radio",
        "checkboxselectmultiple": "checkboxes",
        "clearablefile": "file",
        "file": "file",
    }.get(bound.widget_type, getattr(widget, "input_type", None) or "text")


@register.inclusion_tag(component("form"))
def form(form, submit="保存", action="", cancel_url="", danger=False, autosave=""):
    """A whole form: error summary, token, fields, one main button. ``autosave`` is a URL."""
    return {
        "form": form,
        "submit": submit,
        "action": action,
        "cancel_url": cancel_url,
        "danger": danger,
        "autosave": autosave,
    }


@register.inclusion_tag(component("error_summary"))
def error_summary(*forms, title="请先改正下面的问题"):
    """All errors of the forms, each a link to its field; nothing when there are none."""
    errors = []
    for item in forms:
        errors += [("", message) for message in item.non_field_errors()]
        if any(bound.errors for bound in item.hidden_fields()):
            errors.append(("", STALE_PAGE))
        for bound in item.visible_fields():
            errors += [(_target(bound), _named(bound, m)) for m in bound.errors]
    return {"title": title, "errors": errors}


def _named(bound, message: str) -> str:
    """A box to tick has a whole sentence for its label, and so has its error."""
    return message if _kind(bound) == "checkbox" else f"{bound.label}：{message}"


def _target(bound) -> str:
    if _kind(bound) in ("radio", "checkboxes"):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


@register.simple_tag
def form_key():
    """Hidden key of one rendered form, so that sending it twice acts once."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid.uuid4())


@register.inclusion_tag(component("file_upload"))
def file_upload(
    name, label, accept="", multiple=True, max_mb=20, hint="", error="", input_id="", capture=""
):
    """Upload box with preview and size check; stands inside a multipart form of the page."""
    return {
        "name": name,
        "input_id": input_id or f"upload_{name}",
        "label": label,
        "accept": accept,
        "multiple": multiple,
        "max_mb": max_mb,
        "hint": hint,
        "error": error,
        "capture": capture,
    }


@register.inclusion_tag(component("filter_bar"))
def filter_bar(form, count=None, noun="条", export_url="", reset_url="?"):
    """Filters above a list (a GET form), the count, and the export."""
    return {
        "form": form,
        "count": count,
        "noun": noun,
        "export_url": export_url,
        "reset_url": reset_url,
    }


@register.inclusion_tag(component("confirm"))
def confirm(
    question,
    rows=(),
    action="",
    button="确认",
    cancel_url="",
    danger=False,
    form=None,
    warning="",
    level=1,
    hidden=None,
):
    """Body of a confirmation page: what will happen, optional form, two buttons.

    ``hidden``: name → value sent along, such as which state of things is confirmed."""
    return {
        "question": question,
        "rows": rows,
        "action": action,
        "button": button,
        "cancel_url": cancel_url,
        "danger": danger,
        "form": form,
        "warning": warning,
        "level": level,
        "hidden": hidden or {},
    }


@register.inclusion_tag(component("score_input"))
def score_input(item, url="", error="", disabled=False):
    """One rubric item of a scorecard, inside the page's form.

    ``item``: code, title, maximum, range (what may be entered, in words), comment_name, controls,
    and optionally text, comment, state, is_marked, note (what is our default). Controls:
    ``{type: buttons, name, label, options: [{value, label, hint, checked}]}``,
    ``{type: number, name, label, value, max, step}``, ``{type: lines, name, label, value}``.
    """
    known = {"text": "", "comment": "", "state": "", "is_marked": False, "note": ""}
    return {
        "item": known | item,
        "anchor": item["code"].replace(".", "-"),
        "url": url,
        "error": error,
        "disabled": disabled,
    }


# State and progress


@register.inclusion_tag(component("status_tag"))
def status(label, tone=""):
    """A state as word and colour. Without ``tone`` the colour follows from the word."""
    return {"label": label, "tone": tone or wording.tone_of(str(label))}


@register.inclusion_tag(component("unstated"))
def unstated(note=""):
    """Marks a value that the notice does not state and that is our default."""
    return {"note": note}


@register.inclusion_tag(component("notice"))
def notice(text, tone="info", title=""):
    """A sentence that matters, in a box. Tones: info, ok, warn, bad."""
    return {"text": text, "tone": tone, "title": title}


@register.inclusion_tag(component("empty_state"))
def empty_state(title, text="", url="", label=""):
    """What an empty list says, and the next step."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag(component("task_list"))
def task_list(tasks):
    """Parts of a dossier with their state. Tasks: title, status, and optionally url, hint, tone."""
    return {"tasks": tasks}


@register.inclusion_tag(component("timeline"))
def timeline(events):
    """The way of a dossier. Events: title, state (done, current, todo, returned, refused, skipped)
    and optionally label, who, at, opinion, note, url."""
    return {"events": [{**wording.TIMELINE[event["state"]], **event} for event in events]}


@register.inclusion_tag(component("steps"))
def steps(items, current):
    """Numbered steps of a job over several pages. Items: title, url; ``current`` counts from 1."""
    shown = [
        {"number": n, "is_done": n < current, "is_current": n == current, **item}
        for n, item in enumerate(items, start=1)
    ]
    title = shown[current - 1]["title"] if shown else ""
    return {"items": shown, "current": current, "title": title}


@register.inclusion_tag(component("progress_job"))
def progress_job(job, poll_url, result_url="", result_label="查看结果", retry_url=""):
    """A job's progress; asks ``poll_url`` for this same fragment until the job has ended."""
    total = job.progress_total or 0
    return {
        "job": job,
        "is_open": job.state in ("queued", "running"),
        "is_done": job.state == "done",
        "percent": min(100, job.progress_done * 100 // total) if total else 0,
        "poll_url": poll_url,
        "result_url": result_url,
        "result_label": result_label,
        "retry_url": retry_url,
    }


@register.inclusion_tag(component("deadline"))
def deadline(at, label="截止", working_days=None, is_over=False, note=""):
    """A deadline with the working days left (computed by the view, which knows the calendar)."""
    return {
        "at": at,
        "label": label,
        "working_days": working_days,
        "is_over": is_over,
        "is_near": working_days is not None and working_days <= 3,
        "note": note,
    }


# Showing


@register.inclusion_tag(component("breadcrumbs"))
def breadcrumbs(*pairs):
    """``{% breadcrumbs "首页" home_url "小区" list_url "荷风苑" %}``: title, url, … last title."""
    crumbs = [{"title": pairs[i], "url": pairs[i + 1]} for i in range(0, len(pairs) - 1, 2)]
    return {"crumbs": crumbs, "last": pairs[-1] if len(pairs) % 2 else ""}


@register.inclusion_tag(component("pagination_keyset"))
def pagination(next_url="", previous_url="", shown=None, total=None, noun="条"):
    """Previous and next of a list paginated by key."""
    return {
        "next_url": next_url,
        "previous_url": previous_url,
        "shown": shown,
        "total": total,
        "noun": noun,
    }


@register.inclusion_tag(component("summary_list"))
def summary_list(rows, title=""):
    """Check-answers list. Rows: label, value, and optionally url, link, badge (unstated), error."""
    return {"rows": rows, "title": title}


@register.inclusion_tag(component("data_table"))
def data_table(columns, rows, caption=""):
    """A plain table that becomes cards on a phone. Columns: label, numeric; rows: cells, or
    {value, url} for a link, {status} for a state."""
    table = [
        [
            {**column, **(cell if isinstance(cell, dict) else {"value": cell})}
            for column, cell in zip(columns, row, strict=True)
        ]
        for row in rows
    ]
    return {"columns": columns, "rows": table, "caption": caption}


@register.inclusion_tag(component("long_table"))
def long_table(columns, rows, caption):
    """The look of ``data_table`` for lists of many rows: a template node per cell would cost ten
    times as much. Columns: label, numeric. Rows: the address of the row's page, then one text per
    column; the first column is the link. Texts are escaped here."""
    opened = [
        format_html(
            '<td data-label="{}"{}>', column["label"], _NUMBER if column.get("numeric") else ""
        )
        for column in columns[1:]
    ]
    body = []
    for url, title, *cells in rows:
        body.append(f'<tr><td class="row-title"><a href="{escape(url)}">{escape(title)}</a></td>')
        body += [f"{o}{escape(text)}</td>" for o, text in zip(opened, cells, strict=True)]
        body.append("</tr>\n")
    return {"columns": columns, "body": mark_safe("".join(body)), "caption": caption}


_NUMBER = mark_safe(' class="number"')


@register.inclusion_tag(component("stat_cards"))
def stat_cards(cards):
    """Figures. Cards: title, value, and optionally unit, url, hint, tone."""
    return {"cards": cards}


@register.inclusion_tag(component("meter"))
def meter(label, value, minimum=None, maximum=None, unit="个", note="", total=None):
    """A count against its quota, or a part of a total, said in words and drawn."""
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "note": note,
        "minimum": minimum,
        "maximum": maximum,
        "total": total,
        **wording.meter_of(value, minimum, maximum, total),
    }


@register.inclusion_tag(component("receipt"))
def receipt(title, number, digest="", at=None, text=""):
    """What was acknowledged: number, hash, moment."""
    return {"title": title, "number": number, "digest": digest, "at": at, "text": text}


@register.inclusion_tag(component("evidence_gallery"))
def evidence_gallery(items, empty="还没有上传佐证材料。"):
    """Files as thumbnails that open in a new page. Items: url, title, and optionally thumb_url,
    kind (图片, 视频, PDF), size, note, remove_url."""
    return {"items": items, "empty": empty}


@register.inclusion_tag(component("chart"))
def chart(chart_id, title, kind, columns, rows, note="", target=None, unit=""):
    """A picture of a table, with the table behind it.

    ``kind``: bars, columns, funnel, lines. ``columns``: names, the first of the categories.
    ``rows``: [category, number, …]. ``target``: a line, {label, value}, or one number per row.
    """
    data = {
        "kind": kind,
        "title": title,
        "unit": unit,
        "target": target,
        "columns": list(columns),
        "rows": [[str(r[0]), *map(_number, r[1:])] for r in rows],
    }
    return {
        "chart_id": chart_id,
        "title": title,
        "note": note,
        "data": json_script(data, f"{chart_id}-data"),
        "columns": [{"label": c, "numeric": i > 0} for i, c in enumerate(columns)],
        "rows": rows,
    }


def _number(value):
    return None if value is None else float(value)


@register.inclusion_tag(component("explain"))
def explain(summary, rows, title="怎么得出的"):
    """Opens a number up. Rows: label, value, and optionally source, unstated."""
    return {"summary": summary, "rows": rows, "title": title}
