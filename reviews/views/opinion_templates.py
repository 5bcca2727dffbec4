"""The tenant's common wordings for opinions."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from core.forms import answer_form
from reviews.forms.sign_offs import TemplateForm
from reviews.models import OpinionTemplate
from reviews.permissions.sign_offs import ROLE_AT, can_manage_templates
from reviews.services.opinion_templates import add_template, remove_template


@require_http_methods(["GET", "HEAD", "POST"])
def template_list(request):
    """The list, and the form for one more."""
    _require_keeper(request)
    form = TemplateForm(request.POST or None, initial={"outcome": "agree"})

    def add() -> str:
        add_template(actor=request.member, **form.cleaned_data)
        messages.success(request, "已增加，签署意见时可以选用。")
        return reverse("reviews:template_list", args=[request.tenant.slug])

    url, status = answer_form(request, form, add)
    if url:
        return redirect(url)
    rows = [
        {"template": row, "level": Role(ROLE_AT[row.level]).label if row.level else "各级"}
        for row in OpinionTemplate.objects.order_by("outcome", "created_at", "pk")
    ]
    context = {"form": form, "rows": rows}
    return render(request, "reviews/template_list.html", context, status=status)


@require_POST
def template_remove(request, pk):
    _require_keeper(request)
    remove_template(get_object_or_404(OpinionTemplate, pk=pk), actor=request.member)
    messages.success(request, "已删除。已经签署的意见不受影响。")
    return redirect("reviews:template_list", request.tenant.slug)


def _require_keeper(request) -> None:
    if not can_manage_templates(request.member):
        raise PermissionDenied
