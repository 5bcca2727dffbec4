"""From the annex of a notice to the rubric of a draft: upload, decide row by row, take over."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms.imports import AnnexForm, ItemForm, SectionForm, TakeOverForm
from campaigns.notice_import.side_by_side import printed_row, side_by_side
from campaigns.notice_import.takeover import item_faults
from campaigns.permissions import can_import_notice, can_see_imports
from campaigns.rubric import KINDS
from campaigns.selectors import open_drafts, visible_imports
from campaigns.services import imports as services
from core.answers import answer_once
from core.errors import Conflict
from core.forms import add_errors

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
DECISIONS = {"accept": "accepted", "ignore": "ignored", "reopen": "open"}
STATES = {"open": "待处理", "accepted": "已采纳", "ignored": "已忽略"}
TONES = {"open": "wait", "accepted": "ok", "ignored": "muted"}


def _load(request, pk, *, to_change=True):
    imported = get_object_or_404(visible_imports(request.member), pk=pk)
    if to_change and not can_import_notice(request.member):
        raise PermissionDenied
    return imported


def _url(request, name, *args) -> str:
    return reverse(f"campaigns:{name}", args=[request.tenant.slug, *args])


@require_safe
def import_list(request):
    """Annexes that were begun; each can be continued."""
    if not can_see_imports(request.member):
        raise PermissionDenied
    context = {
        "imports": visible_imports(request.member).defer("body"),
        "can_import": can_import_notice(request.member),
    }
    return render(request, "campaigns/import_list.html", context)


@FORM_METHODS
def import_create(request):
    """Upload an annex."""
    if not can_import_notice(request.member):
        raise PermissionDenied
    form = AnnexForm(request.POST or None, request.FILES or None)

    def act():
        imported = services.begin_import(form.cleaned_data["annex"], actor=request.member)
        messages.success(request, "已读取附件。请对照原表逐行核对，采纳、修改或忽略。")
        return _url(request, "import_detail", imported.pk)

    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    return render(request, "campaigns/import_create.html", {"form": form})


@require_safe
def import_detail(request, pk):
    """The printed tables with the draft beside them."""
    imported = _load(request, pk, to_change=False)
    proposal = imported.proposal
    sums, codes = proposal.sum_doubts(), proposal.codes()
    context = {
        "imported": imported,
        "proposal": proposal,
        "tables": [
            {
                "printed": table,
                "rows": [
                    {
                        "printed": row,
                        "heads": [_headed(section, codes, sums) for section in row.sections],
                        "items": [_drafted(proposal, item, codes) for item in row.items],
                    }
                    for row in table.rows
                ],
            }
            for table in side_by_side(proposal)
        ],
        "counts": _counts(proposal),
        "doubts": [*([sums[""]] if "" in sums else []), *(d.message for d in proposal.doubts)],
        "sure": len(services.undoubted(proposal)),
        "total": proposal.total(),
        "can_import": can_import_notice(request.member),
    }
    return render(request, "campaigns/import_detail.html", context)


def _counts(proposal) -> dict:
    states = [item.state for item in proposal.items]
    return {"all": len(states), **{state: states.count(state) for state in STATES}}


def _drafted(proposal, item, codes) -> dict:
    """What the page says of an item."""
    section = proposal.section(item.section)
    return {
        "item": item,
        "code": codes.get(item.key, ""),
        "kind": KINDS[item.kind].kind_title,
        "by_weight": section.is_weight and not section.is_bonus,
        "state": STATES[item.state],
        "tone": TONES[item.state],
        "faults": [message for _, message in item_faults(item, section)],
    }


def _headed(section, codes, sums) -> dict:
    return {
        "section": section,
        "code": codes.get(section.key, ""),
        "sum": sums.get(section.key, ""),
    }


@FORM_METHODS
def import_item(request, pk, row):
    """Mend one row beside what is printed; saving accepts it."""
    imported = _load(request, pk)
    proposal = imported.proposal
    item = _row(proposal.items, row)
    initial = ItemForm.initial_of(item, services.seen(item))
    form = ItemForm(request.POST or None, proposal=proposal, initial=initial)
    back = f"{_url(request, 'import_detail', pk)}#{row}"

    def act():
        was = form.cleaned_data["was"]
        services.mend_item(imported, row, form.values(), actor=request.member, was=was)
        return back

    context = {"item": item, "doubts": item.doubts, "title": f"修改指标：{item.title}"}
    return _mended(request, imported, form, act, item, back, context)


@FORM_METHODS
def import_section(request, pk, row):
    """Mend the title or the amount of a section."""
    imported = _load(request, pk)
    section = _row(imported.proposal.sections, row)
    initial = SectionForm.initial_of(section, services.seen(section))
    form = SectionForm(request.POST or None, section=section, initial=initial)
    back = f"{_url(request, 'import_detail', pk)}#{row}"

    def act():
        was = form.cleaned_data["was"]
        services.mend_section(imported, row, form.values(), actor=request.member, was=was)
        return back

    context = {"item": None, "doubts": section.doubts, "title": f"修改类别：{section.title}"}
    return _mended(request, imported, form, act, section, back, context)


def _row(rows, key):
    for row in rows:
        if row.key == key:
            return row
    raise Http404


def _mended(request, imported, form, act, row, back, context):
    """The form of a row; what was typed stays when it is wrong or somebody was faster."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.message)
            form.data = form.data.copy()
            form.data["was"] = services.seen(row)
            status = error.status
    context |= {
        "imported": imported,
        "form": form,
        "back": back,
        "printed": printed_row(imported.proposal, row.place.table, row.place.row),
        "place": row.place,
    }
    return render(request, "campaigns/import_row.html", context, status=status)


