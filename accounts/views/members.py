"""The people of a tenant, for its administrator."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import MemberFilter
from accounts.permissions import can_manage_people
from accounts.selectors import sign_in_states, visible_members
from accounts.services.members import (
    disable_member,
    enable_member,
    reset_second_factor,
    unlock_member,
)
from core.pagination import page_of


@require_safe
def member_list(request):
    _require_admin(request)
    form = MemberFilter(request.GET)
    members = form.narrow(visible_members(request.member))
    page = page_of(request, members, order=["-pk"])
    states = sign_in_states(page.rows)
    context = {
        "form": form,
        "page": page,
        "rows": [{"member": row, **states[row.pk]} for row in page.rows],
        "total": members.count(),
    }
    return render(request, "accounts/member_list.html", context)


@require_safe
def member_detail(request, pk):
    person = _person(request, pk)
    context = {
        "person": person,
        **sign_in_states([person])[person.pk],
        "is_self": person.pk == request.member.pk,
    }
    return render(request, "accounts/member_detail.html", context)


@require_POST
def member_disable(request, pk):
    return _act(request, pk, disable_member, "已停用{0}的任职，下一次操作起不能再进入。")


@require_POST
def member_enable(request, pk):
    return _act(request, pk, enable_member, "已启用{0}的任职。")


@require_POST
def member_unlock(request, pk):
    return _act(request, pk, unlock_member, "已解除{0}的登录锁定，现在可以重新登录。")


@require_POST
def member_reset_second_factor(request, pk):
    return _act(request, pk, reset_second_factor, "已清除{0}的动态口令，下次登录时重新设置。")


def _act(request, pk, service, words: str):
    person = _person(request, pk)
    service(person, actor=request.member)
    messages.success(request, words.format(person.user.name))
    return redirect("people:member_detail", request.tenant.slug, person.pk)


def _person(request, pk):
    _require_admin(request)
    return get_object_or_404(visible_members(request.member), pk=pk)


def _require_admin(request) -> None:
    if not can_manage_people(request.member):
        raise PermissionDenied
