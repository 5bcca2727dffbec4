"""Forms of signing in, people and tenants."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q

from accounts.enums import OrganisationKind, Role
from accounts.models import Division, Organisation, User
from accounts.passwords import MAXIMUM, MINIMUM
from accounts.selectors import object_words, possible_delegates
from accounts.services.invitations import TAKEN
from core.forms import Line
from core.verbs import VERBS

PASSWORD_HELP = (
    f"至少 {MINIMUM} 个字符，汉字、空格、符号都可以；不要只用单位名、拼音、年份或常见密码。"
)
WRONG = "登录名或密码不正确。请检查后重试；连续 5 次不正确将暂停 15 分钟。"


class PasswordInput(forms.CharField):
    """A password: never stripped, never echoed, pasting allowed."""

    def __init__(self, label, autocomplete, **kwargs):
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        kwargs.setdefault("max_length", MAXIMUM)
        super().__init__(label=label, strip=False, widget=widget, **kwargs)
        self.widget.attrs.pop("maxlength", None)  # a long paste is answered, not cut


class SignInForm(forms.Form):
    username = forms.CharField(
        label="登录名",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = PasswordInput("密码", "current-password", max_length=1024)

    def clean_username(self):
        return User.objects.normalise(self.cleaned_data["username"])


class NewPasswordForm(forms.Form):
    """A new password, typed twice, checked against ``user``'s own words."""

    password = PasswordInput("新密码", "new-password", help_text=PASSWORD_HELP)
    again = PasswordInput("再输入一次新密码", "new-password")

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        password, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if password is None:
            return
        try:
            validate_password(password, self.user)
        except ValidationError as error:
            self.add_error("password", error)
        else:
            if again is not None and again != password:
                self.add_error("again", "两次输入的密码不一样，请重新输入。")


class PasswordChangeForm(NewPasswordForm):
    current = PasswordInput("现在的密码", "current-password", max_length=1024)
    field_order = ["current", "password", "again"]

    def clean_current(self):
        if not self.user.check_password(self.cleaned_data["current"]):
            raise ValidationError("现在的密码不正确，请重新输入。")
        return self.cleaned_data["current"]

    def clean(self):
        super().clean()
        password = self.cleaned_data.get("password")
        if password and password == self.cleaned_data.get("current"):
            self.add_error("password", "新密码和现在的密码一样，请换一个。")


