"""Measured facts: enter one (or correct one by entering it anew), open its source."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from communities.forms import FactForm
from communities.models import Fact
from communities.permissions import can_record_fact
from communities.selectors import visible_communities
from communities.services import record_fact
from core.answers import answer_once
from core.forms import add_errors
from documents.enums import MediaKind
from documents.services import store_file
from documents.serving import serve_file

SOURCE_BYTES = 20 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
def fact_create(request, pk):
    """The evaluator, county officers in their county, city officers."""
    communities = visible_communities(request.member).select_related("division")
    community = get_object_or_404(communities, pk=pk)
    if not can_record_fact(request.member, community):
        raise PermissionDenied
    form = FactForm(request.POST or None, request.FILES or None)
    slug = request.tenant.slug
    back = reverse("communities:community_detail", args=[slug, community.pk])
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, lambda: _record(request, community, form, back)))
        except ValidationError as error:
            add_errors(form, error)
    context = {"form": form, "community": community, "back": back}
    return render(request, "communities/fact_form.html", context)


def _record(request, community, form, back) -> str:
    values = dict(form.cleaned_data)
    values.pop("other_metric")
    upload, stored = values.pop("file"), None
    if upload:
        try:
            stored = store_file(
                upload,
                actor=request.member,
                allowed_kinds=[MediaKind.PDF, MediaKind.IMAGE],
                max_bytes=SOURCE_BYTES,
            )
        except ValidationError as error:
            raise ValidationError({"file": error}) from None
    record_fact(community, actor=request.member, source_file=stored, **values)
    messages.success(request, "已录入，原有数据保留在变更记录中。")
    return back


@require_safe
def fact_file(request, pk):
    """Who sees the community may open the source of its facts."""
    fact = get_object_or_404(
        Fact.objects.filter(community__in=visible_communities(request.member)), pk=pk
    )
    if fact.source_file is None:
        raise Http404("no source file")
    return serve_file(request, fact.source_file)
