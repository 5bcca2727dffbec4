"""Forms of the officers: signature, desk check, site visit, filing."""

from __future__ import annotations

from django import forms

from accounts.confirmation import ConfirmationMixin
from accounts.enums import Role
from campaigns.definition import Definition
from campaigns.definition.route import Step
from campaigns.selectors import open_campaigns
from core.forms import Line
from reviews.enums import Outcome
from reviews.permissions.sign_offs import ROLE_AT
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.filings import joined_outline, split_outline
from reviews.selectors.parts import dossier_parts
from reviews.selectors.site_visits import visited_items
from reviews.selectors.work_list import NEAR_DAYS, places_below
from reviews.services.desk_checks import MOST_NOTE
from reviews.services.filings import MOST_REASON as MOST_RETURN_REASON
from reviews.services.filings import MOST_TEXT
from reviews.services.opinion_templates import MOST_TEMPLATE
from reviews.services.paper_originals import MOST_COPIES
from reviews.services.sign_offs import (
    LEAST_REASON,
    LEAST_SCAN_PIXELS,
    MOST_COMMENT,
    MOST_OPINION,
    MOST_SCAN_PAGES,
)
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
ALL = ("", "全部")
YES_NO = [("yes", "符合"), ("no", "不符合")]
SCAN_TYPES = "image/*,application/pdf"


class Text(forms.CharField):
    """Text whose line breaks count as one character, as on the screen."""

    def to_python(self, value):
        return super().to_python(value and str(value).replace("\r\n", "\n"))


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def with_targets(actions, earlier: list[Step]) -> list[tuple[str, str]]:
    """The outcomes a step offers; a return can go to the applicant or to an earlier level
    (``return:CODE``)."""
    choices = []
    for action in actions:
        choices.append((action, OUTCOME_WORDS[Outcome(action)]))
        if action == Outcome.RETURN:
            choices += [(f"return:{s.code}", f"退回「{s.title}」重新办理") for s in earlier]
    return choices


class TemplateSelect(forms.Select):
    """Offers wordings; the script puts the chosen one into the field of the opinion."""

    def __init__(self):
        super().__init__(attrs={"data-fill": "id_opinion"})


class SignOffForm(ConfirmationMixin, forms.Form):
    """The opinion of one body. Beside the declared fields it has one radio per attestation that
    the definition asks of the level, and for every part marked in the content read a comment.
    ``earlier``: the levels it can be returned to; ``templates``: the tenant's wordings;
    ``request``: whose password is asked for (None: a preview)."""

    outcome = forms.ChoiceField(label="结论", widget=forms.RadioSelect)
    template = forms.ChoiceField(label="常用意见", required=False, widget=TemplateSelect)
    opinion = Text(
        label="意见",
        required=False,
        max_length=MOST_OPINION,
        widget=area(4),
        help_text=(
            f"退回、不同意必须写明理由，不少于 {LEAST_REASON} 个字；同意可以不写。"
            "留空时采用选中的常用意见。"
        ),
    )
    scan = forms.FileField(
        label="盖章扫描件",
        required=False,
        help_text=(
            f"已签字盖章的意见页：图片长边不少于 {LEAST_SCAN_PIXELS} 像素，"
            f"或不超过 {MOST_SCAN_PAGES} 页的 PDF，不超过 20 MB。"
        ),
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )
    scan_checked = forms.BooleanField(
        label="已核对扫描件：是本卷这一版的意见页，签字、盖章和日期清楚完整", required=False
    )
    revision = forms.CharField(widget=forms.HiddenInput)
    step = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args, definition: Definition, track: str, step: Step, earlier=(), templates=(),
        request=None, **kwargs,
    ):  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = with_targets(step.actions, earlier)
        offer_templates(self, templates)
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
        self.ask_person(request)

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
        outcome, _, cleaned["target"] = cleaned.get("outcome", "").partition(":")
        if outcome:
            cleaned["outcome"] = outcome
        cleaned["opinion"] = cleaned.get("opinion") or cleaned.get("template", "")
        if cleaned.get("scan") and not cleaned.get("scan_checked"):
            self.add_error("scan_checked", "请打开扫描件核对，确认后勾选。")
        cleaned["flags"] = [
            {"code": code, "comment": cleaned.get(f"comment:{code}", "")} for code in self.marked
        ]
        cleaned["attestations"] = {
            key: cleaned[f"attest:{key}"] == "yes"
            for key, _, _ in self.asked
            if cleaned.get(f"attest:{key}")
        }
        return cleaned


