"""Forms of the officers: signature, desk check, site visit, filing."""

from __future__ import annotations

from django import forms

from campaigns.definition import Definition
from campaigns.definition.route import Step
from core.forms import Line
from reviews.enums import Outcome
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.parts import dossier_parts
from reviews.selectors.site_visits import visited_items
from reviews.services.desk_checks import MOST_NOTE
from reviews.services.filings import MOST_TEXT
from reviews.services.sign_offs import LEAST_REASON, MOST_COMMENT, MOST_OPINION
from reviews.services.site_visits import (
    LEAST_WORDS,
    MOST_DESCRIPTION,
    MOST_PARTICIPANTS,
    MOST_PLACE,
    MOST_REASON,
    MOST_SUMMARY,
)

OUTCOME_WORDS = {
    Outcome.AGREE: "同意，转下一环节",
    Outcome.RETURN: "退回申报单位补正",
    Outcome.REFUSE: "不同意，终止申报",
}
YES_NO = [("yes", "符合"), ("no", "不符合")]
SCAN_TYPES = "image/*,application/pdf"


class Text(forms.CharField):
    """Text whose line breaks count as one character, as on the screen."""

    def to_python(self, value):
        return super().to_python(value and str(value).replace("\r\n", "\n"))


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SignOffForm(forms.Form):
    """The opinion of one body. Beside the declared fields it has one radio per attestation that
    the definition asks of the level, and for every part marked in the content read a comment."""

    outcome = forms.ChoiceField(label="结论", widget=forms.RadioSelect)
    opinion = Text(
        label="意见",
        required=False,
        max_length=MOST_OPINION,
        widget=area(4),
        help_text=f"退回、不同意必须写明理由，不少于 {LEAST_REASON} 个字；同意可以不写。",
    )
    scan = forms.FileField(
        label="盖章扫描件",
        required=False,
        help_text="已签字盖章的意见页，图片或 PDF，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )
    revision = forms.CharField(widget=forms.HiddenInput)
    step = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, definition: Definition, track: str, step: Step, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [
            (code, OUTCOME_WORDS[Outcome(code)]) for code in step.actions
        ]
        self.parts = {part.code: part.title for part in dossier_parts(definition, track)}
        self.asked = definition.attestable(step.level, track)
        for key, requirement, gate in self.asked:
            self.fields[f"attest:{key}"] = forms.ChoiceField(
                label=gate.title or requirement.title,
                help_text=requirement.text,
                choices=YES_NO,
                required=False,
                widget=forms.RadioSelect,
            )
        marked = self.data.getlist("flag") if self.is_bound else []
        self.marked = [code for code in self.parts if code in marked]
        for code in self.marked:
            self.fields[f"comment:{code}"] = Line(
                label=f"「{self.parts[code]}」的补正说明", required=False, max_length=MOST_COMMENT
            )

    @property
    def attestation_fields(self) -> list:
        return [self[f"attest:{key}"] for key, _, _ in self.asked]

    def flagged(self) -> dict[str, str]:
        """part code → comment, as typed, of every part marked for correction."""
        return {code: self[f"comment:{code}"].data or "" for code in self.marked}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") == Outcome.AGREE:
            if self.marked:
                self.add_error(
                    "outcome", "勾选了需补正的内容，结论却是同意。请改为退回补正，或取消勾选。"
                )
            for key, _, _ in self.asked:
                if not cleaned.get(f"attest:{key}"):
                    self.add_error(f"attest:{key}", "请认定是否符合。")
        cleaned["flags"] = [
            {"code": code, "comment": cleaned.get(f"comment:{code}", "")} for code in self.marked
        ]
        cleaned["attestations"] = {
            key: cleaned[f"attest:{key}"] == "yes"
            for key, _, _ in self.asked
            if cleaned.get(f"attest:{key}")
        }
        return cleaned


class DeskCheckForm(forms.Form):
    """One radio and one note per row of the check list."""

    revision = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, definition: Definition, track: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = check_rows(definition, track)
        for row in self.rows:
            self.fields[f"ok:{row['code']}"] = forms.ChoiceField(
                label=row["title"],
                choices=[("yes", "齐全"), ("no", "不齐全")],
                widget=forms.RadioSelect,
                error_messages={"required": "请选择齐全或不齐全。"},
            )
            self.fields[f"note:{row['code']}"] = Line(
                label="缺什么", required=False, max_length=MOST_NOTE
            )

    def checks(self) -> dict[str, dict]:
        """Row code → ``{"ok", "note"}`` of the valid form."""
        return {
            row["code"]: {
                "ok": self.cleaned_data[f"ok:{row['code']}"] == "yes",
                "note": self.cleaned_data[f"note:{row['code']}"],
            }
            for row in self.rows
        }

    def clean(self):
        cleaned = super().clean()
        for row in self.rows:
            if cleaned.get(f"ok:{row['code']}") == "no" and not cleaned.get(f"note:{row['code']}"):
                self.add_error(f"note:{row['code']}", "不齐全的请写明缺什么。")
        return cleaned


class SiteVisitForm(forms.Form):
    visited_on = forms.DateField(
        label="核查日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    participants = Line(
        label="参加人员",
        max_length=MOST_PARTICIPANTS,
        help_text="写岗位或姓名，用顿号隔开。",
    )


class FindingForm(forms.Form):
    """One defect at one place."""

    item = forms.ChoiceField(label="指标", widget=forms.RadioSelect)
    place = Line(label="位置", max_length=MOST_PLACE, help_text="例如：3 号楼北侧消防通道")
    description = Text(label="问题", max_length=MOST_DESCRIPTION, widget=area(2))
    photo = forms.FileField(
        label="照片",
        required=False,
        help_text="可直接用手机拍照，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(self, *args, definition: Definition, track: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [
            (item.code, f"{item.code} {item.title}") for item in visited_items(definition, track)
        ]


class RemovalForm(forms.Form):
    reason = Text(
        label="撤销理由",
        max_length=MOST_REASON,
        widget=area(2),
        help_text=f"写明为什么撤销，不少于 {LEAST_WORDS} 个字。",
    )


class VisitSummaryForm(forms.Form):
    summary = Text(
        label="核查结论",
        max_length=MOST_SUMMARY,
        widget=area(4),
        help_text=f"写明现场与材料是否相符，不少于 {LEAST_WORDS} 个字。",
    )


class FilingForm(forms.Form):
    """``replaces`` is the filing that the page showed as the present one, empty for the first."""

    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = Text(label="内容", required=False, max_length=MOST_TEXT, widget=area(14))
    file = forms.FileField(
        label="文件",
        required=False,
        help_text="盖章的扫描件或文件，图片或 PDF，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )
