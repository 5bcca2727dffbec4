"""The ports to the outside: mail by SMTP, SMS by an HTTP gateway.

A gateway says how it went in one of three ways: it returns (taken), raises ``NotSent`` (surely not
taken) or ``Unclear`` (perhaps taken: nobody but a person may send it again).
"""

from __future__ import annotations

import http.client
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from messaging.enums import Channel


class NotSent(Exception):
    """``is_final``: sending it again would be refused again."""

    def __init__(self, message: str, *, is_final: bool):
        super().__init__(message)
        self.is_final = is_final


class Unclear(Exception):
    """It may have been taken."""


_REFUSED = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)


def send_mail(*, key: str, address: str, subject: str, text: str) -> None:
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # SMTPException is one
        raise NotSent(f"连不上邮件服务器：{error}", is_final=False) from error
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    headers = {"Message-ID": f"<{key}@{domain}>"}
    message = EmailMessage(subject, text, None, [address], headers=headers, connection=connection)
    try:
        message.send()
    except _REFUSED as error:
        code = getattr(error, "smtp_code", 550)
        is_final = isinstance(error, smtplib.SMTPRecipientsRefused) or code >= 500
        raise NotSent(f"邮件服务器拒收：{error}", is_final=is_final) from error
    except OSError as error:
        raise Unclear(f"发送中与邮件服务器断开：{error}") from error
    finally:
        connection.close()


def send_sms(*, key: str, address: str, subject: str, text: str) -> None:
    """POST ``{id, to, text}`` as JSON to ``SMS_GATEWAY_URL`` with the bearer token. 2xx: taken;
    4xx: refused (429: later); a connection that was never made: not sent; all else is unclear.
    ``Idempotency-Key`` lets a gateway that knows it drop what it has taken before."""
    body = {"id": key, "to": address, "text": f"{settings.SMS_SIGNATURE}{text}"}
    request = urllib.request.Request(
        settings.SMS_GATEWAY_URL,
        json.dumps(body, ensure_ascii=False).encode(),
        {
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
            "Idempotency-Key": key,
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=settings.SMS_TIMEOUT) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            words = f"短信网关回答 {error.code}：{error.read(200).decode(errors='replace')}"
        if 400 <= error.code < 500:
            raise NotSent(words, is_final=error.code != 429) from error
        raise Unclear(words) from error
    except urllib.error.URLError as error:  # refused or no such host: nothing was sent
        if isinstance(error.reason, TimeoutError):
            raise Unclear("短信网关没有及时回答") from error
        raise NotSent(f"连不上短信网关：{error.reason}", is_final=False) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unclear(f"发送中与短信网关断开：{error or type(error).__name__}") from error


SENDERS: dict[str, Callable[..., None]] = {Channel.EMAIL: send_mail, Channel.SMS: send_sms}


def has_sms() -> bool:
    """Whether the installation has an SMS gateway."""
    return bool(settings.SMS_GATEWAY_URL)
