"""Scenes of an estate, drawn with Pillow in a few milliseconds each.

A scene is a sky, a row of houses, the ground and the thing it is about. Every measure is a share of
the picture's height `u`, so that a scene fits any size.
"""

from random import Random

from PIL import Image, ImageDraw

SKIES = (
    ((96, 165, 250), (219, 234, 254)),
    ((56, 132, 214), (198, 226, 247)),
    ((125, 170, 205), (236, 240, 243)),
    ((104, 144, 214), (253, 230, 205)),
)
WALLS = ((236, 221, 200), (222, 205, 188), (214, 222, 228), (240, 230, 214), (205, 186, 170))
ROOFS = ((150, 74, 58), (94, 108, 128), (124, 98, 84))
GREENS = ((52, 130, 70), (72, 152, 84), (96, 168, 92), (40, 110, 66))
CLOTHES = (
    (37, 99, 235),
    (220, 38, 38),
    (22, 163, 74),
    (234, 179, 8),
    (124, 58, 237),
    (71, 85, 105),
)
RED, WOOD, STEEL, DARK = (200, 30, 38), (150, 104, 62), (148, 163, 184), (51, 65, 85)
PAPER = (250, 249, 244)

# Words in a title -> scene; the first that fits.
WORDS = (
    (("党", "先锋", "红色"), "party"),
    (("垃圾", "分类", "回收"), "bins"),
    (("绿化", "花", "草"), "garden"),
    (("充电", "车棚", "电动"), "shed"),
    (("停车", "道路", "亮化", "排水", "消防", "通道", "违建", "秩序"), "road"),
    (("设施", "设备", "电梯", "智慧", "平台", "终端", "监控"), "plant"),
    (("健身", "休闲", "娱", "儿童"), "playground"),
    (("节日", "文娱", "文明", "活动", "平安", "宣传", "法制"), "festival"),
    (("会议", "联席", "协调", "调解", "培训", "议事", "业主大会", "选举", "联动", "执法"), "meeting"),
    (("公开", "公示", "收费", "收益", "制度", "信息", "合同", "承诺"), "board"),
    (("暖心", "实事", "便民", "服务", "满意"), "service"),
)  # fmt: skip


def draw(scene: str, size: tuple[int, int], random: Random) -> Image.Image:
    """The picture of one of SCENES, the same for the same state of `random`."""
    width, height = size
    image = _sky(size, random)
    pen = ImageDraw.Draw(image)
    inside = scene in {"meeting", "plant", "service"}
    (_room if inside else _street)(pen, width, height, random)
    SCENES[scene](pen, width, height, random)
    return image


def _sky(size: tuple[int, int], random: Random) -> Image.Image:
    top, bottom = random.choice(SKIES)
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)
    pen, u = ImageDraw.Draw(image), size[1]
    for _ in range(3):
        x, y, r = random.uniform(0, size[0]), random.uniform(0.04, 0.2) * u, 0.04 * u
        for step in range(4):
            s = r * (1 - abs(step - 1.5) * 0.25)
            pen.ellipse((x + step * r - s, y - s, x + step * r + s, y + s), fill=(248, 250, 252))
    return image


def _street(pen, w, u, random) -> None:
    x = -random.uniform(0, 0.2) * u
    while x < w:
        wide, tall = random.uniform(0.26, 0.4) * u, random.uniform(0.34, 0.52) * u
        _house(pen, x, 0.62 * u - tall, wide, tall, u, random)
        x += wide + random.uniform(0.02, 0.1) * u
    pen.rectangle((0, 0.6 * u, w, u), fill=(148, 178, 118))
    pen.polygon(((0, 0.74 * u), (w, 0.68 * u), (w, u), (0, u)), fill=(196, 199, 201))
    pen.line(((0, 0.74 * u), (w, 0.68 * u)), fill=(226, 228, 228), width=max(2, int(0.012 * u)))
    for _ in range(5):
        _tree(pen, random.uniform(0, w), random.uniform(0.63, 0.69) * u, u, random)


