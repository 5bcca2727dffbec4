"""Choosing the dossiers that take a newer version."""

from __future__ import annotations

from django import forms


class VersionMoveForm(forms.Form):
    """``dossiers``: the ids of those chosen; ``drafts``: all that were never submitted, together."""

    dossiers = forms.MultipleChoiceField(
        label="材料卷", required=False, widget=forms.CheckboxSelectMultiple
    )
    drafts = forms.BooleanField(label="尚未提交的草稿", required=False)
    reason = forms.CharField(
        label="迁移理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="留在每一卷的记录中。",
    )

    def __init__(self, *args, movable, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dossiers"].choices = [(pk, pk) for pk in movable]
