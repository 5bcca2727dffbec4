"""Notices as the city bureau prepares them; the auditor reads."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.models import Campaign
from core import clock
from core.answers import answer_once
from core.errors import Conflict, Refused
from documents.serving import serve_document
from publications import permissions, selectors, services
from publications.enums import NoticeKind, NoticeState
from publications.forms import NoticeForm
from publications.periods import last_day
from publications.wording import entry_table


def _notice_or_404(request, pk):
    if not permissions.can_read_notices(request.member):
        raise Http404("notice")
    return get_object_or_404(selectors.visible_notices(request.member), pk=pk)


@require_safe
def notice_list(request):
    if not permissions.can_read_notices(request.member):
        raise PermissionDenied
    notices = list(selectors.visible_notices(request.member))
    kinds = {(notice.campaign_id, notice.kind) for notice in notices}
    campaigns = [
        {
            "campaign": campaign,
            "lacks_notice": (campaign.pk, NoticeKind.PUBLIC_NOTICE) not in kinds,
            "lacks_announcement": (campaign.pk, NoticeKind.PUBLIC_NOTICE) in kinds
            and (campaign.pk, NoticeKind.ANNOUNCEMENT) not in kinds,
        }
        for campaign in Campaign.objects.order_by("-year", "key")
    ]
    return render(
        request,
        "publications/notice_list.html",
        {
            "notices": notices,
            "campaigns": [c for c in campaigns if c["lacks_notice"] or c["lacks_announcement"]],
            "can_prepare": permissions.can_prepare_notice(request.member),
        },
    )


@require_POST
def notice_prepare(request, key):
    """Draft the next notice of a campaign: the 公示, or after it the 公布."""
    if not permissions.can_prepare_notice(request.member):
        raise PermissionDenied
    campaign = get_object_or_404(Campaign, key=key)
    is_announcement = request.POST.get("kind") == NoticeKind.ANNOUNCEMENT
    prepare = services.prepare_announcement if is_announcement else services.prepare_notice
    try:
        notice = prepare(campaign, actor=request.member)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("publications:notice_list", request.tenant.slug)
    messages.success(request, "已拟好，请核对正文和名单后发布。")
    return redirect("publications:notice_detail", request.tenant.slug, notice.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def notice_detail(request, pk):
    notice = _notice_or_404(request, pk)
    can_edit = permissions.can_edit_notice(request.member, notice)
    if request.method == "POST" and not can_edit:
        if permissions.can_prepare_notice(request.member):
            raise Conflict("这份通知已经发布，正文不能再改。需要更正的，请另行公布。")
        raise PermissionDenied
    form = NoticeForm(request.POST or None, instance=notice) if can_edit else None
    if request.method == "POST" and form.is_valid():
        words = {field: form.cleaned_data[field] for field in ("title", "number", "body")}
        services.edit_notice(notice, actor=request.member, **words)
        messages.success(request, "正文已保存。")
        return redirect("publications:notice_detail", request.tenant.slug, notice.pk)
    return render(
        request,
        "publications/notice_detail.html",
        {
            "notice": notice,
            "form": form,
            "document": selectors.notice_document(notice),
            "is_draft": notice.state == NoticeState.DRAFT,
            "table": entry_table(notice.entries),
        },
        status=400 if form is not None and form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def notice_release(request, pk):
    """The last look before it is public: GET shows what will happen, POST releases."""
    notice = _notice_or_404(request, pk)
    if not permissions.can_prepare_notice(request.member):
        raise PermissionDenied
    if request.method == "POST":

        def act():
            services.release_notice(notice, actor=request.member)
            return reverse("publications:notice_detail", args=[request.tenant.slug, notice.pk])

        url = answer_once(request, act)
        messages.success(request, "已发布。PDF 正在生成，稍后刷新即可下载。")
        return redirect(url)
    if notice.state != NoticeState.DRAFT:
        return redirect("publications:notice_detail", request.tenant.slug, notice.pk)
    publication = notice.ranking.version.definition.publication
    ends_on = None
    if notice.kind == NoticeKind.PUBLIC_NOTICE:
        ends_on = last_day(clock.today(), publication.notice_days, publication.day_kind)
    return render(
        request,
        "publications/notice_release.html",
        {
            "notice": notice,
            "ends_on": ends_on,
            "is_unstated": "notice_days" in publication.unstated_fields,
            "unstated_note": publication.unstated_fields.get("notice_days", ""),
        },
    )


@require_safe
def notice_pdf(request, pk):
    """The PDF, for officers; the public has its own address."""
    return _pdf(request, _notice_or_404(request, pk))


def _pdf(request, notice):
    document = selectors.notice_document(notice)
    if document is None:
        raise Http404("not rendered yet")
    return serve_document(request, document)
