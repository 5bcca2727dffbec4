"""Forms of the officers: signature, desk check, site visit, filing."""

from __future__ import annotations

from django import forms

from campaigns.definition import Definition
from campaigns.definition.route import Step
from reviews.enums import Outcome
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.parts import dossier_parts
from reviews.selectors.site_visits import visited_items
from reviews.services.filings import MOST_TEXT
from reviews.services.sign_offs import MOST_COMMENT, MOST_OPINION
from reviews.services.site_visits import MOST_SUMMARY

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
    the definition asks of the level, and in ``flags`` what is marked in the content read."""

    outcome = forms.ChoiceField(label="结论", widget=forms.RadioSelect)
    opinion = Text(
        label="意见",
        required=False,
        max_length=MOST_OPINION,
        widget=area(4),
        help_text="退回、不同意必须写明理由；同意可以不写。",
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

    @property
    def attestation_fields(self) -> list:
        return [self[f"attest:{key}"] for key, _, _ in self.asked]

    def flagged(self) -> dict[str, str]:
        """part code → comment of every part marked for correction."""
        if not self.is_bound:
            return {}
        return {
            code: self.data.get(f"comment:{code}", "").strip()
            for code in self.data.getlist("flag")
            if code in self.parts
        }

    def clean(self):
        cleaned = super().clean()
        outcome, flags = cleaned.get("outcome"), self.flagged()
        for code, comment in flags.items():
            if len(comment) > MOST_COMMENT:
                self.add_error(None, f"「{self.parts[code]}」的补正说明最多 {MOST_COMMENT} 个字。")
        if outcome == Outcome.AGREE:
            if flags:
                self.add_error(
                    "outcome", "勾选了需补正的内容，结论却是同意。请改为退回补正，或取消勾选。"
                )
            for key, _, _ in self.asked:
                if not cleaned.get(f"attest:{key}"):
                    self.add_error(f"attest:{key}", "请认定是否符合。")
        cleaned["flags"] = [{"code": code, "comment": text} for code, text in flags.items()]
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
            self.fields[f"note:{row['code']}"] = forms.CharField(
                label="缺什么", required=False, max_length=200
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
    participants = forms.CharField(
        label="参加人员", max_length=200, help_text="写岗位或姓名，用顿号隔开。"
    )


class FindingForm(forms.Form):
    """One defect at one place."""

    item = forms.ChoiceField(label="指标", widget=forms.RadioSelect)
    place = forms.CharField(label="位置", max_length=100, help_text="例如：3 号楼北侧消防通道")
    description = Text(label="问题", max_length=200, widget=area(2))
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
    reason = Text(label="撤销理由", max_length=200, widget=area(2))


class VisitSummaryForm(forms.Form):
    summary = Text(label="核查结论", max_length=MOST_SUMMARY, widget=area(4))


class FilingForm(forms.Form):
    text = Text(label="内容", required=False, max_length=MOST_TEXT, widget=area(14))
    file = forms.FileField(
        label="文件",
        required=False,
        help_text="盖章的扫描件或文件，图片或 PDF，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("text") and not cleaned.get("file"):
            self.add_error("text", "请填写内容，或上传文件。")
        return cleaned
