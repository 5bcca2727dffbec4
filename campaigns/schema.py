"""The base of every part of a campaign definition.

A part is frozen and refuses unknown keys. Each can say where in the notice it stands
(`source`) and which of its fields the notice does not state (`unstated`: field → note), so that
the screen can show 「方案未规定，系统默认」 exactly where a default takes effect.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

UNSTATED = "方案未规定，系统默认"

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,39}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]


ANY = "*"


def show(number: Decimal) -> str:
    """A number as people write it: 2.50 → 2.5, 3.0 → 3."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "0"


# What no database, file or page can keep: control characters, half characters, non-characters.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MOST_DIGITS = 12
MOST_MEMBERS = 500
"""Of one list, and of the items of all sections together."""


def policy(
    default: Any, note: str = UNSTATED, *, when: tuple[str, Any] | None = None, **constraints: Any
) -> Any:
    """A field whose default is the system's own rule: when the file leaves it out, the default is
    written into the part and flagged in `unstated`, so a stored version never depends on later
    code. `when=(field, value)`: the rule matters only if another field has this value; several
    fields are joined by `|`, and the value `ANY` stands for whatever is not empty."""
    return Field(default, json_schema_extra={"policy": note, "when": when}, **constraints)


class Part(BaseModel):
    """Frozen, strict piece of a definition."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: str = Field("", description="出处：方案中的位置，如 附件2 §7.3")
    note: str = Field("", description="说明")
    unstated_fields: dict[str, str] = Field(
        default_factory=dict, alias="unstated", description="方案未规定的字段及说明：字段名 → 说明"
    )

    @model_validator(mode="before")
    @classmethod
    def _write_policies(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        data = dict(data)
        unstated = data.get("unstated")
        unstated = dict(unstated) if isinstance(unstated, dict) else unstated or {}
        for name, field in cls.model_fields.items():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and "policy" in extra and name not in data:
                if extra["when"] and not cls._holds(data, *extra["when"]):
                    continue
                data[name] = field.get_default(call_default_factory=True)
                if isinstance(unstated, dict):
                    unstated.setdefault(name, str(extra["policy"]))
        if unstated:
            data["unstated"] = unstated
        return data

    @classmethod
    def _holds(cls, data: dict[str, Any], field: str, value: Any) -> bool:
        values = [data.get(name, cls.model_fields[name].get_default()) for name in field.split("|")]
        return any(values) if value == ANY else value in values

    @model_validator(mode="after")
    def _unstated_names_exist(self) -> Part:
        unknown = sorted(set(self.unstated_fields) - set(type(self).model_fields))
        if unknown:
            raise ValueError(f"unstated 中没有这样的字段：{'、'.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _can_be_kept(self) -> Part:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Decimal) and value and abs(value.adjusted()) > MOST_DIGITS:
                raise ValueError(f"{name} 的数字过大或小数位数过多")
            texts = (value,) if isinstance(value, str) else ()
            if isinstance(value, dict):
                texts = (*value, *value.values())
            elif isinstance(value, tuple):
                texts = value
            if isinstance(value, tuple) and len(value) > MOST_MEMBERS:
                raise ValueError(f"{name} 至多 {MOST_MEMBERS} 项")
            if any(isinstance(text, str) and _UNUSABLE.search(text) for text in texts):
                raise ValueError(f"{name} 中有不能保存的字符（控制字符），请删去")
        return self

    def is_written(self, field: str) -> bool:
        """Whether a file needs the field to give this part again: it differs from its default, or
        the system's own rule is in force there."""
        info, value = type(self).model_fields[field], getattr(self, field)
        if info.is_required():
            return True
        extra = info.json_schema_extra
        if isinstance(extra, dict) and "policy" in extra:
            return value != info.get_default(call_default_factory=True) or (
                not extra["when"] or self._holds(self.__dict__, *extra["when"])
            )
        return value != info.get_default(call_default_factory=True)

    def is_unstated(self, field: str) -> bool:
        """Whether the notice does not say the value of this field."""
        return field in self.unstated_fields
