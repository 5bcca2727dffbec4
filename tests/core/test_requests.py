"""What a browser would not send is refused or made plain before any view reads it."""

import pytest

from accounts.models import User
from core.pagination import BadToken, _typed
from core.requests import plain_text

SIGN_IN = "/account/sign-in/"


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("小区\x00名称", "小区名称"),
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("缩进\t保留", "缩进\t保留"),
        ("半个\ud800字", "半个字"),
        ("和顺家园🏠", "和顺家园🏠"),
    ],
)
def test_plain_text(given, plain):
    assert plain_text(given) == plain


@pytest.mark.parametrize("path", ["/%00/", "/yunzhou%00/", "/account/sign-in/%00"])
def test_no_address_has_a_nul(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "idna", "rot13", "base64", "gbk"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_encoding_is_refused_in_chinese(client, db, charset, kind):
    body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\r\n--x--\r\n'
    answer = client.generic("POST", SIGN_IN, body, content_type=f"{kind}; charset={charset}")
    assert answer.status_code == 400
    assert "请求有误" in answer.content.decode()


def test_limits_of_a_request_are_named(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
    answer = client.post(SIGN_IN, {"username": "长" * 600_000})
    assert answer.status_code == 400
    assert "最多提交 1 MB 的文字" in answer.content.decode()


def test_a_wrong_method_is_told_on_a_page(client, db):
    user = User.objects.create_user("someone", "correct horse battery staple", name="某人")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/account/sign-out/")
    assert answer.status_code == 405
    assert answer["Allow"]
    assert "不能这样打开" in answer.content.decode()


def test_half_a_character_is_no_page_token():
    with pytest.raises(BadToken):
        _typed(User._meta.get_field("name"), "\ud800")
