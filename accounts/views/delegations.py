"""代办: who stands in for whom, and until when."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DelegationForm
from accounts.permissions import can_end_delegation, can_see_delegations
from accounts.selectors import possible_principals, visible_delegations
from accounts.services.delegations import delegate, end_delegation
from core.clock import today
from core.forms import answer_form


@require_http_methods(["GET", "HEAD", "POST"])
def delegation_list(request):
    """The officer's own delegations, given and held; all of them for the administrator."""
    if not can_see_delegations(request.member):
        raise PermissionDenied
    day = today()
    principals = possible_principals(request.member)
    principal = _principal(request, principals)
    form = None
    if principal:
        form = DelegationForm(request.POST or None, principal=principal, initial={"starts_on": day})

        def give() -> str:
            row = delegate(principal, actor=request.member, **form.cleaned_data)
            messages.success(
                request,
                f"{row.user.name}自 {row.starts_on} 至 {row.ends_on} 代办{principal.label}。",
            )
            return reverse("people:delegation_list", args=[request.tenant.slug])

        url, status = answer_form(request, form, give)
        if url:
            return redirect(url)
    elif request.method == "POST":
        raise PermissionDenied
    else:
        status = 200
    rows = [
        {
            "delegation": row,
            "state": _state(row, day),
            "can_end": row.is_active and row.ends_on >= day
            and can_end_delegation(request.member, row),
        }
        for row in visible_delegations(request.member)[:200]
    ]  # fmt: skip
    context = {"form": form, "rows": rows, "principals": principals, "principal": principal}
    return render(request, "accounts/delegation_list.html", context, status=status)


def _principal(request, principals):
    """Whose work is handed over: the officer's own, or for the administrator the one chosen."""
    asked = request.GET.get("principal", "")
    for one in principals:
        if str(one.pk) == asked:
            return one
    return principals[0] if len(principals) == 1 else None


def _state(row, day) -> str:
    if not row.is_active:
        return "已结束"
    if row.ends_on < day:
        return "已到期"
    return "代办中" if row.starts_on <= day else "未开始"


@require_POST
def delegation_end(request, pk):
    row = get_object_or_404(visible_delegations(request.member), pk=pk)
    end_delegation(row, actor=request.member)
    messages.success(request, f"{row.user.name}的代办已结束。")
    return redirect("people:delegation_list", request.tenant.slug)
