"""The papers of a dossier: asked for, then downloaded."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from core import clock
from documents.selectors import current_document
from documents.serving import serve_document, serve_preview
from reviews.documents import preview_paper
from reviews.permissions.dossiers import can_request_papers
from reviews.selectors.papers import papers_of
from reviews.services.dossiers import check_editable
from reviews.services.papers import request_papers
from reviews.views.dossiers import load_dossier


@require_safe
def dossier_paper(request, pk, kind):
    """The newest PDF of a kind, for whoever sees the dossier."""
    dossier = load_dossier(request, pk)
    if kind not in papers_of(dossier.version.definition):
        raise Http404("no such paper")
    document = current_document(kind, dossier.pk)
    if document is None:
        raise Http404("not rendered yet")
    return serve_document(request, document)


@require_safe
def dossier_preview(request, pk, kind):
    """Its applicant: a paper of the draft as it will be bound, marked as a preview."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)
    if kind not in papers_of(dossier.version.definition):
        raise Http404("no such paper")
    content, title = preview_paper(kind, dossier, request.tenant, clock.now())
    return serve_preview(content, title)


@require_POST
def dossier_papers(request, pk):
    """Render all papers anew with the opinions signed so far."""
    dossier = load_dossier(request, pk)
    if not can_request_papers(request.member):
        raise PermissionDenied
    request_papers(dossier, actor=request.member, kinds=papers_of(dossier.version.definition))
    messages.success(request, "正在生成最新的申报表和材料，稍后刷新本页下载。")
    return redirect("reviews:dossier_detail", request.tenant.slug, dossier.pk)
