"""Fill in a form as a person does: only with the names the page really contains."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """One form of a page: where it goes, its present values, the options of its choices."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    def filled(self, **changes) -> dict:
        """What a browser would send. A name the page does not have is an error."""
        known = set(self.values) | set(self.options) | self.files
        unknown = set(changes) - known
        assert not unknown, f"the page has no field {sorted(unknown)}; it has {sorted(known)}"
        return {**self.values, **changes}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._name = ""
        self._in_textarea = False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._form = PageForm(attrs.get("action", ""), attrs.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None or not (attrs.get("name") or tag == "option"):
            return
        elif tag == "input":
            self._input(attrs)
        elif tag == "select":
            self._name = attrs["name"]
            self._form.options[self._name] = []
        elif tag == "option":
            self._form.options[self._name].append(attrs.get("value", ""))
            if "selected" in attrs or self._name not in self._form.values:
                self._form.values[self._name] = [attrs.get("value", "")]
        elif tag == "textarea":
            self._name, self._in_textarea = attrs["name"], True
            self._form.values[self._name] = [""]
        elif tag == "button" and attrs.get("name"):
            self._form.options.setdefault(attrs["name"], []).append(attrs.get("value", ""))

    def _input(self, attrs):
        name, kind = attrs["name"], attrs.get("type", "text")
        if kind == "file":
            self._form.files.add(name)
        elif kind in ("radio", "checkbox"):
            self._form.options.setdefault(name, []).append(attrs.get("value", "on"))
            if "checked" in attrs:
                self._form.values.setdefault(name, []).append(attrs.get("value", "on"))
        else:
            self._form.values.setdefault(name, []).append(attrs.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._in_textarea = False

    def handle_data(self, data):
        if self._in_textarea and self._form is not None:
            if not self._form.values[self._name][0]:
                data = data.removeprefix("\n")  # as browsers do
            self._form.values[self._name][0] += data


def read_forms(response) -> list[PageForm]:
    """All forms of a rendered page."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.forms


def read_form(response, field_name: str = "form_key", status: int = 200) -> PageForm:
    """The one form of the page that has a field of this name."""
    assert response.status_code == status, response.status_code
    found = [f for f in read_forms(response) if field_name in {*f.values, *f.options, *f.files}]
    assert len(found) == 1, f"{len(found)} forms with {field_name}"
    return found[0]
