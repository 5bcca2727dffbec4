from campaigns.services.campaigns import (
    TRANSITIONS,
    add_version,
    archive_campaign,
    close_campaign,
    create_campaign,
    open_campaign,
)

__all__ = [
    "TRANSITIONS",
    "add_version",
    "archive_campaign",
    "close_campaign",
    "create_campaign",
    "open_campaign",
]
