"""What the documents name exists: files, commands, verbs, links."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from config.devtool import VERBS

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BUILT = {"var", "node_modules", ".venv"}  # made at set-up


@pytest.fixture(params=DOCS, ids=lambda path: path.name)
def doc(request) -> Path:
    return request.param


def test_named_files_exist(doc):
    named = re.findall(r"`([\w.-]+(?:/[\w.-]*)+)`", doc.read_text())
    paths = [ROOT / name for name in named if name.split("/")[0] not in BUILT]
    assert [str(path) for path in paths if not path.exists()] == []


def test_named_commands_exist(doc):
    text = doc.read_text()
    verbs = {usage.split()[0] for usage, _, _ in VERBS.values()}
    assert set(re.findall(r"\./dev (\w+)", text)) <= verbs
    used = re.findall(r"(?:manage\.py|\./dev manage) (\w+)", text)
    assert set(used) - {"means"} <= set(get_commands())


def test_links_lead_somewhere(doc):
    links = re.findall(r"\]\(([^)#:]+)\)", doc.read_text())
    assert [link for link in links if not (doc.parent / link).exists()] == []


def test_pictures_are_small():
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures and all(path.stat().st_size <= 300 * 1024 for path in pictures)
