"""Requests of an actor in the open transaction, cheap enough for thousands."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import dataclass
from functools import cache

import pypdfium2
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from accounts.models import User

_WRITTEN = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND relname <> 'django_session'
"""


@dataclass(frozen=True)
class Answer:
    status: int | str
    text: str
    written: frozenset[str]
    """Tables in which rows were written, even if it was rolled back."""
    error: str = ""


class Actor(RequestFactory):
    """One person's browser, without the copies of templates and the memory of the test client.
    Every request is undone."""

    def __init__(self, user: User | None, *, checks_csrf: bool = False):
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=checks_csrf)
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            self.cookies = client.cookies

    def strict(self) -> Actor:
        """The same person in a browser whose forms need their token."""
        twin = Actor(None, checks_csrf=True)
        twin.cookies = self.cookies
        return twin

    def request(self, **environ):
        return self.handler(self._base_environ(**environ))

    def ask(self, method: str, path: str, data: dict | None = None) -> Answer:
        """One request; a POST carries what every form has, unless told more."""
        before, errors = _written(), []

        def remember(**_):
            errors.append(repr(sys.exc_info()[1]))

        got_request_exception.connect(remember)
        try:
            with transaction.atomic():
                if method == "POST":
                    response = self.post(path, {"form_key": ""} | (data or {}))
                else:
                    response = self.generic(method, path)
                text = readable(response)
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(remember)
        now = _written()
        written = frozenset(name for name, count in now.items() if count > before.get(name, 0))
        return Answer(_status(response), text, written, "".join(errors))


def _status(response) -> int | str:
    to_sign_in = response.status_code == 302 and response["Location"].startswith(
        reverse("accounts:sign_in")
    )
    return "sign-in" if to_sign_in else response.status_code


def _written() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return dict(cursor.fetchall())


def readable(response) -> str:
    """All that a person could read in an answer: of workbooks and papers their text as well."""
    body = response.getvalue() if response.streaming else response.content
    where = response.get("Location", "") + response.get("Content-Disposition", "")
    kind = response.get("Content-Type", "")
    if body and "spreadsheet" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return where + "".join(book.read(name).decode("utf-8") for name in book.namelist())
    if body and kind == "application/pdf":
        return where + _pdf_text(body)
    return where + body.decode("utf-8", "replace")


@cache
def _pdf_text(body: bytes) -> str:
    with pypdfium2.PdfDocument(body) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


@cache
def urls() -> dict[str, tuple[frozenset[str], object]]:
    """name → (names of its arguments, view) of every URL of the project."""
    return dict(_walk(get_resolver(), "", frozenset()))


def _walk(resolver, prefix: str, known: frozenset[str]):
    for entry in resolver.url_patterns:
        names = known | frozenset(entry.pattern.converters)
        if isinstance(entry, URLPattern):
            assert entry.name, f"{entry.pattern} has no name"
            yield f"{prefix}{entry.name}", (names, entry.callback)
        else:
            yield from _walk(entry, f"{entry.namespace}:" if entry.namespace else prefix, names)


def address(name: str, slug: str, thing: dict) -> str:
    """The path of a URL for one object (as ``World.things`` has it) under a tenant's slug."""
    names = urls()[name][0]
    known = {**thing, "tenant": slug}
    if missing := names - known.keys():
        raise KeyError(f"{name} needs {sorted(missing)} of its object")
    return reverse(name, kwargs={key: known[key] for key in names})
