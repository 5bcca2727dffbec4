"""The form of one part of a definition, drawn from its model.

What is wrong with a single field is told beside it and not saved; what is wrong with the part as a
whole (``faults``) may be saved, for a draft is written piece by piece.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from pydantic import ValidationError

from campaigns.definition.problems import message_of
from campaigns.definition.shape import ABOUT, Member, members
from campaigns.designer import in_words, references
from campaigns.labels import choice_word, field_word
from campaigns.rubric import show
from campaigns.schema import Part

LONGEST_TEXT = 5000
LONGEST_NOTE = 300
LARGEST = Decimal(10) ** 12
LONG_TEXTS = {"text", "criterion", "guidance", "help", "instructions", "note"}
OWN_CHOICE = "方案未规定，由本单位设定"
NOT_LISTED = "请选择列出的一项。"


@dataclass(frozen=True)
class Row:
    """One field with the note that says the notice does not state it."""

    bound: forms.BoundField
    note: forms.BoundField | None

    @property
    def is_unstated(self) -> bool:
        return bool(self.note and self.note.value())


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]


class PartForm(forms.Form):
    """``stored``: the part as it is in the draft; ``body``: the whole draft, for what its codes
    may refer to. ``value`` is the part to be stored once the form is valid."""

    use_required_attribute = False
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data=None, *, model: type[Part], stored: dict, body: dict, seen="", was="", kind=""
    ):
        super().__init__(data, initial={"seen": seen, "was": was})
        self.model, self.stored, self.body, self.kind = model, stored, body, kind
        self.value: dict[str, Any] = {}
        self.faults: list[str] = []
        self.places: list[tuple[str, list[tuple[Member, str]]]] = []
        self.notes: list[str] = []
        self._add(model, stored, "", "")

    def _add(self, model: type[Part], stored: dict, prefix: str, title: str) -> None:
        """Fields of a part, then those of the parts that stand within it."""
        inner, shown = [], []
        for member in members(model):
            if member.is_inline:
                inner.append(member)
                continue
            name = f"{prefix}{member.key}"
            if member.kind in ("part", "parts"):
                self._add_note(member, stored, name, field_word(model, member.key))
                self.notes.append(f"{name}:unstated")
            else:
                self.fields[name] = make_field(model, member, stored, self.body)
                self.initial[name] = shown_value(member, present_value(member, stored))
                if member.key not in ("code", *ABOUT):
                    self._add_note(member, stored, name, self.fields[name].label)
                shown.append((member, name))
        self.places.append((title, shown))
        for member in inner:
            held = stored.get(member.key)
            (_, part) = member.models[0]
            word = field_word(model, member.key)
            self._add(part, held if isinstance(held, dict) else {}, f"{prefix}{member.key}.", word)

    def _add_note(self, member: Member, stored: dict, name: str, word: str) -> None:
        known = stored.get("unstated")
        known = known if isinstance(known, dict) else {}
        note = known.get(member.name) or known.get(member.key)
        if note is None and member.policy and member.key not in stored:
            note = member.policy
        self.fields[f"{name}:unstated"] = forms.CharField(
            label=f"{word}：方案没有规定，系统怎样处理",
            help_text="写在这里的话会显示在“方案未规定，系统默认”旁边；方案有规定的，留空。",
            required=False,
        )
        self.initial[f"{name}:unstated"] = note or ""

    @property
    def keys(self) -> list[str]:
        """The keys of the part that this form writes; the lists in it are not among them."""
        own = [m.key for m in members(self.model) if m.is_inline or m.kind not in ("part", "parts")]
        return [*own, "unstated", "kind"]

    def groups(self) -> list[Group]:
        """What the page shows: the fields of the part, each inner part by itself."""
        shown = []
        for title, fields in self.places:
            rows = [self._row(name) for member, name in fields if member.key not in ABOUT]
            shown.append(Group(title, rows))
        return shown

    def about(self) -> list[Row]:
        """Where each part stands in the notice, remarks, and what it says of the lists in it."""
        shown = [
            name for _, fields in self.places for member, name in fields if member.key in ABOUT
        ]
        return [self._row(name) for name in (*shown, *self.notes)]

    @property
    def is_about_open(self) -> bool:
        return any(self[name].errors or self[name].value() for name in self.notes)

    def _row(self, name: str) -> Row:
        note = f"{name}:unstated"
        return Row(self[name], self[note] if note in self.fields else None)

    # ---- reading ------------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        self.value = self._read(self.model, self.stored, "")
        if self.kind:
            self.value["kind"] = self.kind
        for name, text in list(cleaned.items()):
            limit = LONGEST_NOTE if name.endswith(":unstated") else LONGEST_TEXT
            if isinstance(text, str) and len(text) > limit:
                self.add_error(name, f"文字过长，至多 {limit} 字，现在 {len(text)} 字。")
        self._check()
        return cleaned

    def _read(self, model: type[Part], stored: dict, prefix: str) -> dict[str, Any]:
        held = dict(stored)
        notes = stored.get("unstated")
        notes = dict(notes) if isinstance(notes, dict) else {}
        for member in members(model):
            name = f"{prefix}{member.key}"
            if member.is_inline:
                inner = stored.get(member.key)
                inner = inner if isinstance(inner, dict) else {}
                held[member.key] = self._read(member.models[0][1], inner, f"{name}.")
                continue
            if name in self.cleaned_data:
                held = put(held, member, self.cleaned_data[name])
            if f"{name}:unstated" in self.cleaned_data:
                note = self._note(model, member, stored, held, name)
                notes.pop(member.name, None)
                if note:
                    notes[member.name] = note
        if notes or "unstated" in stored:
            held["unstated"] = notes
        return held

    def _note(self, model, member: Member, stored: dict, held: dict, name: str) -> str:
        note = (self.cleaned_data.get(f"{name}:unstated") or "").strip()
        if note != member.policy or not note:
            return note
        extra = member.field.json_schema_extra
        if extra["when"] and not model._holds(held, *extra["when"]):
            return "" if member.key not in stored else note
        if held.get(member.key, member.default()) != stored.get(member.key, member.default()):
            return OWN_CHOICE
        return note

    def _check(self) -> None:
        try:
            self.model.model_validate(self.value)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._tell(detail)

    def _tell(self, detail) -> None:
        where = [str(part) for part in detail["loc"]]
        names = [".".join(where[:length]) for length in range(len(where), 0, -1)]
        name = next((name for name in names if name in self.fields), None)
        message = message_of(detail)
        if name is None:
            if not where and detail["type"] != "extra_forbidden":
                self.faults.append(in_words(self.model, message))
            elif any(n == m.key for n in names for m in members(self.model) if m.is_inline):
                self.faults.append(message)
        elif name not in self.errors:
            line = detail["loc"][-1] if isinstance(detail["loc"][-1], int) else None
            typed = self.cleaned_data.get(name)
            if detail["type"] == "missing" or typed in ("", None, []):
                message = f"请填写{self.fields[name].label}。"
            self.add_error(name, f"第 {line + 1} 行{message}" if line is not None else message)

    def differences(self, present: dict) -> list[dict]:
        """Fields whose present value in the draft is not the typed one: label, stored, typed."""
        other = PartForm(None, model=self.model, stored=present, body=self.body)
        return [
            {
                "label": bound.label,
                "stored": _words(bound, other.initial.get(bound.name)),
                "typed": _words(bound, bound.data),
            }
            for bound in self.visible_fields()
            if _words(bound, other.initial.get(bound.name)) != _words(bound, bound.data)
        ]


def _words(bound, value) -> str:
    choices = dict(getattr(bound.field, "choices", ()))
    values = value if isinstance(value, list) else [value]
    if isinstance(bound.field, forms.BooleanField):
        return "是" if value and value != "false" else "否"
    words = [str(choices.get(v, v)) for v in values if v not in (None, "")]
    return "、".join(words).replace("\r\n", "\n") or "（空）"


# Data to what is shown, and back


def put(held: dict, member: Member, typed: Any) -> dict:
    """The part with what was typed; nothing typed is the system's own value."""
    if _same(member, held.get(member.key), typed) and member.key in held:
        return held
    value = _data(member, typed)
    if value is None and not member.is_optional:
        return {key: v for key, v in held.items() if key != member.key}
    return {**held, member.key: value}


