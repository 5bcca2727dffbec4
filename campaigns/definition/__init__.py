"""A campaign definition: what a notice says, as validated, frozen data (pydantic).

    definition = load_definition(path)       # DefinitionError lists path, line and message
    definition.item("7.3").points

Split by noun: head (levels, tracks, calendar), form, requirements, rubric, route, outcome;
model puts them together, loading reads and writes YAML and JSON (json_text), checking finds what does not fit
together, problems words what is wrong and where.
"""

from campaigns.definition.loading import (
    check_data,
    check_definition,
    dump_definition,
    dump_json,
    load_definition,
    locate_definition,
    read_definition,
    shipped_definitions,
)
from campaigns.definition.model import Definition
from campaigns.definition.problems import DefinitionError, Problem
from campaigns.definition.requirements import gate_key, leaves

__all__ = [
    "Definition",
    "DefinitionError",
    "Problem",
    "check_data",
    "check_definition",
    "dump_definition",
    "dump_json",
    "gate_key",
    "leaves",
    "load_definition",
    "locate_definition",
    "read_definition",
    "shipped_definitions",
]
