"""What a service raises when the wish is understood but cannot be granted."""

STALE_PAGE = "页面已过期或被改动，请刷新后再试。"


class Refused(Exception):
    """The act is not possible now. The message is Chinese and says what to do; answered 409."""

    status = 409

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class Conflict(Refused):
    """Somebody else changed or decided the same thing first."""


class TooMany(Refused):
    """A rate limit was reached; answered 429."""

    status = 429