def offer_templates(form, templates) -> None:
    """``templates``: rows of OpinionTemplate; without any the field is left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in templates:
        groups.setdefault(row.get_outcome_display(), []).append((row.text, row.text))
    if groups:
        form.fields["template"].choices = [("", "不使用"), *groups.items()]
    else:
        del form.fields["template"]


class BatchAgreeForm(ConfirmationMixin, forms.Form):
    """One opinion for many dossiers; ``gates``: what the signature attests for each of them."""

    template = forms.ChoiceField(label="常用意见", required=False, widget=TemplateSelect)
    opinion = Text(
        label="意见",
        required=False,
        max_length=MOST_OPINION,
        widget=area(3),
        help_text="每一份都写同样的意见；留空时采用选中的常用意见，都没有时写“同意。”",
    )
    is_read = forms.BooleanField(error_messages={"required": "请先逐份审阅，确认后勾选。"})

    def __init__(self, *args, count: int, gates: list[str], templates, request, **kwargs):
        super().__init__(*args, **kwargs)
        label = f"以上 {count} 份材料都已审阅，同意推荐"
        if gates:
            label += f"，逐条认定都符合：{'、'.join(gates)}"
        self.fields["is_read"].label = label
        offer_templates(self, templates)
        self.ask_person(request)

    def clean(self):
        cleaned = super().clean()
        cleaned["opinion"] = cleaned.get("opinion") or cleaned.get("template", "")
        return cleaned


class WorkFilter(forms.Form):
    """Narrows the work list; a value that is not offered narrows nothing."""

    campaign = forms.ChoiceField(label="活动", required=False)
    place = forms.ChoiceField(label="区划", required=False)
    due = forms.ChoiceField(
        label="期限",
        required=False,
        choices=[ALL, ("over", "已过期"), ("near", f"{NEAR_DAYS} 个工作日内到期")],
    )
    q = forms.CharField(label="编号或小区名称", required=False, max_length=60)

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        for name, choices in (("campaign", open_campaigns()), ("place", places_below(member))):
            offered = [(str(row.pk), str(row)) for row in choices]
            if len(offered) > 1:
                self.fields[name].choices = [ALL, *offered]
            else:
                del self.fields[name]

    def narrowing(self) -> dict:
        """What ``narrow_work`` takes."""
        self.is_valid()
        values = self.cleaned_data
        return {name: values.get(name, "") for name in ("campaign", "place", "due", "q")}


class TemplateForm(forms.Form):
    """A wording of the tenant."""

    outcome = forms.ChoiceField(
        label="用于",
        choices=[(o, o.label) for o in (Outcome.AGREE, Outcome.RETURN, Outcome.REFUSE)],
        widget=forms.RadioSelect,
    )
    level = forms.ChoiceField(label="层级", required=False)
    text = Line(label="意见", max_length=MOST_TEMPLATE)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [
            ("", "各级都用"), *((level, Role(role).label) for level, role in ROLE_AT.items()),
        ]  # fmt: skip


class PaperForm(forms.Form):
    """How many originals on paper of each document of the notice the office holds."""

    def __init__(self, *args, documents, held: dict[str, int], **kwargs):
        super().__init__(*args, **kwargs)
        for document in documents:
            self.fields[f"copies:{document.code}"] = forms.IntegerField(
                label=f"{document.title}（方案要求 {document.copies} 份）",
                min_value=0,
                max_value=MOST_COPIES,
                required=False,
                initial=held.get(document.code),
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                help_text="收到的原件份数。",
            )

    def copies(self) -> dict[str, int]:
        """Document code → number of copies, of those filled in."""
        return {
            name.partition(":")[2]: number
            for name, number in self.cleaned_data.items()
            if number is not None
        }


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


class VisitPlanForm(forms.Form):
    """One day of visits: which dossiers, when, who."""

    dossiers = forms.MultipleChoiceField(
        error_messages={"required": "请勾选要核查的小区。"}, widget=forms.CheckboxSelectMultiple
    )
    planned_on = forms.DateField(
        label="计划日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    participants = Line(
        label="参加人员",
        max_length=MOST_PARTICIPANTS,
        help_text="写岗位或姓名，用顿号隔开。",
    )

    def __init__(self, *args, dossiers, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = {str(dossier.pk): dossier for dossier in dossiers}
        self.fields["dossiers"].choices = [(pk, d.number) for pk, d in self.offered.items()]

    def values(self) -> dict:
        """What ``plan_site_visits`` takes."""
        chosen = [self.offered[pk] for pk in self.cleaned_data["dossiers"]]
        return self.cleaned_data | {"dossiers": chosen}


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


class FilingReturnForm(forms.Form):
    reason = Text(
        label="退回理由",
        max_length=MOST_RETURN_REASON,
        widget=area(3),
        help_text="写明缺什么、怎么改。",
    )
    again_by = forms.DateField(
        label="请在哪天以前重报",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class FilingForm(forms.Form):
    """``replaces`` is the filing that the page showed as the present one, empty for the first.
    With an outline there is one field per heading (``part0``, …) in place of the text."""

    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = Text(label="内容", required=False, max_length=MOST_TEXT, widget=area(14))
    file = forms.FileField(
        label="文件",
        required=False,
        help_text="盖章的扫描件或文件，图片或 PDF，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )

    def __init__(self, *args, obligation, text: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.outline = obligation.outline
        if not self.outline:
            self.fields["text"].initial = text
            return
        del self.fields["text"]
        for place, answer in enumerate(split_outline(self.outline, text)):
            self.fields[f"part{place}"] = Text(
                label=self.outline[place], required=False, max_length=MOST_TEXT,
                widget=area(5), initial=answer,
            )  # fmt: skip
        self.order_fields(["replaces", *(f"part{n}" for n in range(len(self.outline)))])

    def values(self) -> dict:
        """What ``file_obligation`` takes."""
        cleaned = self.cleaned_data
        text = cleaned.get("text", "")
        if self.outline:
            answers = [cleaned[f"part{place}"] for place in range(len(self.outline))]
            text = joined_outline(self.outline, answers)
        return {"text": text, "file": cleaned["file"], "replaces": cleaned["replaces"]}
