"""Definitions read from and written to YAML and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from campaigns.definition.checking import cross_check
from campaigns.definition.json_text import is_json, read_json
from campaigns.definition.model import Definition
from campaigns.definition.problems import (
    DataLocator,
    DefinitionError,
    Locator,
    Problem,
    problems_of,
)
from campaigns.rubric import show
from campaigns.schema import Part

MOST_CHARACTERS = 2_000_000
SHIPPED = Path(__file__).resolve().parent.parent / "definitions"

_BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BaseDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_BaseLoader):
    """Numbers stay decimal; a key may stand only once."""


class _Dumper(_BaseDumper):
    """Decimals as plain numbers, times as quoted text."""


def _mapping(loader: yaml.Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "名称应为文字", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"“{key.value}”写了两次", key.start_mark
            )
        seen.add(key.value)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _scalar(tag: str, construct: Callable[[yaml.Loader, yaml.ScalarNode], Any]) -> None:
    """Read scalars of the tag so; one that cannot be read is told with its line."""

    def read(loader: yaml.Loader, node: yaml.ScalarNode) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, ArithmeticError):
            raise yaml.constructor.ConstructorError(
                None, None, f"“{node.value[:20]}”不是可用的数字或日期", node.start_mark
            ) from None

    _Loader.add_constructor(f"tag:yaml.org,2002:{tag}", read)


_scalar("int", _Loader.construct_yaml_int)
_scalar("float", lambda loader, node: Decimal(node.value.replace("_", "")))
_scalar("timestamp", _Loader.construct_yaml_timestamp)


def _represent_decimal(dumper: yaml.Dumper, value: Decimal) -> yaml.Node:
    is_whole = value == value.to_integral_value()
    tag = "tag:yaml.org,2002:int" if is_whole else "tag:yaml.org,2002:float"
    return dumper.represent_scalar(tag, show(value))


_Dumper.add_representer(Decimal, _represent_decimal)
_Dumper.add_representer(time, lambda dumper, value: dumper.represent_str(value.isoformat()))
_Dumper.add_representer(
    date,
    lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat()),
)
_Dumper.ignore_aliases = lambda self, data: True


def shipped_definitions() -> dict[str, Path]:
    """key → file of every definition that comes with the system."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def _read(source: str | Path) -> str:
    if isinstance(source, Path) or ("\n" not in source and source.endswith((".yaml", ".json"))):
        raw = Path(source).read_bytes()
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DefinitionError([Problem("", 0, "文件不是 UTF-8 编码的文本")]) from None
    return source


def _parse(text: str) -> tuple[dict[str, Any], Locator]:
    if len(text) > MOST_CHARACTERS:
        raise DefinitionError([Problem("", 0, "文件过大，方案定义应是几千行以内的文本")])
    try:
        data, root = read_json(text) if is_json(text) else _read_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or ""
        if detail.isascii():  # PyYAML's own words
            detail = "请检查这一行附近的缩进、冒号、引号和括号"
        line = mark.line + 1 if mark else 0
        raise DefinitionError([Problem("", line, f"不是正确的 YAML：{detail}")]) from None
    except (ArithmeticError, ValueError, RecursionError) as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError([Problem("", 0, "含有无法识别的数字、日期或过深的嵌套")]) from None
    if not isinstance(data, dict):
        raise DefinitionError([Problem("", 0, "方案定义应以“名称: 内容”开始，文件为空或不是定义")])
    return data, Locator(root)


def _read_yaml(text: str) -> tuple[Any, yaml.Node | None]:
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
        raise DefinitionError([Problem("", 0, "不能使用 YAML 引用（* 与 &）")])
    root = yaml.compose(text, Loader=_Loader)
    return yaml.load(text, Loader=_Loader), root  # noqa: S506 (a safe loader)


def _build(data: dict[str, Any], locator: Locator) -> tuple[Definition, list[Problem]]:
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(problems_of(error, locator)) from None
    problems = cross_check(definition, locator)
    if any(problem.severity == "error" for problem in problems):
        raise DefinitionError(problems)
    return definition, problems


def load_definition(source: str | Path) -> Definition:
    """The definition in a file (a Path, or a text that is a file name) or in a text.

    Raises DefinitionError with every problem found."""
    return _build(*_parse(_read(source)))[0]


def read_definition(data: dict[str, Any]) -> Definition:
    """The definition from its stored form (the object that `canonical_json` writes)."""
    try:
        return Definition.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(problems_of(error, Locator())) from None


def check_definition(text: str) -> list[Problem]:
    """All errors and warnings of a definition text; never raises for bad content."""
    try:
        return _build(*_parse(text))[1]
    except DefinitionError as error:
        return error.problems


def check_data(data: dict[str, Any]) -> tuple[Definition | None, list[Problem]]:
    """The definition in a stored form, None while it has errors, and all errors and warnings."""
    locator = DataLocator(data)
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        return None, problems_of(error, locator)
    problems = cross_check(definition, locator)
    is_sound = all(problem.severity != "error" for problem in problems)
    return definition if is_sound else None, problems


def locate_definition(text: str) -> tuple[Definition, Locator]:
    """``load_definition`` of a text, with the places of its parts for later checks."""
    data, locator = _parse(text)
    return _build(data, locator)[0], locator


def dump_definition(definition: Definition) -> str:
    """YAML that loads to an equal definition, of the same hash."""
    data = _lean(definition)
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def dump_json(definition: Definition) -> str:
    """JSON that loads to an equal definition, of the same hash."""
    return json.dumps(_lean(definition), ensure_ascii=False, indent=2, default=_json_value) + "\n"


def _json_value(value: Any) -> Any:
    """Dates and times as text; a decimal as a number where a binary float keeps it exactly."""
    if not isinstance(value, Decimal):
        return value.isoformat()
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else show(value)


_LAST = tuple(Part.model_fields)


def _lean(value: Any) -> Any:
    """The value as plain data: codes and titles first, nothing that is left to a default. What is
    the system's own rule is always written, for a file must not depend on later code."""
    if isinstance(value, Part):
        fields = type(value).model_fields
        names = [name for name in fields if name not in _LAST] + [*_LAST]
        return {
            fields[name].alias or name: _lean(getattr(value, name))
            for name in names
            if value.is_written(name)
        }
    if isinstance(value, dict):  # notes on fields; a stored version has lost their order
        return {key: value[key] for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_lean(member) for member in value]
    return value
