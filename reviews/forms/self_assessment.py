"""The applicant's own marks as a form: every item in the input of its own kind."""

from __future__ import annotations

from django import forms

from campaigns.rubric import Item, MarkError
from reviews.forms.drafts import DraftForm

NONE_OF_THESE = "-"


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

    def paths(self):
        return {
            _mark_name(self.items[code], suffix): code
            for code, (inputs, _) in self.inputs.items()
            for suffix in inputs
        }

    def is_open(self, name):
        return self.opened.opens_mark(self.names[name])

    def to_initial(self, values):
        found = {}
        for code, (inputs, schema) in self.inputs.items():
            given = MARK_SHOWN[schema["widget"]](schema, values[code]) if code in values else {}
            for suffix in inputs:
                found[_mark_name(self.items[code], suffix)] = given.get(suffix)
        return found

    def clean(self):
        self.marks = dict(self.stored)
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
