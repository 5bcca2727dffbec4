"""The interface kit: every component on one page, fields tied to their words, nothing inline."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string

from core import wording

COMPONENTS = settings.BASE_DIR / "templates" / "components"


def render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class Trial(forms.Form):
    name = forms.CharField(label="名称", help_text="写全称", max_length=10)
    text = forms.CharField(label="说明", max_length=500, widget=forms.Textarea, required=False)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意")


def test_field_with_error_names_help_and_error_as_its_description():
    form = Trial({})
    html = render("{% field form.name %}", form=form)
    described = re.search(r'<input[^>]*aria-describedby="([^"]+)"', html)[1].split()
    assert described == ["id_name_helptext", "id_name_error"]
    for target in described:
        assert f'id="{target}"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="field-label" for="id_name">' in html


def test_long_text_is_counted_and_not_cut():
    html = render("{% field form.text %}", form=Trial())
    assert "maxlength" not in html
    assert 'data-charcount="500"' in html
    assert 'data-count-for="id_text"' in html


def test_error_summary_links_to_controls_that_exist():
    form = Trial({})
    html = render("{% error_summary form %}{% field form.name %}{% field form.kind %}", form=form)
    targets = re.findall(r'href="#([^"]+)"', html)
    assert "id_kind_0" in targets
    for target in ("id_name", "id_kind_0"):
        assert f'id="{target}"' in html


def test_error_summary_is_empty_without_errors():
    assert render("{% error_summary form %}", form=Trial()).strip() == ""


def test_text_of_users_is_escaped_everywhere():
    evil = "<b onclick=x>"
    html = render(
        "{% status v %}{% notice v %}{% summary_list rows %}{% chart 'c' v 'bars' cols rows2 %}",
        v=evil,
        rows=[{"label": evil, "value": evil}],
        cols=[evil, "n"],
        rows2=[["</script>" + evil, 1]],
    )
    assert "<b onclick" not in html
    assert html.count("</script>") == 1


def test_score_input_draws_its_controls_and_what_was_chosen():
    item = {"code": "7.3", "title": "设施", "maximum": Decimal("3"), "range": "0 至 3 分"}
    marks = [{"value": v, "label": v, "hint": "", "checked": v == "2.5"} for v in ("2", "2.5", "3")]
    buttons = {"type": "buttons", "name": "7.3:value", "label": "得分", "options": marks}
    few = render(
        "{% score_input item url='/x' %}",
        item={**item, "controls": [buttons], "comment_name": "7.3:comment"},
    )
    assert re.findall(r'value="([\d.]+)"(?: checked)?><span>', few) == ["2", "2.5", "3"]
    assert 'value="2.5" checked' in few
    number = {
        "type": "number",
        "name": "7.3:value",
        "label": "得分",
        "value": "",
        "max": "99",
        "step": "0.5",
    }
    many = render(
        "{% score_input item url='/x' disabled=True %}",
        item={**item, "controls": [number], "comment_name": "7.3:comment"},
    )
    assert 'type="number"' in many
    assert 'step="0.5"' in many
    assert " disabled>" in many


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "429", "500"])
def test_error_page_renders_without_request_and_context(name):
    html = render_to_string(f"{name}.html")
    assert "回到首页" in html


def test_templates_carry_no_inline_style_script_or_handler():
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text()
        if "pdf" in path.name or "pdf_base.html" in text:  # printed, never sent to a browser
            continue
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text), path
        for attributes in re.findall(r"<script([^>]*)>", text):
            assert "src=" in attributes, path


def test_every_component_names_its_parameters():
    for path in COMPONENTS.glob("*.html"):
        assert path.read_text().startswith("{% comment %}"), path


@pytest.mark.parametrize(
    ("word", "tone"),
    [
        ("未通过", "bad"),
        ("退回补正", "bad"),
        ("待街道审核", "wait"),
        ("已通过", "ok"),
        ("草稿", "muted"),
        ("已提交", "info"),
    ],
)
def test_tone_follows_from_word(word, tone):
    assert wording.tone_of(word) == tone


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("86.50"), "86.5"), (Decimal("100"), "100"), (Decimal("0.00"), "0"), (None, "—")],
)
def test_points_have_no_trailing_zeros(value, text):
    assert wording.points(value) == text


def test_moments_are_said_in_local_time():
    assert wording.cn_datetime(datetime(2023, 8, 30, 16, 1, tzinfo=UTC)) == "2023年8月31日 00:01"
    assert wording.cn_datetime(date(2023, 8, 30)) == "2023年8月30日"
    assert wording.cn_date(None) == "—"


@pytest.mark.parametrize(
    ("value", "limits", "tone", "words"),
    [
        (4, {"minimum": 5}, "wait", "还差 1"),
        (5, {"minimum": 5}, "ok", "已达到"),
        (21, {"maximum": 20}, "bad", "超出 1"),
        (20, {"maximum": 20}, "ok", "已满"),
        (0, {}, "info", ""),
        (60, {"total": 259}, "info", "23%"),
        (5, {"total": 5}, "ok", "全部完成"),
        (0, {"total": 0}, "info", "0%"),
    ],
)
def test_meter_says_how_a_quota_stands(value, limits, tone, words):
    found = wording.meter_of(value, **limits)
    assert (found["tone"], found["words"]) == (tone, words)


def test_long_table_shows_what_data_table_shows_and_escapes_it():
    columns = [{"label": "小区"}, {"label": "<户数>", "numeric": True}]
    bad = '"><img src=x>'
    html = render(
        "{% long_table c r '名单' %}", c=columns, r=[("/a/", "荷风苑", "8"), (bad, bad, bad)]
    )
    assert (
        '<a href="/a/">荷风苑</a></td><td data-label="&lt;户数&gt;" class="number">8</td>' in html
    )
    assert "<img" not in html and html.count("&quot;&gt;&lt;img src=x&gt;") == 3
    with pytest.raises(ValueError, match="zip"):
        render("{% long_table c r '名单' %}", c=columns, r=[("/a/", "荷风苑")])
