from django import forms

from publications.models import Notice


class NoticeForm(forms.ModelForm):
    class Meta:
        model = Notice
        fields = ["number", "title", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 10, "maxlength": 3000})}
        help_texts = {
            "number": "印在红头下方的文号；没有文号可以留空。",
            "body": "名单由系统附在正文后面，不用在这里填写。",
        }

    body = forms.CharField(
        label="正文",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 10, "maxlength": 3000}),
        help_text="每段一行。名单由系统附在正文后面，不用在这里填写。",
    )


class ObjectionForm(forms.Form):
    """What anybody may send during the notice."""

    dossier = forms.ChoiceField(label="涉及小区", required=False)
    name = forms.CharField(label="姓名", max_length=40)
    contact = forms.CharField(
        label="联系方式",
        max_length=60,
        help_text="手机号码或邮箱，只有主办单位能看到，用于核实和答复。",
    )
    text = forms.CharField(
        label="异议内容",
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 2000}),
        help_text="请写清时间、地点和事实，10 至 2000 字。",
        error_messages={"min_length": "请至少写 10 个字，说明事实。"},
    )

    def __init__(self, *args, entries, **kwargs):
        super().__init__(*args, **kwargs)
        names = [(entry["dossier"], entry["name"]) for entry in entries]
        self.fields["dossier"].choices = [("", "不针对具体小区"), *names]


class ReplyForm(forms.Form):
    """The city's answer to an objection."""

    is_upheld = forms.TypedChoiceField(
        label="结论",
        choices=[("no", "异议不成立，维持名单"), ("yes", "异议成立，从名单中去掉该小区")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reply = forms.CharField(
        label="处理意见",
        min_length=5,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 2000}),
        help_text="写明核实情况和依据。",
        error_messages={"min_length": "请写明核实情况和依据，至少 5 个字。"},
    )
