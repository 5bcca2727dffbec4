"""Forms of the import from a notice's annex."""

from __future__ import annotations

import re
from decimal import Decimal

from django import forms

from campaigns.notice_import.proposal import Component, Proposal, ProposedItem, ProposedSection
from campaigns.notice_import.takeover import TAKEN_KINDS
from campaigns.rubric import KINDS, show

PART = re.compile(r"^(.+?)[\s,，:：]+(\d{1,4}(?:\.\d{1,2})?)\s*分?$")
NEW_DRAFT = "new"


class AnnexForm(forms.Form):
    annex = forms.FileField(
        label="方案附件",
        help_text="含评选标准表的 .docx 或 .xlsx 文件，不超过 10 MB。"
        "文件只用于读取表格，不会保存；PDF、图片请先转为 Word 或 Excel。",
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.xlsx"}),
        error_messages={
            "required": "请选择要读取的附件。",
            "empty": "是空文件（0 字节），请重新选择文件上传。",
        },
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ItemForm(forms.Form):
    """One row of the draft. Lists are written one per line."""

    was = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label="指标名称", max_length=120)
    section = forms.ChoiceField(label="所属类别")
    points = forms.DecimalField(
        label="分值", required=False, min_value=Decimal("0.0001"), max_value=1000,
        max_digits=8, decimal_places=4, help_text="类别只有权重的，这里留空。",
    )  # fmt: skip
    kind = forms.ChoiceField(label="计分方式")
    deduction = forms.DecimalField(
        label="每处扣分", required=False, min_value=Decimal("0.0001"), max_value=1000,
        max_digits=8, decimal_places=4, help_text="计分方式为“逐处扣分”时填写。",
    )  # fmt: skip
    components = forms.CharField(
        label="分项和缺少时扣分", required=False, max_length=2000, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="计分方式为“分项设施”时填写，每行一项，名称后空格写扣分，如：自行车停车棚 1",
    )  # fmt: skip
    conditions = forms.CharField(
        label="加分条件", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="计分方式为“加分”时填写，每行一个条件，须同时符合。",
    )  # fmt: skip
    criterion = forms.CharField(
        label="考核标准", required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}), help_text="按方案原文。",
    )  # fmt: skip
    evidence = forms.CharField(
        label="佐证材料", required=False, max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}), help_text="每行一种材料。",
    )  # fmt: skip

    def __init__(self, *args, proposal: Proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [
            (section.key, f"{number}. {section.title}")
            for number, section in enumerate(proposal.sections, 1)
        ]
        self.fields["kind"].choices = [(kind, KINDS[kind].kind_title) for kind in TAKEN_KINDS]

    @staticmethod
    def initial_of(item: ProposedItem, was: str) -> dict:
        """What the row says now."""
        return {
            "was": was,
            "title": item.title,
            "section": item.section,
            "points": None if item.points is None else show(item.points),
            "kind": item.kind,
            "deduction": None if item.deduction is None else show(item.deduction),
            "components": "\n".join(
                f"{part.title} {show(part.points)}" for part in item.components
            ),
            "conditions": "\n".join(item.conditions),
            "criterion": item.criterion,
            "evidence": "\n".join(item.evidence),
        }

    def clean_components(self):
        parts = []
        for line in _lines(self.cleaned_data["components"]):
            found = PART.match(line)
            if not found or Decimal(found[2]) <= 0:
                raise forms.ValidationError(
                    f"“{line[:30]}”没有写明扣几分，请在名称后空格写扣分，如：自行车停车棚 1"
                )
            parts.append(Component(title=found[1].strip()[:120], points=Decimal(found[2])))
        return tuple(parts)

    def clean_conditions(self):
        return self._short_lines("conditions", "条件")

    def clean_evidence(self):
        return self._short_lines("evidence", "材料")

    def _short_lines(self, name: str, what: str) -> tuple[str, ...]:
        found = _lines(self.cleaned_data[name])
        if long := [line for line in found if len(line) > 120]:
            raise forms.ValidationError(f"“{long[0][:30]}…”过长，每个{what}至多 120 字。")
        return tuple(found)

    def clean(self):
        """What a kind needs is asked for; what it does not use is kept aside, not thrown away."""
        values = super().clean()
        needs = {
            "per_defect": ("deduction", "请填写每处扣几分。"),
            "components": ("components", "请写明各分项和缺少时扣的分。"),
            "bonus": ("conditions", "请写明加分条件。"),
        }
        field, message = needs.get(values.get("kind"), ("", ""))
        if field and not values.get(field) and field not in self.errors:
            self.add_error(field, message)
        return values

    def values(self) -> dict:
        """The values of the row, without the mark of what was seen."""
        return {name: value for name, value in self.cleaned_data.items() if name != "was"}


class SectionForm(forms.Form):
    was = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label="类别名称", max_length=120)
    amount = forms.DecimalField(
        label="分值或权重", required=False, min_value=Decimal("0.0001"), max_value=1000,
        max_digits=8, decimal_places=4,
    )  # fmt: skip

    def __init__(self, *args, section: ProposedSection, **kwargs):
        super().__init__(*args, **kwargs)
        if section.is_weight:
            self.fields["amount"].label = "权重（%）"
            self.fields["amount"].required = True
        else:
            self.fields["amount"].label = "分值"
            self.fields["amount"].help_text = "标题上印的分值；没有印的留空，按各项合计。"

    @staticmethod
    def initial_of(section: ProposedSection, was: str) -> dict:
        amount = None if section.amount is None else show(section.amount)
        return {"was": was, "title": section.title, "amount": amount}

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("title", "amount")}


class TakeOverForm(forms.Form):
    """Into which draft; the rubric that stands there is replaced."""

    draft = forms.ChoiceField(
        label="写入哪一份草稿",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择写入哪一份草稿。"},
    )
    title = forms.CharField(
        label="新草稿的名称", required=False, max_length=120, help_text="选择“新建一份草稿”时使用。"
    )

    def __init__(self, *args, drafts, **kwargs):
        super().__init__(*args, **kwargs)
        self.drafts = {str(draft.pk): draft for draft in drafts}
        self.fields["draft"].choices = [
            (NEW_DRAFT, "新建一份草稿"),
            *(
                (pk, f"{draft.title}（原有的评选标准将被替换）")
                for pk, draft in self.drafts.items()
            ),
        ]
        self.fields["draft"].initial = NEW_DRAFT

    def chosen(self):
        """The draft, or None for a new one."""
        return self.drafts.get(self.cleaned_data["draft"])
