"""Form of a county's order of recommendation."""

from __future__ import annotations

from django import forms


class OrderForm(forms.Form):
    """A number per dossier; ``token`` is the order that the page showed."""

    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, order, **kwargs):
        super().__init__(*args, initial={"token": order.token}, **kwargs)
        self.dossiers = [dossier for _, dossier in order.rows]
        for place, dossier in order.rows:
            self.fields[f"place:{dossier.pk}"] = forms.IntegerField(
                label=f"{dossier.community.name}的次序",
                min_value=1,
                max_value=9999,
                initial=place,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={"required": "请填写次序。"},
            )

    @property
    def rows(self) -> list[dict]:
        return [{"dossier": d, "place": self[f"place:{d.pk}"]} for d in self.dossiers]

    def places(self) -> dict:
        """Dossier id → number."""
        return {d.pk: self.cleaned_data[f"place:{d.pk}"] for d in self.dossiers}
