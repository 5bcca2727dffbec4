"""Forms of lists and single acts on a dossier."""

from __future__ import annotations

from django import forms

from communities.selectors import visible_counties
from core.forms import Line, ModelChoice
from documents.enums import MediaKind
from reviews.enums import DossierState
from reviews.models import Evidence
from reviews.selectors.dossiers import applicable_communities, step_choices
from reviews.selectors.evidence import taken_day
from reviews.services.dossiers import tracks_of

ALL = ("", "全部")


class DossierFilter(forms.Form):
    """Narrows the list; a value that is not offered narrows nothing."""

    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *DossierState.choices])
    step = forms.ChoiceField(label="所在环节", required=False)
    county = forms.ChoiceField(label="县区", required=False)
    q = forms.CharField(label="编号或小区名称", required=False, max_length=60)

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [ALL, *step_choices()]
        counties = list(visible_counties(member).values_list("pk", "name"))
        if counties:
            self.fields["county"].choices = [ALL, *((str(pk), name) for pk, name in counties)]
        else:
            del self.fields["county"]

    def narrowing(self) -> dict:
        """What ``filter_dossiers`` takes."""
        self.is_valid()
        values = self.cleaned_data
        return {
            "state": values.get("state", ""),
            "step": values.get("step", ""),
            "county": values.get("county"),
            "search": values.get("q", ""),
        }


class CommunityChoice(ModelChoice):
    def label_from_instance(self, community):
        return f"{community.name}（{community.county.name}，{community.get_kind_display()}）"


class DossierForm(forms.Form):
    """Which community enters, in which track."""

    community = CommunityChoice(
        label="小区",
        queryset=None,
        empty_label="请选择",
        help_text="只列出本单位可以申报、在本次活动中还没有申报的小区。",
        error_messages={
            "required": "请选择要申报的小区。",
            "invalid_choice": "这个小区不能由本单位申报，或已经申报，请重新选择。",
        },
    )
    track = forms.ChoiceField(
        label="申报类别",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择申报类别。"},
    )

    def __init__(self, *args, member, campaign, definition, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = applicable_communities(member, campaign)
        tracks = tracks_of(definition, member.organisation)
        self.fields["track"].choices = [(track.code, track.title) for track in tracks]
        if len(tracks) == 1:
            self.fields["track"].initial = tracks[0].code


class PledgeForm(forms.Form):
    """The last page before submission. ``version`` is the state of the draft that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    pledged = forms.BooleanField(
        error_messages={"required": "请先勾选真实性承诺，再提交。"},
    )

    def __init__(self, *args, pledge, **kwargs):
        super().__init__(*args, **kwargs)
        if pledge is None:
            del self.fields["pledged"]
        else:
            self.fields["pledged"].label = pledge.text
            self.fields["pledged"].required = pledge.required


class CollaboratorForm(forms.Form):
    username = Line(
        label="对方的登录名",
        max_length=150,
        help_text="对方须是本市其它申报单位（如自管组织、小区党组织、分公司）已开通账号的人员。",
        error_messages={"required": "请填写对方的登录名。"},
    )


class EvidenceForm(forms.Form):
    """What is said of one file. ``caption`` is measured by the service, so that too long a one comes
    back as typed. ``pictures``: the other pictures of the slot, for a pair."""

    caption = Line(label="说明", required=False)
    taken_on = forms.DateField(
        label="拍摄日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请按“2023-05-01”的样子填写日期。"},
    )
    before = ModelChoice(
        label="改造之前的照片",
        queryset=None,
        required=False,
        empty_label="没有对比",
        error_messages={"invalid_choice": "所选的照片已经删除，请重新选择。"},
    )

    def __init__(self, *args, piece, pictures, **kwargs):
        day = taken_day(piece)
        initial = {"caption": piece.caption, "taken_on": day, "before": piece.before_id}
        super().__init__(*args, initial=initial, auto_id=f"id_%s-{piece.pk}", **kwargs)
        self.piece = piece
        self.camera_day = None if piece.taken_on else day
        others = [other for other in pictures if other.pk != piece.pk]
        if piece.file.kind != MediaKind.IMAGE or not others:
            del self.fields["before"]
        else:
            field = self.fields["before"]
            field.queryset = Evidence.objects.filter(pk__in=[other.pk for other in others])
            names = [
                (other.pk, f"{other.place}. {other.caption or other.name}") for other in others
            ]
            field.choices = [("", field.empty_label), *names]

    def values(self) -> dict:
        """What ``describe_evidence`` takes; a day that only repeats the camera's is the camera's."""
        day = self.cleaned_data["taken_on"]
        return {
            "caption": self.cleaned_data["caption"],
            "taken_on": None if day == self.camera_day else day,
            "before": self.cleaned_data.get("before"),
        }
