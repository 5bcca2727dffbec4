"""The city's pool of experts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.answers import answer_once
from core.forms import add_errors
from scoring.forms.panels import ExpertForm
from scoring.models import Expert
from scoring.permissions import can_manage_pool, can_see_pool
from scoring.selectors.panels import expert_members, expert_pool, members_for_pool
from scoring.services.panels import add_expert, set_expert_active


@require_safe
def expert_list(request):
    """City bureau, administrators and auditor: the pool."""
    if not can_see_pool(request.member):
        raise PermissionDenied
    experts = expert_pool()
    context = {
        "experts": experts,
        "active": sum(expert.is_active for expert in experts),
        "can_manage": can_manage_pool(request.member),
    }
    return render(request, "scoring/expert_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def expert_create(request):
    """Take a member with the role of an expert into the pool."""
    if not can_manage_pool(request.member):
        raise PermissionDenied
    # A form sent twice names somebody who is in the pool by now: the service and its answer tell.
    candidates = expert_members() if request.method == "POST" else members_for_pool()
    form = ExpertForm(request.POST or None, candidates=candidates)
    if request.method == "POST" and form.is_valid():

        def act():
            add_expert(actor=request.member, **form.cleaned_data)
            return reverse("scoring:expert_list", args=[request.tenant.slug])

        try:
            url = answer_once(request, act)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "已加入专家库。")
            return redirect(url)
    status = 400 if form.errors else 200
    return render(request, "scoring/expert_create.html", {"form": form}, status=status)


@require_POST
def expert_switch(request, pk):
    """Take an expert out of later draws, or back into them."""
    if not can_manage_pool(request.member):
        raise PermissionDenied
    expert = get_object_or_404(Expert.objects.select_related("membership__user"), pk=pk)
    is_active = request.POST.get("is_active") == "yes"
    set_expert_active(expert, actor=request.member, is_active=is_active)
    name = expert.membership.user.name
    messages.success(
        request, f"{name}已恢复在库。" if is_active else f"{name}已停用，不参加以后的抽取。"
    )
    return redirect("scoring:expert_list", request.tenant.slug)
