"""The pages of a draft as forms that the definition draws: fields, case report, self-assessment.

A draft may be saved half filled: required fields are marked, never enforced here. What is wrong
stays in the page as it was typed.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from django import forms

from campaigns.definition import Definition
from campaigns.rubric import show
from core import clock
from core.errors import STALE_PAGE
from core.forms import one_line, renew
from reviews.models import Dossier
from reviews.selectors.case_answers import ON, day_key, day_problem, figure_key, figure_title
from reviews.selectors.completeness import REGISTRY_TYPES, count_characters
from reviews.selectors.draft_changes import flat, merge, seen_of
from reviews.selectors.former import still_copied
from reviews.selectors.parts import FORM, case_slot
from reviews.selectors.returns import open_parts

LONGEST_TEXT = 20_000


class CountedField(forms.CharField):
    """A text whose limit counts characters without blanks, as the notices count 字."""

    def __init__(self, *, limit: int | None = None, **kwargs):
        super().__init__(max_length=None, **kwargs)
        self.limit = limit
        if limit:
            # The counter of the page reads it; nothing is cut while typing.
            self.widget.attrs |= {"maxlength": limit, "data-count-blanks": "no"}

    def to_python(self, value):
        text = super().to_python(value).replace("\r\n", "\n")
        return text if isinstance(self.widget, forms.Textarea) else one_line(text)

    def validate(self, value):
        super().validate(value)
        count = count_characters(value or "")
        if self.limit and count > self.limit:
            raise forms.ValidationError(
                f"最多 {self.limit} 字，现在 {count} 字，请删去 {count - self.limit} 字后再保存。"
            )
        if len(value or "") > LONGEST_TEXT:
            raise forms.ValidationError(f"内容太长，最多 {LONGEST_TEXT} 字，请删减后再保存。")

    def widget_attrs(self, widget):
        return {}


class Seen(forms.JSONField):
    """``seen_of`` as the page carries it; what is nested deeper than Python reads is none."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except RecursionError:
            raise forms.ValidationError(STALE_PAGE) from None

    def bound_data(self, data, initial):
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return initial


