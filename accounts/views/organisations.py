"""The organisations of a tenant, for its administrator."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import OrganisationFilter, OrganisationForm
from accounts.permissions import can_manage_people
from accounts.selectors import visible_organisations
from accounts.services import create_organisation
from core.answers import answer_once
from core.pagination import page_of


@require_safe
def organisation_list(request):
    _require_admin(request)
    form = OrganisationFilter(request.GET)
    organisations = form.narrow(visible_organisations(request.member))
    counted = organisations.annotate(
        people=Count("memberships", filter=Q(memberships__is_active=True))
    )
    context = {
        "form": form,
        "page": page_of(request, counted, order=["kind", "name"]),
        "total": organisations.count(),
    }
    return render(request, "accounts/organisation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_create(request):
    _require_admin(request)
    form = OrganisationForm(request.POST or None)

    def act():
        organisation = create_organisation(**form.cleaned_data, actor=request.member)
        messages.success(request, f"已增加单位“{organisation.name}”。")
        return reverse("people:organisation_list", args=[request.tenant.slug])

    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            form.add_error(None, "".join(error.messages))
    return render(request, "accounts/organisation_create.html", {"form": form})


def _require_admin(request) -> None:
    if not can_manage_people(request.member):
        raise PermissionDenied
