"""Between a page and a service: fields of one line, and a form that is sent once and, when it is
not taken, shown again with all that was typed."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from core.answers import answer_once
from core.errors import STALE_PAGE, Refused


class Line(forms.CharField):
    """A text of one line: pasted line breaks become blanks."""

    def to_python(self, value):
        return one_line(super().to_python(value))


def one_line(text: str) -> str:
    return " ".join(filter(None, map(str.strip, text.splitlines())))


class ModelChoice(forms.ModelChoiceField):
    """One of the rows offered; what is no key at all was not chosen on the page."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except ValidationError as error:
            if getattr(error, "code", "") == "invalid_choice":
                raise
            raise ValidationError(STALE_PAGE) from error


def add_errors(form, error: ValidationError | Refused) -> int:
    """Put what a service says beside its fields, without a field on top; the answer's status."""
    if isinstance(error, Refused):
        form.add_error(None, error.message)
        return error.status
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return 200
    for name, errors in error.error_dict.items():
        known = name in form.fields and name != NON_FIELD_ERRORS
        form.add_error(name if known else None, errors)
    return 200


class _Invalid(Exception):
    """The errors stand on the form; nothing was done."""


def answer_form(
    request, form, act: Callable[[], str], *, check: Callable[[], None] | None = None
) -> tuple[str, int]:
    """Send a form: the address to go to, or "" and the status with which its page is shown again.

    ``act`` calls the service and returns the address; ``check`` raises Refused when the form may
    not be sent at all. Both, and the validation, come after the look for an earlier answer: what
    the first sending changed does not refuse the second.
    """
    if not form.is_bound:
        return "", 200

    def checked() -> str:
        if check:
            check()
        if not form.is_valid():
            raise _Invalid
        return act()

    try:
        return answer_once(request, checked), 302
    except _Invalid:
        return "", 200
    except (ValidationError, Refused) as error:
        return "", add_errors(form, error)


def renew(form, **hidden) -> None:
    """Lay the present hidden values under what was typed: the page now shows the present state."""
    form.data = form.data.copy()
    for name, value in hidden.items():
        form.data[form.add_prefix(name)] = str(value)