def _house(pen, x, y, wide, tall, u, random) -> None:
    wall = random.choice(WALLS)
    pen.rectangle((x, y, x + wide, y + tall), fill=wall)
    pen.rectangle((x, y - 0.02 * u, x + wide, y), fill=random.choice(ROOFS))
    shade = tuple(part * 9 // 10 for part in wall)
    pen.rectangle((x + wide * 0.88, y, x + wide, y + tall), fill=shade)
    cell_w, cell_h = 0.055 * u, 0.06 * u
    for column in range(int(wide * 0.86 / cell_w)):
        for row in range(int(tall / cell_h)):
            left, top = x + (column + 0.22) * cell_w, y + (row + 0.25) * cell_h
            glass = (255, 236, 179) if random.random() < 0.12 else (116, 146, 172)
            pen.rectangle((left, top, left + cell_w * 0.58, top + cell_h * 0.52), fill=glass)


def _tree(pen, x, y, u, random, scale: float = 1.0) -> None:
    r = 0.05 * u * scale
    pen.rectangle((x - r * 0.14, y - r, x + r * 0.14, y + r * 0.9), fill=(111, 78, 55))
    for _ in range(6):
        cx, cy = x + random.uniform(-0.7, 0.7) * r, y - r * random.uniform(0.9, 2.1)
        s = r * random.uniform(0.55, 0.85)
        pen.ellipse((cx - s, cy - s, cx + s, cy + s), fill=random.choice(GREENS))


def _room(pen, w, u, random) -> None:
    wall = random.choice(((240, 236, 226), (229, 236, 240), (238, 240, 232)))
    pen.rectangle((0, 0, w, 0.68 * u), fill=wall)
    pen.rectangle((0, 0.68 * u, w, u), fill=(196, 176, 150))
    pen.rectangle((0, 0.665 * u, w, 0.685 * u), fill=(170, 150, 126))
    x = random.uniform(0.05, 0.12) * w
    pen.rectangle(
        (x, 0.12 * u, x + 0.3 * u, 0.42 * u), fill=(186, 214, 236), outline=WHITE, width=6
    )
    pen.line(((x + 0.15 * u, 0.12 * u), (x + 0.15 * u, 0.42 * u)), fill=WHITE, width=6)


WHITE = (255, 255, 255)


def _person(pen, x, y, u, random, scale: float = 1.0) -> None:
    """Standing with the feet at y."""
    h, coat = 0.2 * u * scale, random.choice(CLOTHES)
    pen.rectangle((x - h * 0.11, y - h * 0.42, x - h * 0.01, y), fill=DARK)
    pen.rectangle((x + h * 0.01, y - h * 0.42, x + h * 0.11, y), fill=DARK)
    pen.rounded_rectangle(
        (x - h * 0.17, y - h * 0.8, x + h * 0.17, y - h * 0.35), h * 0.08, fill=coat
    )
    pen.ellipse((x - h * 0.1, y - h, x + h * 0.1, y - h * 0.79), fill=(240, 205, 175))
    pen.pieslice(
        (x - h * 0.11, y - h * 1.02, x + h * 0.11, y - h * 0.8), 180, 360, fill=(38, 30, 28)
    )


def _sheet(pen, x, y, wide, tall, random, head=RED) -> None:
    """A printed page on a board: coloured head, lines of text."""
    pen.rectangle((x, y, x + wide, y + tall), fill=PAPER)
    pen.rectangle((x, y, x + wide, y + tall * 0.16), fill=head)
    for number in range(6):
        top = y + tall * (0.25 + number * 0.115)
        end = x + wide * random.uniform(0.6, 0.92)
        pen.line(((x + wide * 0.08, top), (end, top)), fill=(120, 128, 138), width=2)


def _board_on_posts(pen, w, u, random, frame, head) -> None:
    x, y, wide, tall = 0.14 * w, 0.36 * u, 0.72 * w, 0.34 * u
    for post in (x + 0.06 * wide, x + 0.92 * wide):
        pen.rectangle((post, y, post + 0.016 * u, 0.84 * u), fill=STEEL)
    pen.rectangle((x, y, x + wide, y + tall), fill=frame)
    pen.rectangle((x - 0.02 * u, y - 0.035 * u, x + wide + 0.02 * u, y), fill=head)
    cell = wide / 4
    for number in range(4):
        _sheet(
            pen, x + (number + 0.1) * cell, y + 0.08 * tall, cell * 0.8, tall * 0.84, random, head
        )


def gate(pen, w, u, random) -> None:
    left, right, top = 0.22 * w, 0.78 * w, 0.4 * u
    for x in (left, right):
        pen.rectangle((x - 0.035 * u, top, x + 0.035 * u, 0.8 * u), fill=(176, 154, 130))
    pen.rectangle((left - 0.08 * u, top - 0.07 * u, right + 0.08 * u, top), fill=(138, 62, 50))
    pen.rectangle(
        (left + 0.1 * u, top - 0.055 * u, right - 0.1 * u, top - 0.015 * u), fill=(240, 200, 110)
    )
    for number in range(9):
        x = left + (right - left) * (number + 0.5) / 9
        pen.line(((x, 0.62 * u), (x, 0.79 * u)), fill=DARK, width=max(2, int(0.006 * u)))
    pen.line(((left, 0.64 * u), (right, 0.64 * u)), fill=DARK, width=max(2, int(0.01 * u)))
    for x in (0.12, 0.88):
        _tree(pen, x * w, 0.78 * u, u, random, 1.7)


def party(pen, w, u, random) -> None:
    _board_on_posts(pen, w, u, random, (122, 20, 26), RED)
    x, y = 0.5 * w, 0.36 * u
    pen.polygon(((x, y - 0.17 * u), (x + 0.12 * u, y - 0.13 * u), (x, y - 0.09 * u)), fill=RED)
    pen.line(((x, y - 0.17 * u), (x, y)), fill=STEEL, width=max(2, int(0.008 * u)))
    for number in range(3):
        _person(pen, (0.3 + 0.2 * number) * w, 0.89 * u, u, random, 1.0)


def board(pen, w, u, random) -> None:
    _board_on_posts(pen, w, u, random, (30, 80, 150), (29, 78, 216))
    _person(pen, random.uniform(0.3, 0.7) * w, 0.9 * u, u, random, 1.1)


def garden(pen, w, u, random) -> None:
    pen.polygon(((0, 0.7 * u), (w, 0.66 * u), (w, u), (0, u)), fill=(110, 168, 92))
    pen.polygon(
        ((0.4 * w, 0.68 * u), (0.48 * w, 0.68 * u), (0.76 * w, u), (0.3 * w, u)),
        fill=(222, 211, 190),
    )
    for _ in range(140):
        x, y, r = random.uniform(0, w), random.uniform(0.74, 0.98) * u, random.uniform(3, 7)
        if not 0.28 * w < x < 0.72 * w:
            bloom = random.choice(
                ((236, 72, 153), (250, 204, 21), (248, 113, 113), (255, 255, 255))
            )
            pen.ellipse((x - r, y - r, x + r, y + r), fill=bloom)
    for x in (0.08, 0.24, 0.82, 0.94):
        _tree(pen, x * w, random.uniform(0.74, 0.82) * u, u, random, 1.9)


def bins(pen, w, u, random) -> None:
    pen.rectangle((0.08 * w, 0.4 * u, 0.92 * w, 0.44 * u), fill=(71, 85, 105))
    for x in (0.1, 0.9):
        pen.rectangle((x * w - 5, 0.42 * u, x * w + 5, 0.84 * u), fill=STEEL)
    colours = ((37, 99, 235), (22, 163, 74), (220, 38, 38), (100, 116, 139))
    for number, colour in enumerate(colours):
        x, wide = (0.14 + number * 0.19) * w, 0.15 * w
        pen.rounded_rectangle((x, 0.57 * u, x + wide, 0.85 * u), 12, fill=colour)
        pen.rounded_rectangle(
            (x - 6, 0.53 * u, x + wide + 6, 0.59 * u), 8, fill=tuple(c * 4 // 5 for c in colour)
        )
        pen.ellipse(
            (x + wide * 0.34, 0.65 * u, x + wide * 0.66, 0.65 * u + wide * 0.32),
            outline=WHITE,
            width=5,
        )
    _person(pen, 0.93 * w, 0.92 * u, u, random, 1.2)


def shed(pen, w, u, random) -> None:
    pen.polygon(
        ((0.04 * w, 0.44 * u), (0.96 * w, 0.38 * u), (0.96 * w, 0.43 * u), (0.04 * w, 0.49 * u)),
        fill=(59, 130, 196),
    )
    for x in (0.08, 0.36, 0.64, 0.92):
        pen.rectangle((x * w - 5, 0.44 * u, x * w + 5, 0.84 * u), fill=STEEL)
    for number in range(6):
        x, y, r = (0.14 + number * 0.14) * w, 0.8 * u, 0.045 * u
        colour = random.choice(CLOTHES)
        for dx in (-0.06 * u, 0.06 * u):
            pen.ellipse(
                (x + dx - r, y - r, x + dx + r, y + r), outline=DARK, width=max(3, int(0.012 * u))
            )
        pen.polygon(
            (
                (x - 0.06 * u, y),
                (x - 0.02 * u, y - 0.08 * u),
                (x + 0.05 * u, y - 0.07 * u),
                (x + 0.06 * u, y),
            ),
            fill=colour,
        )
        pen.rectangle((x - 0.03 * u, y - 0.1 * u, x + 0.03 * u, y - 0.08 * u), fill=DARK)
        pen.rectangle((x - 0.012 * u, 0.54 * u, x + 0.022 * u, 0.6 * u), fill=(34, 197, 94))


def road(pen, w, u, random) -> None:
    pen.polygon(((0, 0.72 * u), (w, 0.72 * u), (w, u), (0, u)), fill=(92, 99, 108))
    for number in range(7):
        x = (number - 0.5) * w / 6
        pen.line(
            ((x, 0.74 * u), (x - 0.06 * w, 0.86 * u)), fill=WHITE, width=max(3, int(0.008 * u))
        )
    for number in random.sample(range(6), 4):
        x, y, wide = (number + 0.1) * w / 6, 0.77 * u, w / 6 * 0.76
        colour = random.choice((*CLOTHES, WHITE, (203, 213, 225)))
        pen.rounded_rectangle((x, y - 0.045 * u, x + wide, y + 0.03 * u), 14, fill=colour)
        pen.rounded_rectangle(
            (x + wide * 0.2, y - 0.095 * u, x + wide * 0.8, y - 0.03 * u), 12, fill=(148, 178, 200)
        )
        for dx in (0.22, 0.78):
            cx, r = x + wide * dx, 0.022 * u
            pen.ellipse((cx - r, y + 0.01 * u, cx + r, y + 0.01 * u + 2 * r), fill=(20, 20, 24))
    pen.line(((0, 0.9 * u), (w, 0.88 * u)), fill=(250, 204, 21), width=max(4, int(0.012 * u)))


def plant(pen, w, u, random) -> None:
    for number in range(3):
        x = (0.2 + number * 0.24) * w
        pen.rounded_rectangle((x, 0.4 * u, x + 0.16 * w, 0.78 * u), 16, fill=(60, 120, 170))
        pen.rectangle((x + 0.02 * w, 0.45 * u, x + 0.14 * w, 0.54 * u), fill=(30, 41, 59))
        for dot in range(4):
            colour = (34, 197, 94) if random.random() < 0.85 else (250, 204, 21)
            cx = x + (0.035 + dot * 0.03) * w
            pen.ellipse((cx - 7, 0.6 * u - 7, cx + 7, 0.6 * u + 7), fill=colour)
        pen.rectangle((x + 0.06 * w, 0.26 * u, x + 0.1 * w, 0.4 * u), fill=STEEL)
    pen.rectangle((0.12 * w, 0.24 * u, 0.92 * w, 0.28 * u), fill=(180, 60, 50))
    _sheet(pen, 0.86 * w, 0.36 * u, 0.1 * w, 0.22 * u, random, (29, 78, 216))
    _person(pen, 0.12 * w, 0.9 * u, u, random, 1.7)


def playground(pen, w, u, random) -> None:
    pen.polygon(
        ((0.06 * w, 0.76 * u), (0.94 * w, 0.72 * u), (w, 0.97 * u), (0, 0.97 * u)),
        fill=(196, 92, 70),
    )
    line = max(4, int(0.014 * u))
    pen.line(
        ((0.16 * w, 0.86 * u), (0.22 * w, 0.5 * u), (0.4 * w, 0.5 * u), (0.46 * w, 0.86 * u)),
        fill=(37, 99, 235),
        width=line,
    )
    for x in (0.27, 0.34):
        pen.line(((x * w, 0.5 * u), (x * w, 0.72 * u)), fill=DARK, width=3)
        pen.rectangle((x * w - 0.03 * u, 0.72 * u, x * w + 0.03 * u, 0.735 * u), fill=(234, 179, 8))
    pen.line(((0.62 * w, 0.56 * u), (0.62 * w, 0.86 * u)), fill=(22, 163, 74), width=line)
    pen.polygon(
        ((0.62 * w, 0.57 * u), (0.66 * w, 0.57 * u), (0.84 * w, 0.85 * u), (0.79 * w, 0.86 * u)),
        fill=(250, 204, 21),
    )
    for x in (0.12, 0.52, 0.56, 0.9):
        _person(pen, x * w, random.uniform(0.88, 0.93) * u, u, random, random.choice((0.7, 1.0)))


def festival(pen, w, u, random) -> None:
    pen.rectangle((0.12 * w, 0.7 * u, 0.88 * w, 0.8 * u), fill=(160, 110, 70))
    pen.rectangle((0.16 * w, 0.36 * u, 0.84 * w, 0.7 * u), fill=(190, 28, 40))
    pen.rectangle((0.2 * w, 0.41 * u, 0.8 * w, 0.48 * u), fill=(250, 214, 120))
    for number in range(8):
        x, y, r = (0.06 + number * 0.126) * w, (0.3 + 0.02 * (number % 2)) * u, 0.03 * u
        pen.line(((x, 0.25 * u), (x, y)), fill=DARK, width=2)
        pen.ellipse((x - r, y, x + r, y + 1.7 * r), fill=(225, 40, 40))
        pen.rectangle((x - r * 0.3, y + 1.7 * r, x + r * 0.3, y + 2.2 * r), fill=(250, 204, 21))
    for number in range(5):
        _person(pen, (0.26 + number * 0.12) * w, 0.72 * u, u, random, 0.9)
    for number in range(9):
        _person(pen, (0.06 + number * 0.11) * w, 0.96 * u, u, random, 1.0)


def meeting(pen, w, u, random) -> None:
    pen.rectangle((0.36 * w, 0.12 * u, 0.9 * w, 0.2 * u), fill=RED)
    pen.rectangle((0.4 * w, 0.145 * u, 0.86 * w, 0.175 * u), fill=(255, 235, 200))
    _sheet(pen, 0.5 * w, 0.25 * u, 0.26 * w, 0.24 * u, random, (29, 78, 216))
    for number in range(6):
        _person(pen, (0.16 + number * 0.135) * w, 0.84 * u, u, random, 1.4)
    pen.polygon(((0.1 * w, 0.72 * u), (0.9 * w, 0.72 * u), (w, 0.86 * u), (0, 0.86 * u)), fill=WOOD)
    for number in range(6):
        x = (0.14 + number * 0.135) * w
        pen.rectangle((x, 0.76 * u, x + 0.05 * w, 0.79 * u), fill=PAPER)


def service(pen, w, u, random) -> None:
    pen.rectangle((0.4 * w, 0.14 * u, 0.92 * w, 0.22 * u), fill=(29, 78, 216))
    for number in range(3):
        _sheet(pen, (0.44 + number * 0.16) * w, 0.27 * u, 0.12 * w, 0.22 * u, random, (22, 120, 90))
    for x in (0.5, 0.72):
        _person(pen, x * w, 0.8 * u, u, random, 1.5)
    pen.rectangle((0.34 * w, 0.64 * u, 0.96 * w, 0.86 * u), fill=(186, 140, 92))
    pen.rectangle((0.32 * w, 0.62 * u, 0.98 * w, 0.65 * u), fill=(226, 200, 160))
    for x in (0.14, 0.25):
        _person(pen, x * w, 0.95 * u, u, random, 1.7)


SCENES = {
    scene.__name__: scene
    for scene in (
        gate, party, board, garden, bins, shed, road, plant, playground, festival, meeting, service,
    )
}  # fmt: skip
