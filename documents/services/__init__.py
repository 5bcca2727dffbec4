"""Every write of files and documents."""

from documents.services.files import check_announced, receive_upload, store_file, turn_picture
from documents.services.rendered import (
    CODE_ALPHABET,
    Draft,
    create_rendered_document,
    keep_document,
    new_code,
    preview_document,
    render_document,
    verification_url,
)
from documents.services.uploads import (
    SWEEP,
    discard_upload,
    open_upload,
    receive_piece,
    received_file,
    sweep_uploads,
)

__all__ = [
    "CODE_ALPHABET",
    "SWEEP",
    "Draft",
    "check_announced",
    "create_rendered_document",
    "discard_upload",
    "keep_document",
    "new_code",
    "open_upload",
    "preview_document",
    "receive_piece",
    "receive_upload",
    "received_file",
    "render_document",
    "store_file",
    "sweep_uploads",
    "turn_picture",
    "verification_url",
]
