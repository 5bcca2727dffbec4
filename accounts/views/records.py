"""The chain of records, for the auditor and the administrator: read, verified, never changed."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.forms import RecordFilter
from accounts.permissions import can_read_all_records, can_read_records
from accounts.selectors import object_words, visible_records
from core import audit
from core.audit import canonical
from core.models import AuditHead
from core.pagination import page_of
from core.verbs import VERBS


@require_safe
def operation_log(request):
    if not can_read_records(request.member):
        raise PermissionDenied
    form = RecordFilter(request.GET)
    page = page_of(request, form.narrow(visible_records(request.member)), order=["-seq"])
    words = object_words()
    rows = [
        {
            "record": record,
            "verb": VERBS.get(record.verb, record.verb),
            "object": words.get(record.object_type, record.object_type),
            "body": canonical(record.body) if record.body else "",
        }
        for record in page.rows
    ]
    context = {"form": form, "page": page, "rows": rows, "is_verified": "verify" in request.GET}
    context["reads_all"] = can_read_all_records(request.member)
    if context["is_verified"]:
        context["breaks"] = [str(found) for found in audit.verify()]
        context["count"] = AuditHead.objects.values_list("seq", flat=True).first() or 0
    return render(request, "accounts/operation_log.html", context)
