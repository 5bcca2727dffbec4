"""The forms by which an office decides on many dossiers at once: at a selection, at the decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError

from accounts.confirmation import ConfirmationMixin
from core.forms import Line
from reviews.services.sign_offs import MOST_OPINION
from scoring.enums import DecisionOutcome

OUTCOMES = [(DecisionOutcome.WINNER, "入选"), (DecisionOutcome.NOT_SELECTED, "不入选")]


class OutcomeForm(ConfirmationMixin, forms.Form):
    """One outcome and reason per row (each has a ``dossier``), one opinion for all that are taken."""

    question = "是否入选"  # after the community's name

    opinion = forms.CharField(
        label="入选意见",
        max_length=MOST_OPINION,
        error_messages={"required": "请填写意见。"},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入每个入选小区的办理记录；不入选的写入各自的理由。",
    )

    def __init__(self, *args, rows, request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            pk, name = row.dossier.pk, row.dossier.community.name
            self.fields[f"outcome-{pk}"] = forms.ChoiceField(
                label=f"{name}{self.question}", choices=OUTCOMES, initial=self.proposed(row),
                required=False, widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"reason-{pk}"] = Line(label=f"{name}的理由", required=False)
        self.ask_person(request)

    def proposed(self, row) -> str:
        """The outcome that is chosen beforehand; empty: none."""
        return ""

    def choices(self) -> dict[str, tuple[str, str]]:
        """dossier id → (outcome, reason), as the services take it."""
        return {
            str(row.dossier.pk): (
                self.cleaned_data[f"outcome-{row.dossier.pk}"],
                self.cleaned_data[f"reason-{row.dossier.pk}"],
            )
            for row in self.rows
        }

    @contextmanager
    def beside_rows(self) -> Iterator[None]:
        """Name a service's refusals (dossier id → texts) by the fields of their rows."""
        try:
            yield
        except ValidationError as error:
            if not hasattr(error, "error_dict"):
                raise
            beside = {key: f"outcome-{key}" for key in error.error_dict}
            raise ValidationError(
                {
                    beside[key] if beside[key] in self.fields else key: texts
                    for key, texts in error.error_dict.items()
                }
            ) from error

    @property
    def row_fields(self) -> list[dict]:
        return [
            {
                "row": row,
                "outcome": self[f"outcome-{row.dossier.pk}"],
                "reason": self[f"reason-{row.dossier.pk}"],
            }
            for row in self.rows
        ]


class DecisionForm(OutcomeForm):
    """The city's decision on the rows of a ranking; the rule's proposal is chosen beforehand."""

    question = "的结论"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        opinion = self.fields["opinion"]
        opinion.label = "市住建局意见"
        opinion.help_text = "写入每个入选小区申报表的“市住建局意见”栏；不入选的写入各自的理由。"

    def proposed(self, row) -> str:
        if row.explanation["is_undecided"]:
            return ""
        return DecisionOutcome.WINNER if row.is_proposed else DecisionOutcome.NOT_SELECTED
