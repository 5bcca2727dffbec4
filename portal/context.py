"""What every page of the shell needs."""

from django.utils import timezone


def shell(request) -> dict:
    return {
        "tenant": getattr(request, "tenant", None),
        "member": getattr(request, "member", None),
        "memberships": getattr(request, "memberships", []),
        "server_time": timezone.now(),
    }
