"""Objections as the city bureau answers them; the auditor reads."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import wording
from core.errors import Refused
from core.pagination import page_of
from publications import permissions, selectors, services
from publications.enums import ObjectionState
from publications.forms import ReplyForm


@require_safe
def objection_list(request):
    if not permissions.can_read_notices(request.member):
        raise PermissionDenied
    objections = selectors.visible_objections(request.member)
    return render(
        request,
        "publications/objection_list.html",
        {"page": page_of(request, objections, order=("-received_at", "-pk"))},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def objection_detail(request, pk):
    objection = get_object_or_404(selectors.visible_objections(request.member), pk=pk)
    can_handle = (
        permissions.can_prepare_notice(request.member)
        and objection.state == ObjectionState.RECEIVED
    )
    if request.method == "POST" and not permissions.can_prepare_notice(request.member):
        raise PermissionDenied
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.handle_objection(objection, actor=request.member, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "处理意见已记录。")
            return redirect("publications:objection_detail", request.tenant.slug, objection.pk)
    return render(
        request,
        "publications/objection_detail.html",
        {
            "objection": objection,
            "rows": _rows(objection),
            "form": form if can_handle or form.errors else None,
        },
        status=400 if form.errors else 200,
    )


def _rows(objection) -> list[dict]:
    name = objection.dossier.community.name if objection.dossier_id else "不针对具体小区"
    rows = [
        ("公示", objection.notice.title),
        ("涉及小区", name),
        ("姓名", objection.name),
        ("联系方式", objection.contact),
        ("异议内容", objection.text),
    ]
    if objection.handled_at:
        rows += [
            ("处理意见", objection.reply),
            ("处理时间", wording.cn_datetime(objection.handled_at)),
        ]
    return [{"label": label, "value": value} for label, value in rows]
