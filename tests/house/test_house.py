"""House rules that a reader should not have to check."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from core.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]
APPS = [
    "core",
    "accounts",
    "documents",
    "communities",
    "campaigns",
    "messaging",
    "reviews",
    "scoring",
    "publications",
    "portal",
]
PRIVATE_LAYERS = {"views", "forms", "urls", "tasks"}
# What every app builds its own views and forms of.
SHARED = {"core.forms"}


def tracked(*patterns):
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in out.stdout.split("\n") if name and (ROOT / name).exists()]


PYTHON = [path for path in tracked("*.py") if "migrations" not in path.parts]
TEMPLATES = tracked("templates/*.html", "templates/**/*.html")


def test_no_file_is_too_long():
    assert [p for p in PYTHON if len(p.read_text().splitlines()) > 600] == []


def test_no_file_has_a_name_without_meaning():
    banned = {"utils", "helpers", "common", "misc", "manager"}
    assert [p for p in PYTHON if p.stem in banned] == []


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("app", APPS)
def test_views_and_forms_of_an_app_are_private(app):
    found = [
        (path.name, module)
        for path in PYTHON
        if path.relative_to(ROOT).parts[0] in APPS and path.relative_to(ROOT).parts[0] != app
        for module in _imports(path)
        if module.split(".")[0] == app
        and set(module.split(".")[1:2]) & PRIVATE_LAYERS
        and module not in SHARED
    ]
    assert found == []


def _service_files():
    for app in APPS:
        yield from (p for p in PYTHON if p.relative_to(ROOT).parts[:2] == (app, "services.py"))
        yield from (p for p in PYTHON if p.relative_to(ROOT).parts[:2] == (app, "services"))


def _leaves_a_record(function, functions) -> bool:
    """Does it, or a function of the module it calls, record or hand ``actor`` on to a service?"""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else (node.func.id if isinstance(node.func, ast.Name) else "")
        )
        if called == "record" or any(word.arg == "actor" for word in node.keywords):
            return True
        inner = functions.get(called, function)
        if inner is not function and _leaves_a_record(inner, functions):
            return True
    return False


def test_every_service_leaves_an_audit_record():
    silent = []
    for path in _service_files():
        functions = {
            node.name: node
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef)
        }
        for name, function in functions.items():
            arguments = {a.arg for a in function.args.args + function.args.kwonlyargs}
            if name.startswith("_") or "actor" not in arguments:
                continue
            if not _leaves_a_record(function, functions):
                silent.append(f"{path.relative_to(ROOT)}:{name}")
    assert silent == []


def test_locked_rows_may_still_be_pointed_at():
    """No key of a row ever changes. A lock that shuts out those who insert a row pointing at it
    would let a writer that holds the chain of records wait for one that wants it."""
    shutting = [
        path.relative_to(ROOT)
        for path in _service_files()
        for line in path.read_text().splitlines()
        if "select_for_update(" in line and "no_key=True" not in line
    ]
    assert shutting == []


def test_every_recorded_verb_has_a_word():
    verbs = {
        node.args[1].value
        for path in _service_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "record"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }
    assert verbs - VERBS.keys() == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_template_has_nothing_inline(path):
    text = path.read_text()
    if "documents" in path.parts or path.name.endswith("_pdf.html"):
        return  # papers are not pages: no browser runs them
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", text)


def test_every_template_is_used():
    sources = "\n".join(p.read_text() for p in PYTHON + TEMPLATES)
    special = {"400.html", "403.html", "404.html", "500.html", "403_csrf.html"}
    unused = [
        name
        for path in TEMPLATES
        if (name := str(path.relative_to(ROOT / "templates"))) not in special
        and not name.startswith("django/")
        and name not in sources
        and f'component("{path.stem}")' not in sources  # the tags of the interface kit
    ]
    assert unused == []
