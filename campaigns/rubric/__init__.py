"""The kinds of rubric items, one file each.

A file of this package that defines one subclass of `Item` with its own `kind: Literal["…"]` *is*
a kind: it is found by being there. To add a kind, add a file; nothing else changes. No ORM, no
clock, `Decimal` only.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, get_args

from campaigns.rubric.base import Evidence, Item, Mark, MarkError, show

__all__ = ["KINDS", "Evidence", "Item", "Mark", "MarkError", "kind_of", "show"]


def discover_kinds() -> dict[str, type[Item]]:
    """kind → item class, in alphabetical order of the files."""
    kinds: dict[str, type[Item]] = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, Item)
                and value is not Item
                and value.__module__ == module.__name__
            ):
                (kind,) = get_args(value.model_fields["kind"].annotation)
                if kind in kinds:
                    raise RuntimeError(f"two files define the item kind {kind!r}")
                kinds[kind] = value
    return kinds


KINDS = discover_kinds()


def kind_of(item: Any) -> type[Item] | None:
    """The class of an item in data that may be wrong anywhere."""
    kind = item.get("kind") if isinstance(item, dict) else None
    return KINDS.get(kind) if isinstance(kind, str) else None
