"""The tables of the four notices become draft rubrics without hand work; doubts have places."""

from collections import Counter
from decimal import Decimal

import pytest

from campaigns.definition import load_definition, shipped_definitions
from campaigns.definition.rubric import Section
from campaigns.notice_import.entry import read_annex, read_annex_safely
from campaigns.notice_import.takeover import sections_data
from documents.inspection import InspectionError
from tests.factories import notices

FULL_PAGES = [("own", True), ("own", False), ("real", False)]


def read(content: bytes, path, extension: str):
    source = path / f"附件.{extension}"
    source.write_bytes(content)
    return read_annex(source, source.name)


def proposal_of(notice, wording, is_merged, extension, path):
    pages = notices.TABLES[notice] if wording == "own" else notices.seed_pages(notice)
    if pages is None:
        pytest.skip("the real texts of the notices do not lie beside this clone")
    make = {"docx": notices.as_docx, "xlsx": notices.as_xlsx}[extension]
    return read(make(pages, notices.MERGED[notice] if is_merged else ()), path, extension)


def lines(proposal):
    """code → (points, kind, deduction), in order."""
    codes = proposal.codes()
    return {
        codes[item.key]: (item.points, item.kind, item.deduction)
        for section in proposal.sections
        for item in proposal.items_of(section)
    }


variants = pytest.mark.parametrize("wording, is_merged", FULL_PAGES)
extensions = pytest.mark.parametrize("extension", ["docx", "xlsx"])


@extensions
@variants
def test_qinhuangdao_comes_out_as_the_shipped_definition(wording, is_merged, extension, tmp_path):
    proposal = proposal_of("qinhuangdao", wording, is_merged, extension, tmp_path)
    shipped = load_definition(shipped_definitions()["qinhuangdao_2023"])
    wanted = {
        item.code: (item.points, item.kind, getattr(item, "deduction", None))
        for item in shipped.items()
    }
    found = lines(proposal)
    right = [code for code in wanted if found.get(code) == wanted[code]]
    assert len(right) >= 34 and len(found) == 36
    assert sorted(wanted.keys() - set(right)) == []  # in fact all of them
    assert [s.amount for s in proposal.sections] == [s.points for s in shipped.sections()]
    assert Counter(kind for _, kind, _ in found.values()) == {
        "judged": 16, "all_or_nothing": 14, "per_defect": 5, "components": 1,
    }  # fmt: skip
    assert proposal.total() == 100 and proposal.sum_doubts() == {}
    parts = next(item for item in proposal.items if item.kind == "components").components
    assert [(part.title, part.points) for part in parts] == [("车棚", 1), ("充电设施", 1)]


@extensions
@variants
def test_houma_comes_out_by_weights_with_its_bonus_and_its_fault(
    wording, is_merged, extension, tmp_path
):
    proposal = proposal_of("houma", wording, is_merged, extension, tmp_path)
    sections = proposal.sections
    assert [s.amount for s in sections] == [20, 15, 42, 14, 9, 1]
    assert [len(proposal.items_of(s)) for s in sections] == [5, 4, 14, 7, 7, 1]
    assert all(s.is_weight for s in sections) and [s.is_bonus for s in sections] == [False] * 5 + [
        True
    ]
    found = lines(proposal)
    assert {code for code, (_, kind, _) in found.items() if kind == "negative"} == {"3.8"}
    assert Counter(kind for _, kind, _ in found.values()) == {
        "graded": 36, "negative": 1, "bonus": 1,
    }  # fmt: skip
    assert found["B.1"][0] == 1
    assert len(proposal.items[-1].conditions) == 2 and "10次" in proposal.items[-1].conditions[1]
    assert proposal.total() == 100 and proposal.sum_doubts() == {}


@extensions
@variants
def test_jiangmen_comes_out_by_weights(wording, is_merged, extension, tmp_path):
    proposal = proposal_of("jiangmen", wording, is_merged, extension, tmp_path)
    assert [s.amount for s in proposal.sections] == [20, 20, 40, 20]
    assert [len(proposal.items_of(s)) for s in proposal.sections] == [6, 4, 8, 7]
    assert {item.kind for item in proposal.items} == {"graded"} and len(proposal.items) == 25
    assert not any(item.doubts for item in proposal.items)
    assert [s.number for s in proposal.sections] == [1, 2, 3, 4] and proposal.sum_doubts() == {}


