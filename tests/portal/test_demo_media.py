"""The demo's pictures, papers and clips are real files, pass the inspection and stay the same."""

from datetime import date, datetime

import pytest

from documents.inspection.entry import inspect_file
from portal.demo import media, scenery


@pytest.fixture
def inspect(tmp_path):
    def run(content, name):
        source = tmp_path / "in"
        source.write_bytes(content)
        return inspect_file(
            source, name=name, declared_type="", allowed={"image", "pdf", "video"},
            target=tmp_path / "out", thumbnail=tmp_path / "small", max_seconds=300,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("scene", scenery.SCENES)
def test_photo_is_real_and_repeatable(inspect, scene):
    options = {"seed": 7, "taken_at": datetime(2023, 9, 5, 10, 20), "place": (39.9353, 119.6001)}
    content = media.photo(scene, "和顺家园现场照片", note="2023年9月5日", **options)
    assert content == media.photo(scene, "和顺家园现场照片", note="2023年9月5日", **options)
    assert content != media.photo(scene, "和顺家园现场照片", **options | {"seed": 8})
    found = inspect(content, "a.jpg")
    assert (found.width, found.height) == media.PHOTO_SIZE
    assert found.taken_at == "2023-09-05T10:20:00"
    assert (found.latitude, found.longitude) == pytest.approx((39.9353, 119.6001), abs=1e-5)


def test_clip_is_real_and_repeatable(inspect):
    content = media.clip("garden", "和顺家园宣传片", seed=1, seconds=2)
    assert content == media.clip("garden", "和顺家园宣传片", seed=1, seconds=2)
    found = inspect(content, "a.mp4")
    assert (found.duration, found.width, found.height) == (2.0, 640, 360)


def test_paper_is_real_and_repeatable(inspect):
    given = {"issuer": "和顺家园业主委员会", "on": date(2023, 9, 1)}
    content = media.paper("小区议事规则", ["为规范议事。"] * 3, **given)
    assert content == media.paper("小区议事规则", ["为规范议事。"] * 3, **given)
    assert inspect(content, "a.pdf").pages == 1


def test_every_scene_has_words_and_every_title_a_scene():
    assert {scene for _, scene in scenery.WORDS} | {"gate"} == set(scenery.SCENES)
    assert media.scene_for("生活垃圾分类") == "bins" and media.scene_for("其他") == "gate"
