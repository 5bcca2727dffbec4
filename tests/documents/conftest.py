"""A template of printed documents that only the tests use."""

from pathlib import Path

import pytest


@pytest.fixture
def letter(settings):
    """Name of a template that uses every piece of a printed document."""
    templates = [dict(settings.TEMPLATES[0])]
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
    return "letter.html"
