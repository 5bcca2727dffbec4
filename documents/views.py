from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.access import public_page
from core.limits import limit_address
from documents.forms import VerifyForm
from documents.selectors import visible_jobs
from documents.verification import Finding, verify_code, verify_pdf

CHECKS_PER_MINUTE = 30


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
