"""The scorecard of a definition that is being written, as an expert will see it."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.definition import check_data
from campaigns.designer import EXPERT, preview_roles
from campaigns.rubric import show
from campaigns.selectors import visible_drafts
from scoring.forms.marks import comment_name, mark_controls, mark_range


@require_safe
def draft_scorecard(request, pk):
    """Every item with its inputs; ``?track=`` chooses the category. Nothing is saved."""
    draft = get_object_or_404(visible_drafts(request.member), pk=pk)
    definition, _ = check_data(draft.body)
    if definition is None:
        raise Http404("a definition with errors has no scorecard")
    track = request.GET.get("track") or definition.tracks[0].code
    if track not in {one.code for one in definition.tracks}:
        raise Http404
    context = {
        "draft": draft,
        "definition": definition,
        "track": track,
        "tracks": definition.tracks,
        "role": EXPERT,
        "roles": preview_roles(definition, track),
        "sections": [
            {
                "section": section,
                "points": show(sum(i.points for i in section.items_for(track) if not i.is_bonus)),
                "rows": [
                    {
                        "item": _item(definition, item),
                        "asked": [evidence.title for evidence in item.evidence],
                    }
                    for item in section.items_for(track)
                ],
            }
            for section in definition.sections(track)
        ],
    }
    return render(request, "scoring/draft_scorecard.html", context)


def _item(definition, item) -> dict:
    return {
        "code": item.code,
        "title": item.title,
        "maximum": item.points,
        "text": item.criterion,
        "range": mark_range(definition, item.code),
        "note": item.unstated_fields.get("floor", ""),
        "controls": mark_controls(definition, item.code, None),
        "comment_name": comment_name(item.code),
    }
