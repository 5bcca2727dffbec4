"""How often one address may do what anybody may do."""

import logging

from django.core.cache import cache

from core.client import client_ip
from core.errors import TooMany

logger = logging.getLogger(__name__)


def limit_address(request, what: str, *, most: int, seconds: int, message: str) -> None:
    """Raise ``TooMany`` when the address did ``what`` more than ``most`` times in ``seconds``.

    Without the cache nobody is refused: what a citizen sends counts more than the limit.
    """
    key = f"t{request.tenant.pk}:{what}:{client_ip(request)}"
    try:
        cache.add(key, 0, timeout=seconds)
        count = cache.incr(key)
    except Exception:  # the cache is a convenience, whatever it raises
        logger.warning("rate limit is off: no cache", exc_info=True)
        return
    if count > most:
        raise TooMany(message)
