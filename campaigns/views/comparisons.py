"""Two definitions side by side."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.comparison import ASPECTS, VERBS, compare
from campaigns.forms.campaigns import ComparisonForm
from campaigns.selectors import chosen_definition

TONES = {"added": "ok", "removed": "bad", "moved": "info", "changed": "wait"}
COUNTED = ("added", "removed", "moved", *ASPECTS)
TITLES = {verb: word for verb, word in VERBS.items() if verb != "changed"} | {
    aspect: f"{word}有更改" for aspect, word in ASPECTS.items()
}


@require_safe
def compare_definitions(request):
    """Versions, campaigns, drafts and shipped definitions: any two the member may read."""
    form = ComparisonForm(request.GET or None, member=request.member)
    context = {"form": form, "comparison": None, "faulty": ""}
    if form.is_valid():
        sides = [
            chosen_definition(request.member, form.cleaned_data[name]) for name in ("old", "new")
        ]
        broken = [side.title for side in sides if side.definition is None]
        if broken:
            context["faulty"] = f"“{'”“'.join(broken)}”还有错误，改正后才能对照。"
        else:
            context |= _compared(*sides)
    return render(request, "campaigns/compare.html", context)


def _compared(old, new) -> dict:
    comparison = compare(old.definition, new.definition)
    return {
        "comparison": comparison,
        "old": old,
        "new": new,
        "cards": [
            {"title": TITLES[name], "value": comparison.counts[name], "unit": "处"}
            for name in COUNTED
        ],
        "groups": [
            {
                "name": name,
                "title": title,
                "count": len(changes),
                "rows": [
                    {"change": c, "verb": VERBS[c.verb], "tone": TONES[c.verb]} for c in changes
                ],
            }
            for name, title, changes in comparison.groups()
        ],
    }