@require_POST
def import_decide(request, pk, row, decision):
    """Accept, ignore or open again; back to the row."""
    imported = _load(request, pk)
    _row(imported.proposal.items, row)
    services.decide_item(imported, row, DECISIONS[decision], actor=request.member)
    return redirect(f"{_url(request, 'import_detail', pk)}#{row}")


@require_POST
def import_accept(request, pk):
    """Accept every row that has no doubt."""
    imported = _load(request, pk)
    number = services.accept_undoubted(imported, actor=request.member)
    messages.success(request, f"已采纳 {number} 行没有疑点的指标，请继续处理其余各行。")
    return redirect(_url(request, "import_detail", pk))


@FORM_METHODS
def import_take_over(request, pk):
    """Into which draft, after a last look at the sums."""
    imported = _load(request, pk)
    proposal = imported.proposal
    form = TakeOverForm(request.POST or None, drafts=open_drafts(request.member))

    def act():
        draft = services.take_over(
            imported, form.chosen(), actor=request.member, title=form.cleaned_data["title"]
        )
        messages.success(request, f"评选标准已写入草稿“{draft.title}”，请在草稿中继续。")
        return _url(request, "draft_detail", draft.pk)

    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    sums = proposal.sum_doubts()
    doubts = [
        *(f"{proposal.section(key).title}：{text}" for key, text in sums.items() if key),
        *([sums[""]] if "" in sums else []),
    ]
    context = {
        "imported": imported,
        "form": form,
        "counts": _counts(proposal),
        "doubts": doubts,
        "back": _url(request, "import_detail", pk),
    }
    return render(request, "campaigns/import_take_over.html", context)


@FORM_METHODS
def import_discard(request, pk):
    """Ask, then delete what was read."""
    imported = _load(request, pk)
    if request.method == "POST":
        services.discard_import(imported, actor=request.member)
        messages.success(request, f"已删除“{imported.name}”的导入，草稿不受影响。")
        return redirect(_url(request, "import_list"))
    counts = _counts(imported.proposal)
    context = {
        "imported": imported,
        "rows": [
            {"label": "文件", "value": imported.name},
            {"label": "指标", "value": f"{counts['all']} 行，已采纳 {counts['accepted']} 行"},
        ],
        "back": _url(request, "import_detail", pk),
    }
    return render(request, "campaigns/import_discard.html", context)
