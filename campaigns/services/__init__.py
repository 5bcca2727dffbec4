from campaigns.services.campaigns import (
    TRANSITIONS,
    add_version,
    archive_campaign,
    close_campaign,
    create_campaign,
    open_campaign,
)
from campaigns.services.editions import derive_campaign, preview_edition, refine_definition

__all__ = [
    "TRANSITIONS",
    "add_version",
    "archive_campaign",
    "close_campaign",
    "create_campaign",
    "derive_campaign",
    "open_campaign",
    "preview_edition",
    "refine_definition",
]
