"""What every page of the shell needs."""

from datetime import timedelta

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portal.menu import menu_of


def shell(request) -> dict:
    """Who acts where; the menu is made only for a page that shows it."""
    tenant = getattr(request, "tenant", None)
    return {
        "tenant": tenant,
        "member": getattr(request, "member", None),
        "memberships": getattr(request, "memberships", []),
        "server_time": timezone.now() + (tenant.clock_offset if tenant else timedelta()),
        "menu": SimpleLazyObject(lambda: menu_of(request)),
    }
