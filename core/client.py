"""The address a request came from."""

import ipaddress

from django.conf import settings


def client_ip(request) -> str | None:
    """Return the client's address; behind ``PROXY_COUNT`` proxies of ours the one they saw.

    Counted from the right of X-Forwarded-For: what stands further left is the client's own word.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = hops[-min(settings.PROXY_COUNT, len(hops))]
    try:
        return str(ipaddress.ip_address(address.strip()))
    except ValueError:
        return None
