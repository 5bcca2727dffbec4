"""The published JSON Schema of a definition file, made from the model itself."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from campaigns.definition import Definition
from campaigns.labels import field_word
from campaigns.schema import Part

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def definition_schema() -> str:
    """The schema as JSON text: Chinese titles, defaults, and where the system's own rule holds."""
    schema = Definition.model_json_schema(by_alias=True)
    described = {"$schema": DIALECT, **schema}
    classes = {cls.__name__: cls for cls in part_classes()}
    for name, node in schema.get("$defs", {}).items():
        _describe(classes[name], node)
    _describe(Definition, described)
    described |= {
        "title": "评选活动方案定义",
        "description": "一份评选方案的全部内容。没有写出的内容取默认值；"
        "带“系统默认”说明的，是方案未规定时系统采用的规则。",
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def part_classes() -> set[type[Part]]:
    """Every class that a definition can be made of."""
    found: set[type[Part]] = set()
    waiting: list[type[Part]] = [Part]
    while waiting:
        children = waiting.pop().__subclasses__()
        found.update(children)
        waiting += children
    return found


def _describe(cls: type[Part], node: dict[str, Any]) -> None:
    """Chinese titles of the properties, our own rules in words."""
    node.pop("description", None)  # the docstring, for programmers
    for alias, part in node.get("properties", {}).items():
        part["title"] = field_word(cls, alias) if alias != "unstated" else "方案未规定的内容"
        if note := part.pop("policy", ""):
            part.pop("when")
            part["description"] = "；".join(filter(None, [part.get("description"), note]))
