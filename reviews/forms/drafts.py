"""The pages of a draft as forms that the definition draws: fields, case report, self-assessment.

A draft may be saved half filled: required fields are marked, never enforced here. What is wrong
stays in the page as it was typed.
"""

from __future__ import annotations

from decimal import Decimal

from django import forms

from campaigns.definition import Definition
from campaigns.rubric import Item, MarkError, show
from core.forms import one_line, renew
from reviews.models import Dossier
from reviews.selectors.completeness import REGISTRY_TYPES, count_characters

LONGEST_TEXT = 20_000
NONE_OF_THESE = "-"


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


class DraftForm(forms.Form):
    """One part of the draft. Subclasses build the fields and read their values back."""

    use_required_attribute = False
    part = ""
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data=None, *, dossier: Dossier, lock_version: int | None = None):
        self.dossier = dossier
        self.definition: Definition = dossier.version.definition
        self.track = dossier.track
        stored = dossier.draft.get(self.part, {})
        super().__init__(data, initial={"version": dossier.lock_version})
        self.build()
        self.initial |= self.to_initial(stored)
        if lock_version is not None and data is not None:
            # After a conflict: what was typed stays, the next saving is on top of what is stored.
            renew(self, version=lock_version)

    def build(self) -> None:
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

    def differences(self) -> list[dict]:
        """Fields whose stored value is not the typed one: label, stored, typed."""
        stored = self.to_initial(self.dossier.draft.get(self.part, {}))
        return [
            {
                "label": bound.label,
                "stored": _shown(bound, stored.get(bound.name)),
                "typed": _shown(bound, bound.data),
            }
            for bound in self.visible_fields()
            if not _same(stored.get(bound.name), bound.data)
        ]


def _same(stored, typed) -> bool:
    def plain(value):
        if isinstance(value, list):
            return sorted(map(str, value))
        return "" if value in (None, False) else str(value).replace("\r\n", "\n").strip()

    return plain(stored or "") == plain(typed or "")


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

    def to_initial(self, values):
        return {name: values.get(code) for name, code in self.codes.items()}

    def values(self):
        stored = self.dossier.draft.get(self.part, {})
        return {
            code: _plain(self.cleaned_data[name]) if name in self.cleaned_data else stored.get(code)
            for name, code in self.codes.items()
        }


def _plain(value):
    """JSON for a cleaned value: numbers and days become their text."""
    if isinstance(value, Decimal):
        return show(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


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
        return forms.DateField(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **said
        )
    text = CountedField(limit=field.max_chars, **said)
    text.widget.attrs.clear()
    return text


class CaseReportForm(DraftForm):
    """The case report: a text per section or per numbered part."""

    part = "case_report"

    def build(self):
        self.places = {}
        for section in self.definition.case_sections():
            for part in section.parts or (None,):
                name = f"case-{section.code}" + (f"-{part.code}" if part else "")
                piece = part or section
                self.places[name] = (section.code, part.code if part else None)
                self.fields[name] = CountedField(
                    label=piece.title,
                    help_text=piece.guidance,
                    required=section.required and piece.required,
                    limit=piece.max_chars,
                    widget=forms.Textarea(attrs={"rows": 5 if part else 8}),
                )

    def to_initial(self, values):
        found = {}
        for name, (section, part) in self.places.items():
            given = values.get(section)
            found[name] = (given or {}).get(part) if part else given
        return found

    def values(self):
        stored = self.to_initial(self.dossier.draft.get(self.part, {}))
        report: dict = {}
        for name, (section, part) in self.places.items():
            text = self.cleaned_data.get(name, stored[name]) or ""
            if part:
                report.setdefault(section, {})[part] = text
            else:
                report[section] = text
        return report

    def sections(self) -> list[dict]:
        """The outline for the page: section and its bound fields."""
        return [
            {
                "section": section,
                "fields": [self[n] for n, (code, _) in self.places.items() if code == section.code],
            }
            for section in self.definition.case_sections()
        ]


class SelfAssessmentForm(DraftForm):
    """The applicant's own mark of every item, in the item's own kind of input."""

    part = "self_assessment"

    def build(self):
        self.items = {item.code: item for item in self.definition.items(self.track)}
        self.inputs = {}
        for item in self.items.values():
            schema = self.definition.input_schema(item.code)
            inputs = MARK_INPUTS[schema["widget"]](item, schema)
            self.inputs[item.code] = (inputs, schema)
            if list(inputs) == [""]:
                inputs[""].help_text = " ".join(
                    filter(None, [item.criterion, inputs[""].help_text])
                )
            for suffix, field in inputs.items():
                field.required = True  # every item is asked; nothing is marked 选填
                self.fields[_mark_name(item, suffix)] = field

    def to_initial(self, values):
        found = {}
        for code, (inputs, schema) in self.inputs.items():
            given = MARK_SHOWN[schema["widget"]](schema, values[code]) if code in values else {}
            for suffix in inputs:
                found[_mark_name(self.items[code], suffix)] = given.get(suffix)
        return found

    def clean(self):
        self.marks = dict(self.dossier.draft.get(self.part, {}))
        for code, (inputs, schema) in self.inputs.items():
            names = {suffix: _mark_name(self.items[code], suffix) for suffix in inputs}
            if any(name in self.errors for name in names.values()):
                continue
            typed = {suffix: self.cleaned_data.get(name) for suffix, name in names.items()}
            if not any(typed.values()):
                self.marks.pop(code, None)
                continue
            try:
                raw = MARK_READ[schema["widget"]](schema, typed)
                self.marks[code] = self.definition.parse_mark(code, raw)
            except MarkError as error:
                # The label before it names the item already.
                words = str(error).removeprefix(f"{code} ").removeprefix("的")
                self.add_error(next(iter(names.values())), words)
        return self.cleaned_data

    def values(self):
        return self.marks

    def bound(self, item: Item) -> list:
        inputs, _ = self.inputs[item.code]
        return [self[_mark_name(item, suffix)] for suffix in inputs]


def _mark_name(item: Item, suffix: str) -> str:
    return f"mark-{item.code}" + (f"-{suffix}" if suffix else "")


def _number(item, schema, words: str, **attrs) -> dict[str, forms.Field]:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"} | attrs)
    return {"": forms.CharField(label=f"{item.code} {item.title}", help_text=words, widget=widget)}


def _radio(label: str, choices: list) -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)


