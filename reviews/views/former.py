"""What the community handed in before: taken into the draft, and compared with it."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.answers import answer_once
from reviews.selectors.contents import frozen_content, readable_content
from reviews.selectors.differences import differences
from reviews.selectors.evidence import present_evidence
from reviews.selectors.former import copyable, count_still_copied, former_dossier
from reviews.selectors.version_moves import definition_of_content
from reviews.services.dossiers import check_editable, copy_former
from reviews.views.dossiers import detail_url, load_dossier


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_former(request, pk):
    """Its applicant: the former dossier beside the draft; POST takes over what is still empty."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)

    def act():
        count = copy_former(dossier, actor=request.member)
        messages.success(
            request, f"已带入 {count} 处内容。还没有改动的栏目都有提示，请逐处按今年的情况核对。"
        )
        return detail_url(request, dossier)

    if request.method == "POST":
        return redirect(answer_once(request, act))
    former = former_dossier(dossier)
    context = {"dossier": dossier, "former": former}
    if former:
        places = copyable(dossier, former)
        context |= {
            "count": sum(len(texts) for texts in places.values()),
            "untouched": count_still_copied(dossier),
            "rows": _differences(dossier, former),
            "before": f"{former.campaign.year} 年",
        }
    return render(request, "reviews/dossier_former.html", context)


def _differences(dossier, former) -> list:
    """Texts only: marks and files of another year are not compared."""
    definition, old = dossier.version.definition, former.revision.content
    content = frozen_content(dossier, present_evidence(dossier))
    rows = differences(
        readable_content(definition_of_content(former, old), former.track, old),
        readable_content(definition, dossier.track, content),
    )
    return [row for row in rows if row.group in ("申报表", "典型案例材料") and row.kind == "text"]
