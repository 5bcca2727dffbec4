"""A form sent twice is answered twice, and acted on once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction

from core.audit import canonical, sha256
from core.errors import Conflict
from core.models import GivenAnswer

NOBODY = 0  # a form of a public page


def answer_once(request, act: Callable[[], str]) -> str:
    """Run ``act`` (which returns a URL) once per form key and return the URL, replayed if known.

    The key is the hidden field ``form_key`` laid by ``{% form_key %}``. A second sender waits on
    the unique index until the first has committed. The same key with another body is a conflict.
    """
    try:
        key = uuid.UUID(request.POST.get("form_key", ""))
    except ValueError:
        return act()
    # The key names one rendered form: the CSRF token and the pressed button do not count, and of a
    # password not even a fast hash is kept.
    left_out = {"csrfmiddlewaretoken", "password"}
    body = {k: v for k, v in request.POST.lists() if k not in left_out}
    digest = sha256(request.path + canonical(body))
    with transaction.atomic():
        given, is_new = GivenAnswer.objects.get_or_create(
            user_id=request.user.pk or NOBODY, key=key, defaults={"body_sha256": digest}
        )
        if not is_new:
            if given.body_sha256 != digest:
                raise Conflict("这张表单已经提交过，内容又有改动。请刷新页面后重新填写。")
            return given.url
        given.url = act()
        given.save(update_fields=["url"])
        return given.url