class DraftForm(forms.Form):
    """One part of the draft. Subclasses build the fields and read their values back.

    ``version`` and ``seen`` say what the page was made from. After a conflict the form is made
    again with ``clashes`` (paths): each of them asks which text is to stay.
    """

    use_required_attribute = False
    part = ""
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = Seen(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, dossier: Dossier):
        self.dossier = dossier
        self.definition: Definition = dossier.version.definition
        self.track = dossier.track
        self.stored = dossier.draft.get(self.part, {})
        self.opened = open_parts(dossier)
        super().__init__(
            data, initial={"version": dossier.lock_version, "seen": seen_of(self.stored)}
        )
        self.build()
        self.initial |= self.to_initial(self.stored)
        self.names = self.paths()
        copied = still_copied(dossier, self.part)
        for name, path in self.names.items():
            field = self.fields[name]
            field.disabled = not self.is_open(name)
            if path in copied:
                year = dossier.draft["copied"]["year"]
                field.help_text = (
                    f"这是 {year} 年的内容，还没有改动，请按今年的情况核对。{field.help_text}"
                )

    @property
    def is_closed(self) -> bool:
        """Whether nothing of this part may be changed."""
        return bool(self.names) and not any(self.is_open(name) for name in self.names)

    def build(self) -> None:
        raise NotImplementedError

    def paths(self) -> dict[str, str]:
        """field name → path of ``reviews.selectors.draft_changes``."""
        raise NotImplementedError

    def is_open(self, name: str) -> bool:
        """Whether a field may be changed while a return is answered."""
        raise NotImplementedError

    def to_initial(self, values: dict) -> dict:
        raise NotImplementedError

    def values(self) -> dict:
        """The part as it is stored; fields with an error keep what is stored."""
        raise NotImplementedError

    def _clean_fields(self):
        wanted = {name: field.required for name, field in self.fields.items()}
        for name, field in self.fields.items():
            field.required = name == "version"
        super()._clean_fields()
        for name, field in self.fields.items():
            field.required = wanted[name]

    def clean_seen(self):
        """``None`` where the page did not say it: then the version of the whole part decides."""
        seen = self.cleaned_data["seen"]
        if not isinstance(seen, dict) or not all(isinstance(h, str) for h in seen.values()):
            return None
        return seen

    def seen_now(self) -> dict[str, str]:
        """What the page has seen once its values are saved: its own new values as well."""
        before, typed = flat(self.stored), self.values()
        mine = {
            path: h for path, h in seen_of(typed).items() if flat(typed)[path] != before.get(path)
        }
        emptied = before.keys() - flat(typed).keys()
        seen = self.cleaned_data.get("seen") or {}
        return {path: h for path, h in (seen | mine).items() if path not in emptied}

    # ---- after a conflict -------------------------------------------------------------------

    def ask(self, dossier: Dossier) -> None:
        """Show the form again beside what is stored now in ``dossier``: where both have changed a
        text, a choice which of them stays; what others changed elsewhere is taken over."""
        self.dossier, self.stored = dossier, dossier.draft.get(self.part, {})
        seen = self.cleaned_data.get("seen") or {}
        found = merge(self.stored, self.values(), seen)
        stored, now = self.to_initial(self.stored), seen_of(self.stored)
        places = dossier.draft.get("saved", {}).get(self.part, {}).get("places", {})
        self.data = self.data.copy()
        self.questions = []
        for name, path in self.names.items():
            if path in found.theirs:
                _set(self.data, name, stored.get(name))
            if path not in found.clashes:
                continue
            self.questions.append(
                {
                    "name": f"take-{name}",
                    "label": self[name].label,
                    "stored": _shown(self[name], stored.get(name)),
                    "typed": _shown(self[name], self[name].data),
                    "by": places.get(path, {}).get("by", ""),
                    "can_both": isinstance(self.fields[name].widget, forms.Textarea),
                }
            )
        known = (*found.theirs, *found.clashes)
        seen = {p: h for p, h in seen.items() if p not in known}
        seen |= {p: now[p] for p in known if p in now}
        renew(self, version=dossier.lock_version, seen=json.dumps(seen))

    def take_answers(self) -> None:
        """Put what was chosen after a conflict under the names of the fields."""
        stored = self.to_initial(self.stored)
        for name in self.names:
            choice = self.data.get(f"take-{name}", "")
            if choice not in ("theirs", "both"):
                continue
            self.data = self.data.copy()
            if choice == "theirs":
                _set(self.data, name, stored.get(name))
            else:
                self.data[name] = f"{stored.get(name) or ''}\n\n{self.data.get(name, '')}"


def _set(data, name: str, value) -> None:
    data.setlist(name, value if isinstance(value, list) else [] if value is None else [value])


def _shown(bound, value) -> str:
    choices = dict(getattr(bound.field, "choices", ()))
    values = value if isinstance(value, list) else [value]
    words = [str(choices.get(v, v)) for v in values if v not in (None, "", False)]
    return "、".join(words) or "（空）"


class ApplicationForm(DraftForm):
    """The fields of the application form that are typed; the register fills the others."""

    part = "form"

    def build(self):
        self.codes = {}
        for field in self.definition.fields(self.track):
            if field.type not in REGISTRY_TYPES:
                name = f"form-{field.code}"
                self.codes[name] = field.code
                self.fields[name] = _form_field(field)

    def paths(self):
        return self.codes

    def is_open(self, name):
        return self.opened.opens(FORM)

    def to_initial(self, values):
        return {name: values.get(code) for name, code in self.codes.items()}

    def values(self):
        return {
            code: _plain(self.cleaned_data[name])
            if name in self.cleaned_data
            else self.stored.get(code)
            for name, code in self.codes.items()
        }


