"""Every part, field and choice of a definition has a Chinese word."""

import re

from campaigns import labels
from campaigns.definition import Definition
from campaigns.definition.shape import members
from campaigns.rubric import KINDS


def every_part():
    found, waiting = [], [Definition]
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.append(model)
            waiting += [inner for member in members(model) for _, inner in member.models]
    return found


def test_every_part_field_and_choice_has_a_word():
    missing = []
    for model in every_part():
        if not re.search(r"[\u4e00-\u9fff]", labels.part_word(model)):
            missing.append(model.__name__)
        missing += [
            f"{model.__name__}.{member.key} {member.values or ''}"
            for member in members(model)
            if not labels.has_words(model, member.key, member.values)
        ]
    assert not missing, "add words to campaigns/labels.py"


def test_every_part_is_reached():
    assert set(KINDS.values()) <= set(every_part()) and len(every_part()) > 40
