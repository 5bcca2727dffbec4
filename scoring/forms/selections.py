from __future__ import annotations

from django import forms

from accounts.confirmation import ConfirmationMixin
from reviews.services.sign_offs import MOST_OPINION
from scoring.forms.decisions import OUTCOMES
from scoring.selectors.selections import Entrant


class SelectionForm(ConfirmationMixin, forms.Form):
    """One outcome and reason per dossier that waits, and the opinion for those that are picked."""

    opinion = forms.CharField(
        label="入选意见",
        max_length=MOST_OPINION,
        error_messages={"required": "请填写意见。"},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入每个入选小区的办理记录；不入选的写入各自的理由。",
    )

    def __init__(self, *args, rows: list[Entrant], request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            pk, name = row.dossier.pk, row.dossier.community.name
            self.fields[f"outcome-{pk}"] = forms.ChoiceField(
                label=f"{name}是否入选", choices=OUTCOMES, required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"reason-{pk}"] = forms.CharField(label=f"{name}的理由", required=False)
        self.ask_person(request)

    def choices(self) -> dict[str, tuple[str, str]]:
        """dossier id → (outcome, reason), as ``select_dossiers`` takes it."""
        return {
            str(row.dossier.pk): (
                self.cleaned_data[f"outcome-{row.dossier.pk}"],
                self.cleaned_data[f"reason-{row.dossier.pk}"],
            )
            for row in self.rows
        }

    def add_row_errors(self, errors: dict[str, list[str]]) -> None:
        """Put the service's refusals (dossier id → texts) beside their rows."""
        for key, texts in errors.items():
            name = f"outcome-{key}"
            self.add_error(name if name in self.fields else None, texts)

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
