"""What is wrong with a definition, in Chinese, with path and line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from pydantic import ValidationError


@dataclass(frozen=True)
class Problem:
    """`line` counts from 1; 0 when the place is not known."""

    path: str
    line: int
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        word = "错误" if self.severity == "error" else "提醒"
        where = f"第 {self.line} 行 " if self.line else ""
        return f"{word}：{where}{self.path or '全文'}：{self.message}"


class DefinitionError(ValueError):
    """A definition that cannot be used; `problems` says why, place by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("；".join(str(problem) for problem in self.problems[:5]))

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(problem.path, problem.message) for problem in self.problems]


class Locator:
    """Finds path texts and line numbers in the YAML tree a definition was read from."""

    def __init__(self, root: yaml.Node | None = None) -> None:
        self.root = root

    def place(self, location: Iterable[Any]) -> tuple[str, int]:
        """(path, line) of a pydantic location; names of union members in it are left out."""
        node, path = self.root, ""
        line = node.start_mark.line + 1 if node else 0
        for part in location:
            child = _child(node, part)
            if child is None and node is not None and _tag(node) == part:
                continue
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
            if child is not None:
                line = child[0]
            node = child[1] if child else None
        return path, line


class DataLocator(Locator):
    """Finds path texts in the data of a definition; there are no lines."""

    def __init__(self, data: Any) -> None:
        super().__init__()
        self.data = data

    def place(self, location: Iterable[Any]) -> tuple[str, int]:
        node, path, is_tag_read = self.data, "", False
        for part in location:
            is_mapping = isinstance(node, dict)
            if is_mapping and node.get("kind") == part and not is_tag_read:
                is_tag_read = True  # the name of a union member, which may also be a field's
                continue
            is_tag_read = False
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
            inside = isinstance(node, list | tuple) and isinstance(part, int) and part < len(node)
            node = node[part] if inside else node.get(part) if is_mapping else None
        return path, 0


def _child(node: yaml.Node | None, part: Any) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _tag(node: yaml.Node) -> str | None:
    child = _child(node, "kind")
    return child[1].value if child else None


_MESSAGES = {
    "missing": "缺少必填内容",
    "extra_forbidden": "不认识的内容，请检查拼写",
    "string_unicode": "有不能保存的字符，请删去",
    "string_type": '应为文字；数字编号请加引号，如 "7.3"',
    "string_too_short": "不能为空",
    "string_too_long": "文字过长，至多 {max_length} 字",
    "string_pattern_mismatch": "编号只能用字母、数字、点、短横和下划线，至多 40 个字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_places": "小数位数过多，至多 {decimal_places} 位",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "date_type": "应为日期，如 2023-10-30",
    "date_parsing": "应为日期，如 2023-10-30",
    "date_from_datetime_parsing": "应为日期，如 2023-10-30",
    "date_from_datetime_inexact": "应为日期，如 2023-10-30",
    "time_type": '应为时刻，如 "18:00"',
    "time_parsing": '应为时刻，如 "18:00"',
    "tuple_type": "应为列表",
    "dict_type": "应为对象（名称: 内容）",
    "model_type": "应为对象（名称: 内容）",
    "too_short": "至少要有 {min_length} 项",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected} 之一",
    "union_tag_not_found": "缺少 kind（种类）",
    "union_tag_invalid": "没有 {tag} 这个种类，可选：{expected_tags}",
    "value_error": "{error}",
}


def problems_of(error: ValidationError, locator: Locator) -> list[Problem]:
    """A pydantic error as problems in Chinese."""
    found = []
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "too_short" and any(
            other["loc"][: len(detail["loc"])] == detail["loc"] and other is not detail
            for other in details
        ):
            continue  # the list is short only because of the members reported by themselves
        path, line = locator.place(detail["loc"])
        found.append(Problem(path, line, message_of(detail)))
    return found


def message_of(detail: Any) -> str:
    """One error of pydantic in Chinese."""
    template = _MESSAGES.get(detail["type"], "内容不正确（{message}）")
    context = {"message": detail["msg"], **detail.get("ctx", {})}
    text = template.format_map({key: str(value) for key, value in context.items()})
    return text.replace(" or ", " 或 ").replace("'", "")
