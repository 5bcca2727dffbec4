"""The answer of an inspection, and the refusal."""

from dataclasses import dataclass


class InspectionError(Exception):
    """A refused file. The text is a Chinese predicate that follows the file's name in 「」 and says
    what to do, e.g. 「a.jpg」+「是空文件，请重新选择文件上传。」"""


@dataclass(frozen=True)
class Inspection:
    """What was found in an accepted file.

    kind: "image", "pdf" or "video"; extension and media_type describe the rewritten file.
    width, height: pixels as shown (orientation applied). duration: seconds. pages: of a PDF.
    taken_at: ISO 8601 as the camera wrote it, with offset only if it wrote one.
    latitude, longitude: degrees, rounded to 6 places.
    """

    kind: str
    extension: str
    media_type: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    pages: int | None = None
    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    has_thumbnail: bool = False