def present_value(member: Member, stored: dict) -> Any:
    """The value in force."""
    return stored[member.key] if member.key in stored else member.default()


def shown_value(member: Member, value: Any) -> Any:
    if member.kind == "bool":
        return value is True
    if member.kind == "choices" or (member.refers_to and member.kind == "lines"):
        return [str(v) for v in value] if isinstance(value, list) else []
    if value is None:
        return ""
    if member.kind in ("lines", "numbers"):
        members_ = value if isinstance(value, list) else [value]
        return "\n".join(_text(v) for v in members_)
    if member.kind == "time":
        return str(value)[:5]
    return _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _same(member: Member, stored: Any, typed: Any) -> bool:
    """Whether what was typed is what is stored, so that nothing is rewritten."""
    shown = shown_value(member, stored)
    if isinstance(shown, list):
        return sorted(shown) == sorted(typed or [])
    return shown == typed


def _data(member: Member, typed: Any) -> Any:
    """What was typed as it is stored; None for nothing."""
    if member.kind in ("bool", "choices"):
        return typed
    if member.kind in ("lines", "numbers"):
        lines = typed if isinstance(typed, list) else (typed or "").splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        return [_number(line) for line in lines] if member.kind == "numbers" else lines
    if typed in ("", None):
        return "" if member.kind == "text" and not member.is_optional else None
    if member.kind == "number":
        return _number(typed)
    if member.kind == "integer":
        return int(typed) if typed.isascii() and typed.lstrip("-").isdigit() else typed
    if member.kind == "choice":
        return next((v for v in member.values if str(v) == typed), typed)
    if member.kind == "data":
        try:
            return json.loads(typed)
        except ValueError:
            return typed
    return typed


