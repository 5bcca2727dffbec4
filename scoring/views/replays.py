"""The marks of a finished campaign under another definition."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.comparison import VERBS
from campaigns.definition import DefinitionError, load_definition
from campaigns.models import Campaign
from campaigns.selectors import chosen_definition
from core.exports import CONTENT_TYPE
from core.forms import answer_form
from scoring.exports import replay_book
from scoring.forms.replays import UPLOAD, ReplayForm
from scoring.permissions import can_see_results
from scoring.selectors.rankings import latest_ranking
from scoring.selectors.replays import is_finished, replay_job, visible_replays
from scoring.services.replays import request_replay
from scoring.views.rankings import job_url


@require_http_methods(["GET", "HEAD", "POST"])
def replay_list(request, key):
    """What was replayed of this campaign, and the form for another one."""
    if not can_see_results(request.member):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign, key=key)
    form = ReplayForm(request.POST or None, request.FILES or None, member=request.member)
    problems = []
    try:
        url, status = answer_form(request, form, lambda: _request(request, campaign, form))
        if url:
            return redirect(url)
    except DefinitionError as error:
        problems = error.problems
        name = "definition" if form.cleaned_data["source"] == UPLOAD else "source"
        form.add_error(name, f"方案定义有 {len(problems)} 处问题，见下表。")
        status = 200
    context = {
        "campaign": campaign,
        "form": form,
        "problems": problems,
        "can_replay": is_finished(campaign) and latest_ranking(campaign) is not None,
        "replays": visible_replays(request.member).filter(ranking__campaign=campaign)[:50],
    }
    return render(request, "scoring/replay_list.html", context, status=status)


def _request(request, campaign, form) -> str:
    values = form.cleaned_data
    if values["source"] == UPLOAD:
        definition = load_definition(values["definition"] + "\n")
        title = f"上传的《{definition.title}》"
    else:
        chosen = chosen_definition(request.member, values["source"])
        if chosen is None or chosen.definition is None:
            raise DefinitionError([])
        definition, title = chosen.definition, chosen.title
    replay = request_replay(campaign, definition, title=title, actor=request.member)
    messages.success(request, "已开始重放，完成后在本页查看。")
    return reverse("scoring:replay_detail", args=[request.tenant.slug, replay.pk])


def _load(request, pk):
    if not can_see_results(request.member):
        raise PermissionDenied
    return get_object_or_404(visible_replays(request.member), pk=pk)


@require_safe
def replay_detail(request, pk):
    """Who moves, by how much and why; the real result is not touched."""
    replay = _load(request, pk)
    context = {"replay": replay, "campaign": replay.ranking.campaign, "result": replay.result}
    if replay.result is None:
        job = replay_job(replay)
        url = reverse("scoring:replay_detail", args=[request.tenant.slug, replay.pk])
        return render(
            request,
            "scoring/replay_detail.html",
            context | {"job": job, "job_url": job_url(request, job, url), "result_url": url},
        )
    counts = replay.result["counts"]
    context |= {
        "cards": [
            {"title": "名次上升", "value": counts["up"], "unit": "卷"},
            {"title": "名次下降", "value": counts["down"], "unit": "卷"},
            {"title": "名次不变", "value": counts["same"], "unit": "卷"},
            {"title": "最多移动", "value": counts["most"], "unit": "位"},
            {"title": "新入选", "value": counts["gained"], "unit": "卷"},
            {"title": "不再入选", "value": counts["lost"], "unit": "卷"},
        ],
        "changes": [{**c, "verb": VERBS[c["verb"]]} for c in replay.result["changes"]],
    }
    return render(request, "scoring/replay_detail.html", context)


@require_safe
def replay_export(request, pk):
    """The result as an Excel file."""
    replay = _load(request, pk)
    if replay.result is None:
        raise Http404("not computed yet")
    response = HttpResponse(replay_book(replay), content_type=CONTENT_TYPE)
    name = f"replay-{replay.ranking.campaign.key}-{replay.created_at:%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