@pytest.mark.parametrize("notice, key", [("houma", "houma_2025"), ("jiangmen", "jiangmen_2023")])
def test_weighted_notices_taken_over_score_as_the_shipped_definitions(notice, key, tmp_path):
    proposal = read(notices.notice_file(notice, "docx"), tmp_path, "docx")
    shipped = load_definition(shipped_definitions()[key])
    sections = [Section.model_validate(data) for data in sections_data(proposal)]
    assert [(s.points, s.weight) for s in sections] == [
        (s.points, s.weight) for s in shipped.rubric.sections
    ]
    assert [(i.code, i.kind, i.points) for s in sections for i in s.items] == [
        (i.code, i.kind, i.points) for i in shipped.items()
    ]


def test_fujian_has_no_table_and_is_told_so(tmp_path):
    with pytest.raises(InspectionError, match="没有表格.*13 条.*原则要求"):
        read(notices.notice_file("fujian", "docx"), tmp_path, "docx")


def doubts_of(proposal, code):
    codes = proposal.codes()
    return {codes[i.key] for i in proposal.items for d in i.doubts if d.code == code}


@extensions
def test_doubts_of_qinhuangdao_stand_at_their_rows(extension, tmp_path):
    proposal = read(notices.notice_file("qinhuangdao", extension), tmp_path, extension)
    assert doubts_of(proposal, "number") == {"3.3", "6.5", "8.1", "9.2"}
    assert doubts_of(proposal, "evidence") == {"6.2", "6.3", "6.4", "6.5"}
    assert doubts_of(proposal, "misread") == {"10.3"}
    assert doubts_of(proposal, "split") == {"3.2"}
    places = {str(d.place) for item in proposal.items for d in item.doubts if d.code == "misread"}
    assert places == {"表 7 第 3 行“标准”格" if extension == "docx" else "表 1 第 36 行“标准”格"}


HEAD = ["类别", "分值", "考核标准", "佐证材料"]


def one(*rows, head=HEAD):
    return [[head, *[list(row) for row in rows]]]


def test_points_in_the_cell_and_in_the_text_differ(tmp_path):
    pages = one(
        ("一、环境（5分）", "3", "1. 整洁，计2分，否则不计分。", "图片"),
        ("", "2", "2. 绿化，计2分，否则不计分。", "图片"),
    )
    proposal = read(notices.as_docx(pages, (0,)), tmp_path, "docx")
    (doubt,) = proposal.items[0].doubts
    assert doubt.code == "points" and "3 分" in doubt.message and "2 分" in doubt.message
    assert str(doubt.place) == "表 1 第 2 行“分值”格" and proposal.items[0].points == 3
    assert not proposal.items[1].doubts


def test_items_sum_to_nine_where_the_title_says_ten(tmp_path):
    pages = one(
        ("一、环境（10分）", "5", "1. 整洁，酌情扣分。", "图片"),
        ("", "4", "2. 绿化，酌情扣分。", "图片"),
    )
    proposal = read(notices.as_xlsx(pages), tmp_path, "xlsx")
    assert proposal.sum_doubts() == {
        "s1": "各项合计 9 分，标题印作 10 分",
        "": "分值合计 9 分，通常为 100 分",
    }
    mended = proposal.items[1].model_copy(update={"points": Decimal(5)})
    again = proposal.model_copy(update={"items": (proposal.items[0], mended)})
    assert set(again.sum_doubts()) == {""}