def _plain(value):
    """JSON for a cleaned value: numbers and days become their text."""
    if isinstance(value, Decimal):
        return show(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _date_field(**said) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **said)


def _form_field(field) -> forms.Field:
    said = {"label": field.title, "help_text": field.help, "required": field.required}
    if field.type == "longtext":
        return CountedField(
            limit=field.max_chars, widget=forms.Textarea(attrs={"rows": 10}), **said
        )
    if field.type == "choice":
        choices = [(choice.code, choice.title) for choice in field.choices]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **said)
    if field.type == "boolean":
        return forms.BooleanField(**said)
    if field.type == "number":
        return forms.DecimalField(max_digits=14, decimal_places=4, **said)
    if field.type == "date":
        return _date_field(**said)
    text = CountedField(limit=field.max_chars, **said)
    text.widget.attrs.clear()
    return text


class CaseReportForm(DraftForm):
    """The case report: a text per section or per numbered part, the day and the figures asked."""

    part = "case_report"

    def build(self):
        self.places = {}  # field name → (section, key of the report, key within the section)
        requirements = {r.code: r.text for r in self.definition.requirements}
        for section in self.definition.case_sections():
            if section.is_dated:
                name = f"case-{section.code}-on"
                self.places[name] = (section, day_key(section), None)
                self.fields[name] = _date_field(label="时间", required=section.required)
            for part in section.parts or (None,):
                self._add_text(section, part, requirements)

    def _add_text(self, section, part, requirements: dict[str, str]) -> None:
        piece = part or section
        name = f"case-{section.code}" + (f"-{part.code}" if part else "")
        required = section.required and piece.required
        if part and part.figure:
            unit = part.figure.unit and f"（{part.figure.unit}）"
            self.places[f"{name}-figure"] = (section, section.code, figure_key(part))
            self.fields[f"{name}-figure"] = forms.DecimalField(
                label=f"{figure_title(part)}{unit}",
                max_digits=14,
                decimal_places=4,
                required=required,
            )
        asked = requirements.get(part.requirement, "") if part else ""
        self.places[name] = (section, section.code, part.code if part else None)
        self.fields[name] = CountedField(
            label=piece.title,
            help_text=" ".join(filter(None, (asked and f"方案要求：{asked}", piece.guidance))),
            required=required,
            limit=piece.max_chars,
            widget=forms.Textarea(attrs={"rows": 5 if part else 8}),
        )

    def clean(self):
        for name, (section, _, key) in self.places.items():
            day = self.cleaned_data.get(name)
            if key is not None or not isinstance(day, date):
                continue
            if problem := day_problem(section, day.isoformat()):
                self.add_error(name, f"{problem}，请改正。")
            elif day > clock.today():
                self.add_error(name, "时间不能晚于今天，请改正。")
        return self.cleaned_data

    def paths(self):
        return {
            name: f"{code}/{key}" if key else code for name, (_, code, key) in self.places.items()
        }

    def is_open(self, name):
        return self.opened.opens(case_slot(self.places[name][0].code))

    def to_initial(self, values):
        found = {}
        for name, (_, code, key) in self.places.items():
            given = values.get(code)
            found[name] = (given or {}).get(key) if key else given
        return found

    def values(self):
        stored = self.to_initial(self.stored)
        report: dict = {}
        for name, (_, code, key) in self.places.items():
            value = _plain(self.cleaned_data.get(name, stored[name]))
            if key:
                report.setdefault(code, {})[key] = value or ""
            elif value or not code.endswith(f":{ON}"):
                report[code] = value or ""
        return report

    def sections(self) -> list[dict]:
        """The outline for the page: section and its bound fields; ``text`` is the one that has no
        title but the section's."""
        return [
            {
                "section": section,
                "fields": [self[n] for n, (one, _, _) in self.places.items() if one is section],
                "text": "" if section.parts else f"case-{section.code}",
            }
            for section in self.definition.case_sections()
        ]
