"""JSON read as YAML is read: decimals stay exact, every value knows its line.

The places are given as YAML nodes, so that one ``Locator`` serves both formats.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from campaigns.definition.problems import DefinitionError, Problem

_START = re.compile(r'\s*\{\s*["}]')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_FAULTS = {
    "Expecting property name": "这里应是用双引号括起的名称，请检查是否多写了逗号",
    "Illegal trailing comma": "多写了一个逗号",
    "Expecting ':'": "名称后面缺少冒号",
    "Expecting ','": "这里缺少逗号，或者括号没有闭合",
    "Expecting value": "这里缺少内容",
    "Unterminated string": "文字没有用双引号结束",
    "Invalid control character": "文字中有换行或控制字符",
    "Invalid \\": "反斜杠的写法不正确",
    "Extra data": "结尾之后还有多余的内容",
}


def is_json(text: str) -> bool:
    """Whether a definition's text is meant as JSON rather than YAML."""
    return _START.match(text) is not None


def read_json(text: str) -> tuple[Any, yaml.Node]:
    """The data and the tree of places; DefinitionError names the line of a fault."""
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        fault = next((words for start, words in _FAULTS.items() if error.msg.startswith(start)), "")
        message = f"不是正确的 JSON：{fault or '无法识别'}"
        raise DefinitionError([Problem("", error.lineno, message)]) from None
    return data, _Reader(text).root()


def _no_number(word: str) -> None:
    raise ValueError(f"{word} 不是数字")


class _Reader:
    """Tokens of a text that is known to be JSON, put together as nodes."""

    def __init__(self, text: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._tokens: Iterator[re.Match[str]] = _TOKEN.finditer(text)

    def root(self) -> yaml.Node:
        return self._node(next(self._tokens))

    def _node(self, token: re.Match[str]) -> yaml.Node:
        if token[0] == "{":
            return self._mapping(self._mark(token))
        if token[0] == "[":
            return self._sequence(self._mark(token))
        return self._scalar(token)

    def _mapping(self, mark: yaml.Mark) -> yaml.Node:
        pairs: list[tuple[yaml.Node, yaml.Node]] = []
        for token in self._members("}"):
            key = self._scalar(token)
            if any(key.value == known.value for known, _ in pairs):
                line = key.start_mark.line + 1
                raise DefinitionError([Problem("", line, f"“{key.value}”写了两次")])
            next(self._tokens)  # the colon
            pairs.append((key, self._node(next(self._tokens))))
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, mark)

    def _sequence(self, mark: yaml.Mark) -> yaml.Node:
        members = [self._node(token) for token in self._members("]")]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", members, mark)

    def _members(self, end: str) -> Iterator[re.Match[str]]:
        """The first token of every member, up to the closing bracket."""
        for token in self._tokens:
            if token[0] == end:
                return
            if token[0] != ",":
                yield token

    def _scalar(self, token: re.Match[str]) -> yaml.ScalarNode:
        value = json.loads(token[0]) if token[0][0] == '"' else token[0]
        return yaml.ScalarNode("tag:yaml.org,2002:str", value, self._mark(token))

    def _mark(self, token: re.Match[str]) -> yaml.Mark:
        line = bisect_right(self._ends, token.start())
        return yaml.Mark("", token.start(), line, 0, None, None)