def _points_input(item, schema):
    words = f"0 至 {schema['max']} 分，每档 {schema['step']} 分"
    return _number(item, schema, words, min="0", max=schema["max"], step=schema["step"])


def _tick_input(item, schema):
    yes, no = f"达到，计 {schema['max']} 分", "未达到，不计分"
    choices = [("true", yes), ("false", no)]
    if schema.get("inverted"):
        choices = [("false", f"不存在，计 {schema['max']} 分"), ("true", "存在，不计分")]
    return {"": _radio(f"{item.code} {item.title}", choices)}


def _defects_input(item, schema):
    words = f"自查发现的问题处数，每处扣 {schema['deduction']} 分；没有填 0"
    return _number(item, schema, words, min="0", step="1", inputmode="numeric")


def _parts_input(item, schema):
    choices = [(part.get("code", part["title"]), _part_words(part)) for part in schema["parts"]]
    return {
        "": forms.MultipleChoiceField(
            label=f"{item.code} {item.title}",
            choices=[*choices, (NONE_OF_THESE, "以上都没有")],
            widget=forms.CheckboxSelectMultiple,
        )
    }


def _part_words(part: dict) -> str:
    return f"有{part['title']}（缺少扣 {part['points']} 分）" if "points" in part else part["title"]


def _grade_input(item, schema):
    choices = [(g["code"], f"{g['title']}（{g['points']} 分）") for g in schema["grades"]]
    if not schema["criteria"]:
        return {"": _radio(f"{item.code} {item.title}", choices)}
    return {c["code"]: _radio(c["title"], choices) for c in schema["criteria"]}


def _metric_input(item, schema):
    return _number(item, schema, f"填写实测数值{schema['unit'] and '（' + schema['unit'] + '）'}")


def _counts_input(item, schema):
    return {
        part["code"]: forms.CharField(
            label=f"{item.code} {part['title']}",
            help_text=f"{part['words']}；没有的填 0。",
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 1, "min": 0}),
        )
        for part in schema["parts"]
    }


MARK_INPUTS = {
    "points": _points_input,
    "tick": _tick_input,
    "defects": _defects_input,
    "parts": _parts_input,
    "grade": _grade_input,
    "metric": _metric_input,
    "counts": _counts_input,
}


def _read_parts(schema, typed):
    chosen = typed[""]
    if NONE_OF_THESE in chosen and len(chosen) > 1:
        raise MarkError("“以上都没有”不能与其它选项同时选择。")
    return {_parts_key(schema): [part for part in chosen if part != NONE_OF_THESE]}


def _parts_key(schema) -> str:
    return "met" if "needs" in schema else "present"


def _tick_key(schema) -> str:
    return "present" if schema.get("inverted") else "met"


# widget → (schema, typed by suffix) → mark as the item's kind reads it
MARK_READ = {
    "points": lambda schema, typed: {"points": typed[""]},
    "tick": lambda schema, typed: {_tick_key(schema): typed[""]},
    "defects": lambda schema, typed: {"defects": typed[""]},
    "parts": _read_parts,
    "grade": lambda schema, typed: (
        {"grades": typed} if schema["criteria"] else {"grade": typed[""]}
    ),
    "metric": lambda schema, typed: {"value": typed[""]},
    "counts": lambda schema, typed: {
        "counts": {code: count for code, count in typed.items() if count}
    },
}

# widget → (schema, stored mark) → what the inputs show, by suffix
MARK_SHOWN = {
    "points": lambda schema, mark: {"": mark["points"]},
    "tick": lambda schema, mark: {"": "true" if mark[_tick_key(schema)] else "false"},
    "defects": lambda schema, mark: {"": str(mark["defects"])},
    "parts": lambda schema, mark: {"": mark[_parts_key(schema)] or [NONE_OF_THESE]},
    "grade": lambda schema, mark: mark["grades"] if schema["criteria"] else {"": mark["grade"]},
    "metric": lambda schema, mark: {"": mark["value"]},
    "counts": lambda schema, mark: {code: str(n) for code, n in mark["counts"].items()},
}
