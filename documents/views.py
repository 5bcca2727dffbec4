import time
from collections.abc import Iterator

from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.access import public_page
from core.errors import Refused
from core.limits import limit_address
from documents.forms import VerifyForm
from documents.selectors import received, visible_jobs, visible_uploads
from documents.services import discard_upload, receive_piece
from documents.verification import Finding, verify_code, verify_pdf

CHECKS_PER_MINUTE = 30
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
BLOCK = 16 * 1024
# A piece may take so long to arrive; then what is here is kept and the sender goes on from there.
# The database ends a transaction that idles for 30 seconds.
MOST_SECONDS = 15


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request):
    """Anybody: check a document by its code (also from the QR) or by the PDF."""
    finding = None
    is_asked = request.method == "POST" or "code" in request.GET
    form = VerifyForm(request.POST or request.GET, request.FILES) if is_asked else VerifyForm()
    if is_asked and form.is_valid():
        _count_check(request)
        code, file = form.cleaned_data["code"], form.cleaned_data["file"]
        if file:
            file.seek(0)
            finding = verify_pdf(file.read(), code)
        else:
            finding = verify_code(code)
    return render(
        request,
        "documents/document_verify.html",
        {"form": form, "finding": finding, "rows": _rows(request, finding)},
    )


def _count_check(request) -> None:
    message = "核验过于频繁，请一分钟后再试。"
    limit_address(request, "verify", most=CHECKS_PER_MINUTE, seconds=60, message=message)


def _rows(request, finding: Finding | None) -> list[dict]:
    """What is shown of a document: nothing that is not printed on its foot or head."""
    if finding is None or finding.document is None:
        return []
    document = finding.document
    rendered_at = timezone.localtime(document.rendered_at)
    return [
        {"label": "文书", "value": document.title},
        {"label": "出具单位", "value": request.tenant.name},
        {"label": "生成时间", "value": f"{rendered_at:%Y年%m月%d日 %H:%M}"},
        {"label": "页数", "value": f"{document.page_count} 页"},
        {"label": "验证码", "value": document.code},
        {"label": "内容指纹", "value": document.context_sha256[:16]},
        {"label": "文件校验值（SHA-256）", "value": document.sha256},
    ]


@require_safe
def job(request, pk):
    """The progress of a job that somebody of the member's organisation asked for: the fragment
    that a page asks for every two seconds. ``?result=``: a page of the tenant for the result."""
    found = get_object_or_404(visible_jobs(request.member), pk=pk)
    result = request.GET.get("result", "")
    if not result.startswith(f"/{request.tenant.slug}/"):
        result = ""
    context = {"job": found, "poll_url": request.get_full_path(), "result_url": result}
    return render(request, "documents/_job.html", context)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
def upload(request, pk):
    """Whoever began an upload (tus 1.0): ask how far it is, send the next piece, give it up. The app
    that wants the file opens it (``documents.services.open_upload``) and takes it when it is whole."""
    found = get_object_or_404(visible_uploads(request.member), pk=pk)
    if request.headers.get("Tus-Resumable", "1.0.0") != "1.0.0":
        return HttpResponse(status=412, headers={"Tus-Version": "1.0.0"})
    if request.method == "DELETE":
        discard_upload(found)
        return HttpResponse(status=204, headers=TUS)
    if request.method == "HEAD":
        headers = {"Upload-Offset": received(found), "Upload-Length": found.size}
        return HttpResponse(headers=TUS | headers)
    if request.content_type != "application/offset+octet-stream":
        return HttpResponse(status=415, headers=TUS)
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isdecimal() or len(offset) > 18:
        return HttpResponse(status=400, headers=TUS)
    try:
        found = receive_piece(found, int(offset), _blocks(request, found.size - int(offset)))
    except Refused as error:
        return JsonResponse({"message": error.message}, status=error.status, headers=TUS)
    return HttpResponse(status=204, headers=TUS | {"Upload-Offset": found.offset})


def _blocks(request, most: int) -> Iterator[bytes]:
    """The body as far as it arrives: until it ends, breaks off, takes too long or is too much."""
    until = time.monotonic() + MOST_SECONDS
    try:
        while most > 0 and time.monotonic() < until:
            block = request.read(min(BLOCK, most))
            if not block:
                return
            most -= len(block)
            yield block
    except UnreadablePostError:
        return