def test_points_only_in_the_text_full_width_and_without_a_column(tmp_path):
    pages = one(
        ("一、环境", "１．整洁（３分），有一处不合格扣０．５分。"),
        ("", "２．绿化（２份），否则不得分。"),
        ("二、安全", "１．缺少巡查扣1分，缺少演练扣1分，满分２分。"),
        head=["项目", "评分标准"],
    )
    proposal = read(notices.as_docx(pages, (0,)), tmp_path, "docx")
    assert lines(proposal) == {
        "1.1": (3, "per_defect", Decimal("0.5")),
        "1.2": (2, "all_or_nothing", None),
        "2.1": (2, "components", None),
    }
    assert doubts_of(proposal, "misread") == {"1.2"}
    assert [(c.title, c.points) for c in proposal.items[2].components] == [("巡查", 1), ("演练", 1)]


@pytest.mark.parametrize(
    "text, kind",
    [
        ("1. 资料全面计5分，资料不全酌情扣分。", "judged"),
        ("1. 达到要求计5分，未达到的不得分。", "all_or_nothing"),
        ("1. 每发现一处积水扣1分，扣完为止。", "per_defect"),
        ("1. 缺台账扣2分，缺预案扣3分。", "components"),
        ("1. 擅自改变共用部位用途。", "negative"),
        ("1. 获国家级表彰另加5分。", "bonus"),
    ],
)
def test_kind_follows_the_wording(text, kind, tmp_path):
    pages = one(("一、甲（5分）", "5", text, "图片"))
    assert read(notices.as_docx(pages), tmp_path, "docx").items[0].kind == kind


@pytest.mark.parametrize(
    "text, words",
    [
        ("1. 工作扎实有效。", "没有说明如何计分"),
        ("1. 收费率每低1个百分点扣1分。", "实测指标"),
        ("1. 缺台账扣4分，缺预案扣3分。", "超过本项"),
    ],
)
def test_kind_that_is_not_clear_is_doubted(text, words, tmp_path):
    pages = one(("一、甲（5分）", "5", text, "图片"))
    (item,) = read(notices.as_docx(pages), tmp_path, "docx").items
    assert item.kind == "judged" and any(words in doubt.message for doubt in item.doubts)


def test_header_printed_again_and_a_section_that_goes_on(tmp_path):
    pages = one(("一、环境（5分）", "3", "1. 整洁，酌情扣分。", "图片")) + [
        [HEAD, ["", "2", "2. 绿化，酌情扣分。", "图片"], ["合计", "5", "", ""]]
    ]
    proposal = read(notices.as_docx(pages), tmp_path, "docx")
    assert lines(proposal) == {"1.1": (3, "judged", None), "1.2": (2, "judged", None)}
    assert proposal.printed_total == 5 and proposal.sum_doubts() == {}


def test_rows_and_missing_points_are_doubted_not_dropped(tmp_path):
    pages = one(
        ("一、环境（9分）", "O5", "1. 整洁，酌情扣分。", "图片"),
        ("", "4", "2. 绿化，酌情扣分。", "图片"),
        ("", "", "3. 保洁，酌情扣分。", "图片"),
        ("", "若干", "4. 照明，酌情扣分。", "图片"),
    )
    proposal = read(notices.as_xlsx(pages), tmp_path, "xlsx")
    assert [item.points for item in proposal.items] == [5, 4, None, None]
    assert doubts_of(proposal, "misread") == {"1.1"}
    assert doubts_of(proposal, "points") == {"1.3", "1.4"}


def test_table_without_a_header_is_read_by_its_content(tmp_path):
    rows = [
        ["环境（6分）", str(n), f"{n}. 小区内的第{n}项工作做得好，酌情扣分。", "现场图片"]
        for n in (1, 2, 3)
    ]
    proposal = read(notices.as_docx([rows]), tmp_path, "docx")
    assert [item.points for item in proposal.items] == [1, 2, 3]
    assert "columns" in {doubt.code for doubt in proposal.doubts}


def test_other_tables_of_the_file_are_named_as_not_read(tmp_path):
    form = [["小区名称", "", "地址", ""], ["物业企业", "", "", ""]]
    pages = [form, *notices.QINHUANGDAO]
    proposal = read(notices.as_docx(pages, lines=("申报表",)), tmp_path, "docx")
    assert len(proposal.items) == 36
    assert [d.message for d in proposal.doubts if d.code == "skipped"] == [
        "表 1（申报表）不是评分表，没有读取"
    ]