class PasswordResetForm(forms.Form):
    identifier = forms.CharField(
        label="登录名或邮箱",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class NewUserForm(NewPasswordForm):
    """The receiver of an invitation who has no account yet."""

    username = forms.CharField(
        label="登录名",
        max_length=150,
        validators=[
            RegexValidator(
                r"^[\w.@+-]{3,}$", "登录名至少 3 个字符，只能用文字、数字和 @ . + - _，不能有空格。"
            )
        ],
        help_text="手机号、邮箱或自己取的名字，以后用它登录。",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    name = forms.CharField(label="姓名或岗位", max_length=60)
    field_order = ["username", "name", "password", "again"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "密码"
        self.fields["again"].label = "再输入一次密码"

    def clean_username(self):
        username = User.objects.normalise(self.cleaned_data["username"])
        if User.objects.filter(username=username).exists():
            raise ValidationError(TAKEN)
        self.user.username = username
        return username

    def clean_name(self):
        self.user.name = self.cleaned_data["name"]
        return self.cleaned_data["name"]


class CodeForm(forms.Form):
    """The six digits of the second factor."""

    code = forms.CharField(
        label="动态口令",
        help_text="手机上显示的 6 位数字，每 30 秒更换，每个只能用一次。",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def clean_code(self):
        code = self.cleaned_data["code"].replace(" ", "")
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise ValidationError("请输入 6 位数字。")
        return code


class SecondFactorSetupForm(CodeForm):
    secret = forms.CharField(widget=forms.HiddenInput, max_length=500)


class OrganisationChoice(forms.ModelChoiceField):
    def label_from_instance(self, organisation):
        place = f"，{organisation.division.name}" if organisation.division_id else ""
        return f"{organisation.name}（{organisation.get_kind_display()}{place}）"


class InvitationForm(forms.Form):
    name = forms.CharField(label="受邀人姓名或岗位", max_length=60)
    email = forms.EmailField(
        label="邮箱",
        required=False,
        help_text="填写后系统会把链接发到这个邮箱；不填则请自行转交链接。",
    )
    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *Role.choices])
    organisation = OrganisationChoice(
        label="单位", queryset=Organisation.objects.none(), empty_label="请选择"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = (
            Organisation.objects.filter(is_active=True)
            .select_related("division")
            .order_by("kind", "name")
        )


class MemberFilter(forms.Form):
    role = forms.ChoiceField(
        label="角色", required=False, choices=[("", "全部角色"), *Role.choices]
    )
    kind = forms.ChoiceField(
        label="单位类型", required=False, choices=[("", "全部类型"), *OrganisationKind.choices]
    )
    q = forms.CharField(label="姓名、登录名或单位", required=False, max_length=60)

    def narrow(self, members):
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("role"):
            members = members.filter(role=data["role"])
        if data.get("kind"):
            members = members.filter(organisation__kind=data["kind"])
        if data.get("q"):
            members = members.filter(
                Q(user__name__icontains=data["q"])
                | Q(user__username__icontains=data["q"])
                | Q(organisation__name__icontains=data["q"])
            )
        return members


class OrganisationFilter(forms.Form):
    kind = forms.ChoiceField(
        label="类型", required=False, choices=[("", "全部类型"), *OrganisationKind.choices]
    )
    q = forms.CharField(label="名称", required=False, max_length=60)

    def narrow(self, organisations):
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("kind"):
            organisations = organisations.filter(kind=data["kind"])
        if data.get("q"):
            organisations = organisations.filter(name__icontains=data["q"])
        return organisations


class DivisionChoice(forms.ModelChoiceField):
    def label_from_instance(self, division):
        depth = division.path.count("/") - 2
        return f"{'　' * depth}{division.name}"


class OrganisationForm(forms.Form):
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *OrganisationKind.choices])
    name = forms.CharField(label="名称", max_length=100)
    division = DivisionChoice(
        label="所在区划",
        queryset=Division.objects.none(),
        required=False,
        empty_label="全市（不限区划）",
        help_text="审核单位只看得到所在区划以内的申报。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = Division.objects.order_by("path")


class RecordFilter(forms.Form):
    verb = forms.ChoiceField(
        label="事项", required=False, choices=[("", "全部事项"), *VERBS.items()]
    )
    kind = forms.ChoiceField(label="对象", required=False)
    q = forms.CharField(label="经办人或对象编号", required=False, max_length=60)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部对象"), *object_words().items()]

    def narrow(self, records):
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("verb"):
            records = records.filter(verb=data["verb"])
        if data.get("kind"):
            records = records.filter(object_type=data["kind"])
        if data.get("q"):
            records = records.filter(Q(actor__icontains=data["q"]) | Q(object_id=data["q"]))
        return records


class TenantForm(forms.Form):
    name = forms.CharField(label="单位名称", max_length=100)
    slug = forms.CharField(
        label="网址标识",
        max_length=40,
        help_text="用在网址里，如 qinhuangdao；小写字母开头，只能用小写字母、数字和连字符，开通后不能改。",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    requires_second_factor = forms.BooleanField(
        label="工作人员登录须用动态口令（建议保留）", required=False, initial=True
    )
    admin_name = forms.CharField(label="首位系统管理员的姓名或岗位", max_length=60)
    admin_email = forms.EmailField(label="首位系统管理员的邮箱", required=False)


class AdminInvitationForm(forms.Form):
    name = forms.CharField(label="系统管理员的姓名或岗位", max_length=60)
    email = forms.EmailField(label="邮箱", required=False)


class CalendarDayForm(forms.Form):
    """A day that is not what its weekday says."""

    day = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_working = forms.TypedChoiceField(
        label="安排",
        choices=[("no", "放假"), ("yes", "上班（调休）")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    name = Line(label="名称", max_length=40, help_text="例如：国庆节、国庆节调休")


class DelegateChoice(forms.ModelChoiceField):
    def label_from_instance(self, member):
        return f"{member.user.name}（{member.organisation.name}）"


class DelegationForm(forms.Form):
    """Who stands in for ``principal``, from when until when."""

    to = DelegateChoice(
        label="代办人",
        queryset=None,
        empty_label="请选择",
        help_text="同一区划及相邻的审核人员；申报单位、专家、纪检人员不能代办。",
    )
    starts_on = forms.DateField(
        label="从", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label="到（含当天）", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, principal, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = possible_delegates(principal)
