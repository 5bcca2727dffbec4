"""What anybody may read and send: notices, lists, objections."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.access import public_page
from core.answers import answer_once
from core.errors import Refused
from core.limits import limit_address
from documents.serving import serve_document
from publications import selectors, services
from publications.forms import ObjectionForm
from publications.models import Objection
from publications.wording import entry_table

OBJECTIONS_PER_HOUR = 5
TOO_OFTEN = "提交过于频繁，请一小时后再试，或直接向主办单位反映。填写的内容还在下面。"


@public_page
@require_safe
def public_home(request):
    return render(
        request, "publications/public_home.html", {"notices": list(selectors.public_notices())}
    )


@public_page
@require_safe
def public_notice(request, pk):
    notice = get_object_or_404(selectors.public_notices(), pk=pk)
    return render(
        request,
        "publications/public_notice.html",
        {
            "notice": notice,
            "table": entry_table(notice.entries),
            "document": selectors.notice_document(notice),
            "takes_objections": selectors.is_open_for_objections(notice),
        },
    )


@public_page
@require_safe
def public_notice_pdf(request, pk):
    notice = get_object_or_404(selectors.public_notices(), pk=pk)
    document = selectors.notice_document(notice)
    if document is None:
        raise Http404("not rendered yet")
    return serve_document(request, document)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def objection_create(request, pk):
    """An objection without an account; a receipt number is the answer."""
    notice = get_object_or_404(selectors.public_notices(), pk=pk)
    form = ObjectionForm(request.POST or None, entries=notice.entries)
    status = 200

    def act():
        limit_address(
            request, "objection", most=OBJECTIONS_PER_HOUR, seconds=3600, message=TOO_OFTEN
        )
        words = {field: form.cleaned_data[field] for field in ("name", "contact", "text")}
        objection = services.file_objection(
            notice, dossier_id=form.cleaned_data["dossier"] or None, **words
        )
        request.session["objection"] = str(objection.pk)
        return reverse("publications:objection_receipt", args=[request.tenant.slug, notice.pk])

    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return redirect(answer_once(request, act))
            except Refused as refused:
                form.add_error(None, refused.message)
                status = refused.status
    return render(
        request,
        "publications/objection_create.html",
        {"notice": notice, "form": form, "is_open": selectors.is_open_for_objections(notice)},
        status=status,
    )


@public_page
@require_safe
def objection_receipt(request, pk):
    """The receipt, for the browser that sent the objection."""
    objection = get_object_or_404(
        Objection.objects.select_related("notice"),
        pk=request.session.get("objection"),
        notice_id=pk,
    )
    return render(request, "publications/objection_receipt.html", {"objection": objection})