def test_printed_text_is_kept_as_it_stands(tmp_path):
    proposal = read(notices.notice_file("qinhuangdao", "docx"), tmp_path, "docx")
    printed = "".join(row[2] for page in notices.QINHUANGDAO for row in page).replace(" ", "")
    for item in proposal.items:
        for line in item.criterion.replace(" ", "").split("。"):
            assert line in printed
    cells = {cell.text for table in proposal.tables for cell in table.cells if cell.text}
    assert cells == {text for page in notices.QINHUANGDAO for row in page for text in row if text}


def test_reading_in_the_child_gives_the_same(tmp_path):
    source = tmp_path / "附件2.docx"
    source.write_bytes(notices.notice_file("houma", "docx"))
    assert read_annex_safely(source, source.name) == read_annex(source, source.name)
    source.write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(InspectionError, match="已损坏"):
        read_annex_safely(source, source.name)


OTHER_LAYOUTS = {
    "rows counted through, two columns of text, a heading without points, bonus, total": (
        [["序号", "考核项目", "考核内容", "分值", "评分标准", "得分"],
         ["1", "管理（20分）", "制度", "10", "制度健全得10分，缺一项扣2分，扣完为止", ""],
         ["2", "", "持证", "10", "未持证每人扣1分", ""],
         ["3", "安全", "消防", "15", "每发现一处损坏扣1分", ""],
         ["4", "", "预案", "5", "无预案不得分", ""],
         ["5", "加分项", "表彰", "5", "省级表彰加5分", ""],
         ["合计", "", "", "40", "", ""]],
        (1,),
        {"1.1": (10, "per_defect", 2), "1.2": (10, "per_defect", 1), "2.1": (15, "per_defect", 1),
         "2.2": (5, "all_or_nothing", None), "B.1": (5, "bonus", None)},
    ),
    "two levels of names, the second with points of its own": (
        [["一级指标", "二级指标", "评价标准", "分值", "佐证材料"],
         ["党建（30分）", "组织（10分）", "建党组织，酌情给分。", "5", "文件"],
         ["", "", "亮身份，酌情给分。", "5", "照片"],
         ["", "作用（20分）", "活动每少一次扣1分。", "20", "记录"]],
        (0, 1),
        {"1.1": (5, "judged", None), "1.2": (5, "judged", None), "1.3": (20, "per_defect", 1)},
    ),
    "a title above, headings as rows, items counted in the same column": (
        [["美好家园评分表", "", "", ""], ["项目", "标准", "分值", "备注"],
         ["一、环境（50分）", "", "", ""], ["1", "路面有一处垃圾扣0.5分", "30", ""],
         ["2", "绿化，酌情扣分", "20", ""], ["二、服务（50分）", "", "", ""],
         ["1", "有投诉不得分", "50", ""], ["总分", "", "100", ""]],
        (),
        {"1.1": (30, "per_defect", Decimal("0.5")), "1.2": (20, "judged", None),
         "2.1": (50, "all_or_nothing", None)},
    ),
    "several items with points in one cell": (
        [["项目", "考核内容及评分标准", "分值"],
         ["环境20分", "(1)清扫，酌情扣分(10分)\n(2)清运，酌情扣分(10分)", "20"],
         ["秩序30分", "①值班，缺岗一次扣2分（15分）", "15"],
         ["", "②停车，否则不得分（15分）", "15"]],
        (0,),
        {"1.1": (10, "judged", None), "1.2": (10, "judged", None),
         "2.1": (15, "per_defect", 2), "2.2": (15, "all_or_nothing", None)},
    ),
}  # fmt: skip


@extensions
@pytest.mark.parametrize("layout", OTHER_LAYOUTS)
def test_other_layouts_that_bureaus_use(layout, extension, tmp_path):
    page, merged, wanted = OTHER_LAYOUTS[layout]
    make = {"docx": notices.as_docx, "xlsx": notices.as_xlsx}[extension]
    assert lines(read(make([page], merged), tmp_path, extension)) == wanted
