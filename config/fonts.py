"""Whole font faces for PDFs, put into var/build/fonts at set-up.

WeasyPrint must never be fed the sliced or woff2 files of web fonts: it prints wrong characters, or
needs minutes. Hence one complete TTF per face; LXGW WenKai comes as woff and is unpacked once.
"""

import shutil
from pathlib import Path

from fontTools.ttLib import TTFont

CLONE = Path(__file__).resolve().parent.parent
PACKAGES = CLONE / "node_modules"
FONTS = CLONE / "var" / "build" / "fonts"
FACES = {
    "NotoSerifSC-Regular.ttf": (
        "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf"
    ),
    "NotoSerifSC-Bold.ttf": "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
    "NotoSansSC-Medium.ttf": "@expo-google-fonts/noto-sans-sc/500Medium/NotoSansSC_500Medium.ttf",
    # The whole font, in spite of "latin" in its name.
    "LXGWWenKai-Medium.ttf": "@fontsource/lxgw-wenkai/files/lxgw-wenkai-latin-500-normal.woff",
}


def build_fonts() -> None:
    """Write every face; a file appears only when it is complete."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for name, source in FACES.items():
        fresh = FONTS / f"{name}.new"
        if source.endswith(".woff"):
            with TTFont(PACKAGES / source) as font:
                font.flavor = None
                font.save(fresh)
        else:
            shutil.copyfile(PACKAGES / source, fresh)
        fresh.replace(FONTS / name)


if __name__ == "__main__":
    build_fonts()
