"""The four fonts of printed documents: full OFL faces, fetched and converted at set-up.

Never slices (unicode-range files) and never woff2: WeasyPrint prints wrong characters from the
first and takes minutes for the second.
"""

from functools import cache
from pathlib import Path

from django.conf import settings

FONT_FILES = (
    "NotoSerifSC-Regular.ttf",  # 宋 for the body, in place of the proprietary 仿宋
    "NotoSerifSC-Bold.ttf",  # 小标宋 for titles
    "NotoSansSC-Medium.ttf",  # 黑 for headings of the first level
    "LXGWWenKai-Medium.ttf",  # 楷 for headings of the second level
)
MISSING_GLYPH = "〓"  # the printer's sign for a character that the fonts lack


def font_path(name: str) -> Path:
    """Path of one of FONT_FILES; any other name is a KeyError."""
    if name not in FONT_FILES:
        raise KeyError(name)
    return Path(settings.FONT_DIR) / name


def font_problems() -> list[str]:
    """Chinese sentences on fonts that are missing or cut; empty when PDFs can be made."""
    problems = []
    for name in FONT_FILES:
        path = font_path(name)
        if not path.is_file():
            problems.append(f"缺少字体文件 {path}，请运行 ./dev 重新安装字体。")
        elif path.stat().st_size < 1_000_000 or path.read_bytes()[:4] != b"\x00\x01\x00\x00":
            problems.append(f"字体文件 {path} 不完整，请删除后运行 ./dev 重新安装字体。")
    return problems


@cache
def _covered() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    characters: set[str] = set("\n\r\t\u200b\u00ad\u2060\ufeff")
    for name in FONT_FILES:
        with TTFont(font_path(name), lazy=True) as font:
            characters.update(map(chr, font.getBestCmap()))
    return frozenset(characters)


def printable(text: str) -> str:
    """`text` with every character that no font has replaced by 〓, so that the same document comes
    out everywhere, whatever fonts a machine has besides."""
    missing = set(text) - _covered()
    return text.translate({ord(character): MISSING_GLYPH for character in missing})
