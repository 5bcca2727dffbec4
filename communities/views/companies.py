"""Pages of property companies: list, register, entries of the register."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from communities.forms import CompanyEntryForm, CompanyFilter, CompanyForm
from communities.permissions import can_register_company
from communities.selectors import company_rows, visible_companies
from communities.services import register_company, update_company
from core.answers import answer_once
from core.forms import add_errors
from core.pagination import count_up_to, page_of


@require_safe
def company_list(request):
    """Everybody but experts; applicants their own company."""
    form = CompanyFilter(request.GET)
    companies = company_rows(visible_companies(request.member), **form.narrowing())
    context = {
        "form": form,
        "page": page_of(request, companies, order=("name", "pk")),
        "count": count_up_to(companies),
        "is_narrowed": any(form.narrowing().values()),
        "can_register": can_register_company(request.member),
    }
    return render(request, "communities/company_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def company_create(request):
    """County and city officers, administrators."""
    if not can_register_company(request.member):
        raise PermissionDenied
    form = CompanyForm(request.POST or None)

    def act():
        company = register_company(actor=request.member, **form.cleaned_data)
        messages.success(request, f"已登记“{company.organisation.name}”。")
        return _list_url(request)

    return _filled(request, form, act, "登记物业服务企业")


@require_http_methods(["GET", "HEAD", "POST"])
def company_update(request, pk):
    """The same people: credit grade and last penalty as the register shows them."""
    companies = visible_companies(request.member).select_related("organisation")
    company = get_object_or_404(companies, pk=pk)
    if not can_register_company(request.member):
        raise PermissionDenied
    initial = {"credit_grade": company.credit_grade, "last_penalty_on": company.last_penalty_on}
    form = CompanyEntryForm(request.POST or None, initial=initial)

    def act():
        update_company(company, actor=request.member, **form.cleaned_data)
        messages.success(request, f"已保存“{company.organisation.name}”。")
        return _list_url(request)

    return _filled(request, form, act, f"信用与处罚：{company.organisation.name}")


def _filled(request, form, act, title):
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    context = {"form": form, "title": title, "back": _list_url(request)}
    return render(request, "communities/company_form.html", context)


def _list_url(request) -> str:
    return reverse("communities:company_list", args=[request.tenant.slug])
