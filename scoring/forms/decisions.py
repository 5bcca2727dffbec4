from __future__ import annotations

from django import forms

from accounts.confirmation import ConfirmationMixin
from reviews.services.sign_offs import MOST_OPINION
from scoring.enums import DecisionOutcome
from scoring.models import RankingRow

OUTCOMES = [(DecisionOutcome.WINNER, "入选"), (DecisionOutcome.NOT_SELECTED, "不入选")]


class DecisionForm(ConfirmationMixin, forms.Form):
    """One outcome and reason per row of the ranking, and the opinion for the city's box."""

    opinion = forms.CharField(
        label="市住建局意见",
        max_length=MOST_OPINION,
        error_messages={"required": "请填写意见。"},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入每个入选小区申报表的“市住建局意见”栏；不入选的写入各自的理由。",
    )

    def __init__(self, *args, rows: list[RankingRow], request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            initial = ""
            if not row.explanation["is_undecided"]:
                initial = (
                    DecisionOutcome.WINNER if row.is_proposed else DecisionOutcome.NOT_SELECTED
                )
            name = row.dossier.community.name
            self.fields[f"outcome-{row.dossier_id}"] = forms.ChoiceField(
                label=f"{name}的结论",
                choices=OUTCOMES,
                initial=initial,
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[f"reason-{row.dossier_id}"] = forms.CharField(
                label=f"{name}的理由", required=False
            )
        self.ask_person(request)

    def choices(self) -> dict[str, tuple[str, str]]:
        """dossier id → (outcome, reason), as ``decide`` takes it."""
        return {
            str(row.dossier_id): (
                self.cleaned_data[f"outcome-{row.dossier_id}"],
                self.cleaned_data[f"reason-{row.dossier_id}"],
            )
            for row in self.rows
        }

    def add_row_errors(self, errors: dict[str, list[str]]) -> None:
        """Put the service's refusals (dossier id → texts) beside their rows."""
        for key, texts in errors.items():
            name = f"outcome-{key}"
            self.add_error(
                name if name in self.fields else key if key in self.fields else None, texts
            )

    @property
    def row_fields(self) -> list[dict]:
        return [
            {
                "row": row,
                "outcome": self[f"outcome-{row.dossier_id}"],
                "reason": self[f"reason-{row.dossier_id}"],
            }
            for row in self.rows
        ]