def _number(text: str) -> str:
    """A number as it is stored: plain digits; what is no number stays, to be told."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text
    return show(number) if number.is_finite() and abs(number.adjusted()) < 20 else text


# The fields

NONE_IS_ALL = {"track": "都不选表示全部类别。", "source": "都不选表示全部来源。"}


class Text(forms.CharField):
    """Line breaks as one character."""

    def to_python(self, value):
        return super().to_python(value and str(value).replace("\r\n", "\n"))


class NumberText(Text):
    def clean(self, value):
        text = super().clean(value)
        try:
            if text and abs(Decimal(text)) >= LARGEST:
                raise forms.ValidationError("数字过大。")
        except InvalidOperation:
            pass
        return text


def make_field(model: type[Part], member: Member, stored: dict, body: dict) -> forms.Field:
    word = field_word(model, member.key)
    said: dict[str, Any] = {
        "label": word,
        "required": member.is_required,
        "error_messages": {
            "required": f"请填写{word}。",
            "invalid_choice": NOT_LISTED,
            "invalid_list": NOT_LISTED,
        },
    }
    present = present_value(member, stored)
    if member.kind == "bool":
        return forms.BooleanField(**said | {"required": False})
    if member.kind in ("choice", "choices"):
        options = [(str(v), choice_word(model, member.key, v)) for v in member.values]
        return _choice(said, options, present, many=member.kind == "choices", member=member)
    if member.refers_to:
        options = references(body, member.refers_to)
        if options or member.kind == "lines":
            return _choice(said, options, present, many=member.kind == "lines", member=member)
    if member.kind == "date":
        return Text(**said, widget=forms.TextInput(attrs={"type": "date"}))
    if member.kind == "time":
        return Text(**said, widget=forms.TextInput(attrs={"type": "time"}))
    if member.kind in ("integer", "number"):
        mode = "numeric" if member.kind == "integer" else "decimal"
        kind = Text if member.kind == "integer" else NumberText
        return kind(**said, widget=forms.TextInput(attrs={"inputmode": mode}))
    is_long = member.kind != "text" or member.key in LONG_TEXTS or "\n" in str(present or "")
    rows = (
        3
        if member.kind == "text"
        else min(max(len(shown_value(member, present).split("\n")), 2), 8)
    )
    widget = forms.Textarea(attrs={"rows": rows}) if is_long else forms.TextInput
    if member.kind in ("lines", "numbers"):
        said["help_text"] = "每行一个。"
    if member.kind == "data":
        said["help_text"] = "这一项要按方案定义文件的写法填写（JSON）。"
    return Text(**said, widget=widget)


def _choice(said, options, present, *, many: bool, member: Member) -> forms.Field:
    known = {code for code, _ in options}
    held = present if isinstance(present, list) else [present]
    strange = [str(v) for v in held if v not in (None, "") and str(v) not in known]
    options = [*options, *((v, f"{v}（没有这一项，请改选）") for v in dict.fromkeys(strange))]
    if many:
        if member.key != "not_applicable_in" and member.refers_to in NONE_IS_ALL:
            said["help_text"] = NONE_IS_ALL[member.refers_to]
        return forms.MultipleChoiceField(
            **said, choices=options, widget=forms.CheckboxSelectMultiple
        )
    if member.is_optional or member.default() in (None, ""):
        options = [("", "请选择" if member.is_required else "（无）"), *options]
    return forms.ChoiceField(**said, choices=options)
