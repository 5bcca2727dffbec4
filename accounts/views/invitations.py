"""Invitations: made and revoked by the administrator, accepted by their receiver."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import InvitationState
from accounts.forms import InvitationForm, NewUserForm
from accounts.models import Invitation, User
from accounts.permissions import can_manage_people
from accounts.selectors import visible_invitations
from accounts.services.invitations import (
    SHOWN_FOR,
    WORDS,
    accept_as_new_user,
    accept_invitation,
    invite_member,
    link_of,
    revoke_invitation,
)
from accounts.services.sign_ins import record_sign_in
from core.access import public_page
from core.answers import answer_once
from core.audit import sha256
from core.client import client_ip
from core.errors import Refused
from core.models import Tenant
from core.pagination import page_of
from core.tenancy import tenant_context


@require_safe
def invitation_list(request):
    _require_admin(request)
    page = page_of(request, visible_invitations(request.member), order=["-pk"])
    return render(request, "accounts/invitation_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_create(request):
    _require_admin(request)
    form = InvitationForm(request.POST or None)

    def act():
        invitation = invite_member(**form.cleaned_data, actor=request.member)
        return reverse("people:invitation_detail", args=[request.tenant.slug, invitation.pk])

    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "accounts/invitation_create.html", {"form": form})


@require_safe
def invitation_detail(request, pk):
    """The invitation; its inviter sees the link for ten minutes."""
    _require_admin(request)
    invitation = get_object_or_404(visible_invitations(request.member), pk=pk)
    is_fresh = (
        invitation.invited_by_id == request.member.pk
        and invitation.state == InvitationState.OPEN
        and timezone.now() - invitation.created_at < SHOWN_FOR
    )
    context = {"invitation": invitation, "link": link_of(invitation) if is_fresh else ""}
    return render(request, "accounts/invitation_detail.html", context)


@require_POST
def invitation_revoke(request, pk):
    _require_admin(request)
    invitation = get_object_or_404(visible_invitations(request.member), pk=pk)
    revoke_invitation(invitation, actor=request.member)
    messages.success(request, f"已撤回给“{invitation.name}”的邀请，链接不能再用。")
    return redirect("people:invitation_list", request.tenant.slug)


def _require_admin(request) -> None:
    if not can_manage_people(request.member):
        raise PermissionDenied


@public_page
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, slug, token):
    """The receiver's page: accept as the person signed in, or with a new account."""
    tenant = get_object_or_404(Tenant, slug=slug, is_active=True)
    with tenant_context(tenant.pk):
        found = (
            Invitation.objects.select_related("organisation")
            .filter(token_sha256=sha256(token))
            .first()
        )
        if found is None:
            raise Http404("no such invitation")
        context = {"invitation": found, "inviting": tenant}
        if found.state != InvitationState.OPEN:
            context["message"] = WORDS[found.state]
            return render(request, "accounts/invitation_stale.html", context, status=409)
        if request.method == "POST" and request.user.is_authenticated:
            return _accept_signed_in(request, found, tenant, context)
        if request.user.is_authenticated:
            return render(request, "accounts/invitation_accept.html", context)
        answer, user = _accept_anew(request, found, context)
    if user is None:
        return answer
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record_sign_in(user, ip=client_ip(request))
    messages.success(request, "账号已建立，您已登录。")
    return redirect("portal:home", tenant.slug)


def _accept_signed_in(request, found, tenant, context):
    try:
        membership = accept_invitation(found, user=request.user)
    except Refused as refused:
        context["message"] = refused.message
        return render(request, "accounts/invitation_stale.html", context, status=409)
    except ValidationError as error:
        context["message"] = "".join(error.messages)
        return render(request, "accounts/invitation_stale.html", context, status=409)
    request.session[f"member:{tenant.pk}"] = str(membership.pk)
    messages.success(request, f"您已加入{tenant.name}。")
    return redirect("portal:home", tenant.slug)


def _accept_anew(request, found, context):
    """Return the page again, or the new person when the form was good."""
    person = User(name=found.name, email=found.email)
    form = NewUserForm(request.POST or None, user=person, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            membership = accept_as_new_user(
                found, username=data["username"], name=data["name"], password=data["password"]
            )
            return None, membership.user
        except (ValidationError, Refused) as error:
            form.add_error(None, error.message if isinstance(error, Refused) else error)
    context["form"] = form
    return render(request, "accounts/invitation_join.html", context), None
