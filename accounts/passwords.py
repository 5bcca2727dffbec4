"""Which passwords are refused. Length and guessability only: any character is welcome."""

from __future__ import annotations

import re
import unicodedata

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import User
from core.models import Tenant
from core.tenancy import NoTenant, current_tenant_id

MINIMUM, MAXIMUM = 12, 256
ADVICE = "建议用四五个互不相关的词连成一句，中间可以加空格。"
# What anybody would try on a housing bureau's award system.
OUR_WORDS = {
    "家园评", "家园", "物业", "评选", "美好", "住建局", "住建", "房管局", "小区", "社区", "业委会",
    "密码", "管理员", "jiayuanping", "jiayuan", "wuye", "pingxuan", "meihao", "zhujianju",
    "zhujian", "zhufang", "fangguanju", "fangguan", "xiaoqu", "shequ", "yeweihui", "mima",
    "guanliyuan", "admin", "password", "passwd", "woaini", "iloveyou", "welcome", "letmein",
    "secret", "login", "user", "test",
}  # fmt: skip
ROWS = ("abcdefghijklmnopqrstuvwxyz", "12345678901234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "q1w2e3r4t5y6u7i8o9p0")  # fmt: skip
_LOOKALIKES = str.maketrans("@0$5!134€", "aossileae")
MINIMUM_REST, MINIMUM_DISTINCT = 6, 5


class LengthValidator:
    def validate(self, password, user=None):
        if len(password) < MINIMUM:
            raise ValidationError(
                f"密码至少 {MINIMUM} 个字符，现在是 {len(password)} 个。{ADVICE}", code="short"
            )
        if len(password) > MAXIMUM:
            raise ValidationError(f"密码最多 {MAXIMUM} 个字符，请缩短。", code="long")

    def get_help_text(self):
        return f"至少 {MINIMUM} 个字符，可以用汉字、空格和任何符号。{ADVICE}"


class CommonValidator(CommonPasswordValidator):
    """The list of 20,000 passwords that everybody tries, also with a tail of digits or repeated."""

    def validate(self, password, user=None):
        if len(password) < MINIMUM:
            return  # its length is said already
        for form in _plain_forms(password):
            if form in self.passwords:
                raise ValidationError(
                    f"这个密码太常见，很容易被猜到，请换一个。{ADVICE}", code="common"
                )

    def get_help_text(self):
        return "不能是常见密码。"


class GuessableValidator:
    """Refuses what is left too poor without our words, the person's names, years and rows."""

    def validate(self, password, user=None):
        if len(password) < MINIMUM:
            return
        folded = _fold(password)
        words = OUR_WORDS | set(_words_of(user))
        rest = _without(folded, words)
        plain = folded.translate(_LOOKALIKES)
        if plain != folded:
            rest = min(rest, _without(plain, words), key=len)
        rest = re.sub(r"[\W_]", "", rest)
        if len(rest) < MINIMUM_REST or len(set(rest)) < MINIMUM_DISTINCT:
            raise ValidationError(
                "去掉单位名、登录名、拼音、年份、连续或重复的字符之后，这个密码剩下的内容太少，"
                "容易被猜到，请换一个。",
                code="guessable",
            )

    def get_help_text(self):
        return "不能主要由单位名、登录名、拼音、年份、连续或重复的字符组成。"


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _plain_forms(password: str) -> set[str]:
    """The password, also without digits and signs around it, lookalikes undone, unrepeated."""
    folded = _fold(password)
    start = len(folded) - len(re.sub(r"^[\W\d_]+", "", folded))
    end = len(re.sub(r"[\W\d_]+$", "", folded))
    forms = {folded} | {folded[start:cut] for cut in range(end, len(folded) + 1)}
    forms |= {form.translate(_LOOKALIKES) for form in forms}
    return forms | {re.sub(r"^(.+?)\1+$", r"\1", form) for form in forms}


def _without(text: str, words: set[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    text = re.sub(r"(19|20)\d\d(0?[1-9]|1[0-2])?(0?[1-9]|[12]\d|3[01])?", " ", text)
    text = re.sub(r"(.+?)\1{2,}", r"\1", text)  # abcabcabc counts once
    for row in ROWS:
        for line in (row, row[::-1]):
            text = _without_runs(text, line)
    return text


def _without_runs(text: str, line: str, shortest: int = 4) -> str:
    """Cut out every piece of ``line`` that is at least ``shortest`` long."""
    kept, at = [], 0
    while at < len(text):
        end = at
        while end < len(text) and text[at : end + 1] in line:
            end += 1
        if end - at >= shortest:
            kept.append(" ")
            at = end
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def _words_of(user: User | None):
    """The person's names and those of their tenants, as somebody who knows them would try."""
    texts = []
    tenants = Tenant.objects.none()
    try:
        tenants = Tenant.objects.filter(pk=current_tenant_id())
    except NoTenant:
        if user is not None and user.pk:
            tenants = Tenant.objects.filter(doors__user=user)
    for slug, name in tenants.values_list("slug", "name"):
        texts += [
            slug,
            slug.replace("-", ""),
            name,
            *re.split(r"[省市县区州]|住房和城乡建设局", name),
        ]
    if user is not None:
        texts += [user.username, user.username.split("@")[0], user.name, user.email.split("@")[0]]
    return {folded for text in texts if len(folded := _fold(text).strip()) >= 2}
