"""The rubric tables of the four notices as .docx and .xlsx, made on the spot.

The wording is our own and short; every mark that an importer has to cope with is as printed:
numbers in cells and in the text, the words that decide the kind, headings split at a page, missing
numbers, evidence that is empty or cut, signs read wrongly. Where the real texts lie beside the
clone, `seed_pages` reads the same tables out of them.
"""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Alignment

from campaigns.services.imports import begin_import

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
SEED_NAMES = {
    "qinhuangdao": "000_1893abbc650e589d.txt",
    "houma": "001_78bbe4153718066a.txt",
    "fujian": "002_664bd77e3318bf6e.txt",
    "jiangmen": "003_21b28927567a19b1.txt",
}

Page = list[list[str]]  # rows of cells; an empty cell in the columns of `MERGED` goes on from above

Q_HEAD = ["工作内容", "分值", "考核标准", "资料项目", "是否符合要求"]
FULL = "资料全面的计 {} 分，资料不全的酌情扣分。"


def _q(section: str, points: str, text: str, evidence: str) -> list[str]:
    return [section, points, text, evidence, ""]


QINHUANGDAO: list[Page] = [
    [
        Q_HEAD,
        _q("1. 党组织健全，作用明显 (10 分)", "3", "1. 社区建党组织，" + FULL.format(3), "公示图片"),
        _q("", "2", "2. 项目部设党组织，" + FULL.format(2), "机构图，党员名单表，先锋岗公示栏图片"),
        _q("", "3", "3. 有党员教育、活动室，" + FULL.format(3), "教育记录、图片、活动室图片等"),
        _q("", "2", "4. 有协调机制，定期开会，" + FULL.format(2), "联席会议制度、会议记录本等"),
        _q("2. 成立业主大会，运行", "3",
           "1. 业委会依法选举备案，或成立自管组织。" + FULL.format(3), "业主委员会备案表"),
    ],
    [
        _q("规范。 (10分)", "2", "2. 任前承诺、失信惩戒。资料全面的计2分，资料不全的酌情扣分。",
           "业主委员会各项制度"),
        _q("", "2", "3. 公开议事规则、规约等。资料全面的计2分，资料不全的酌情扣分。",
           "议事规则、管理规约、资金管理规约和会议决定"),
        _q("", "3", "4. 监管资金和收益。资料全面的计3分，资料不全的酌情扣分。", "信息公开图片"),
        _q("3. 业主、企业及业委会（小区自管组", "1",
           "1. 业委会调解纠纷，计1分，作用不明显不计分。", "会议记录、纠纷调解登记"),
        _q("", "1", "2. 企业履行合同，关系融洽，计1分。资料不会，未", "服务合同、意见处理记录"),
    ],
    [
        _q("织)关系融洽。 (5分)", "3",
           "达到要求不计分。 无较大信访、越级信访,计3分。有过此类事件发生不计分。", "街道证明材料"),
        _q("4. 三方联动机制。 (5分)", "2",
           "1. 纠纷调处、联席会议。资料全面计2分，资料不全酌情扣分。", "各项会议制度、会议记录"),
        _q("", "3", "2. 事务公开，“小纠纷不出小区”。资料全面计3分，资料不全酌情扣分。",
           "信息公开图片，纠纷调解记录"),
        _q("5. 部门职责明确，执", "2", "1. 综合治理体制，“吹哨”“报到”机制。",
           "各项制度、会议记录、活动记录"),
    ],
    [
        _q("示进小区，协作良好。 (5分)", "", "资料全面计2分，资料不全酌情扣分。", ""),
        _q("", "2", "2. 落实物业管理条例。资料全面计2分，资料不全酌情扣分。", "明确职能的相关文件"),
        _q("", "1", "3. 巡查、处置、督办。资料全面计1分，资料不全不计分。", "巡查、执法记录"),
        _q("6. 专业化管理，近1 年无行政处罚，公共收益及公共开支透明", "3",
           "1. 依法进驻，按约履职，计3分。未严格按照法规执行不计分。", "中标通知书、服务合同"),
        _q("", "5", "2. 着装、礼貌、培训。资料全面计5分，资料不全酌情扣分。", "从业人员日常工"),
        _q("", "2", "3. 近一年来无行政处罚记录。计2分，否则不计分。", ""),
        _q("", "3", "4. 收益、开支公开及时。资料全面计3分，资料不全酌情扣分。", ""),
    ],
    [
        _q("公开。 (15分)", "2", "无重大投诉。计2分，否则不计分。", ""),
        _q("7、环境整洁，设施完好，垃圾分类。 (15分)", "2",
           "1. 绿化良好，无毁绿，共计2分，有一处未达规划要求扣0.5分。", "现场图片、绿化养护方案"),
        _q("", "2", "2. 道路、亮化、排水、停车，共计2分。有一处乱贴乱挂、乱停乱放等现象扣0.5分。",
           "现场图片，排水、保洁、车辆秩序维护方案"),
        _q("", "3", "3. 设施按规定保养，共计3分。有一处未按规定检查、保养，甚至损坏的扣0.5分。",
           "设备维护保养方案、保养记录"),
        _q("", "3", "4. 无违建，畅通、标线清楚，共计3分。有一处未按规定执行的扣0.5分。",
           "标线标识现场图片、清理整治方案"),
        _q("", "5", "5. 实施垃圾分类，设施足，外观整治，共计5分。", "回收站图片、投放设施图片"),
    ],
    [
        _q("", "", "有一处未符合要求的扣 0.5 分。", ""),
        _q("8. 收费规范, 收费率不低于 95%, 满意度高. (10) 分", "5",
           "按合同收费，不擅提标准，收费率 95% 以上，计 5 分。资料不全，未达到要求不计分。",
           "前期服务合同、收费帐目及说明"),
        _q("", "5", "2. 满意度高，无责任投诉。资料不全，未达要求不计分。", "满意度调查表, 主管部门证明材料"),
        _q("9. 智慧小区建设。(10 分)", "6",
           "1. 智慧平台、终端，资料全面的计 6 分。资料不全面的酌情扣分。",
           "平台相关资料、终端图片和使用说明"),
        _q("", "4", "家政、养老、代购等，缴费不出小区，" + FULL.format(4), "服务清单、服务记录"),
    ],
    [
        _q("10. 便民设施，文明氛围。 (15分)", "2",
           "1. 增设车棚、充电设施，计2分，车棚未设置扣1分，充电设施未设置扣1分。",
           "建设方案、现场图片资料"),
        _q("", "2", "2. 增设健身设施，计2分，否则不计分。", "建设方案、现场图片资料"),
        _q("", "2", "3. 传统节日活动，资料全面计2份，否则不计分。", "活动方案、现场图片资料"),
        _q("", "4", "4. 暖心服务、办实事，资料全面计4分，否则不计分。", "活动方案、现场图片资料"),
        _q("", "3", "5. “文明家庭”“文明楼院”活动，资料全面计3分，否则不计分。",
           "活动方案、现场图片资料"),
        _q("", "2", "6. 平安小区。法制宣传资料全面计2分，否则不计分。", "宣传资料、条幅等图片资料"),
    ],
]  # fmt: skip


def _numbered(section: str, weight: str, *texts: str) -> Page:
    rows = [[section, f"{n}. {text}", ""] for n, text in enumerate(texts, 1)]
    rows[0][2] = weight
    return [[section if index == 0 else "", *row[1:]] for index, row in enumerate(rows)]


HOUMA: list[Page] = [
    [
        ["指标类别", "指 标 内 容", "分 值"],
        *_numbered("党建引领机制完善", "20%", "街道统一协调、联动执法", "联动机制或联席会议落实",
                   "有党建活动场所，党建联建", "社区党组织领导的协调运行机制", "精神文明活动"),
        *_numbered("业主委员会和物业管理委员会等", "15%", "人选把关，选举业委会，临时行业业主委员会部分职责",
                   "成员中党员占比较高", "定期公布收益、维修资金", "定期开会并报告社区"),
        *_numbered("物业管理服务规范高效", "42%", "企业信用位于全市前 5%",
                   "满意度位于全市前 5%（或投诉位于全市后 5%）", "是否按约服务，收费率 ≥ 95%",
                   "服务水平提升（投诉整改到位）", "车位巡查、保洁，秩序维护是否到位", "服务事项和收益公示",
                   "妥善养护共有部分设施设备", "擅自利用共用部位经营，违规侵占公共收益", "配合充电设施安装情况",
                   "履行移交业务"),
    ],
    [
        ["", "11. 建成骑手友好社区\n12. “物业服务+生活服务”\n13. 对违法违规行为巡查、劝阻、报告到位\n"
             "14. 集中整治中反映的问题均已解决", ""],
        *_numbered("部门 执法 和专 项服 务进 小区", "14%", "公示投诉、咨询电话", "公示供水供电等单位电话",
                   "执法进小区，专业单位进小区", "无占用堵塞通道现象", "电动自行车停放充电规范", "垃圾分类",
                   "文明饲养宠物"),
        *_numbered("安全管理", "9%", "配合联合检查情况（是否查处“飞线充电”等违规行为）",
                   "是否对堵塞通道等违规行为履行发现、报告职责。", "是否开展消防宣传（如：张贴公约）",
                   "是否巡查外墙保温、架空层", "督促电梯维保，故障是否及时维修",
                   "告知装修禁止行为，发现违法违规行为是否制止", "维修资金使用公布"),
        ["加分项", "累计3次及以上进入“红榜”名单（投诉少于10次）", "1%"],
    ],
]  # fmt: skip

J_HEAD = ["序号", "选树项目", "选树内容", "选树权重"]
JIANGMEN: list[Page] = [
    [
        J_HEAD,
        ["一", "党建引领机制完善",
         "1.街道统一协调、联动执法\n2.联动机制或联席会议落实\n3.有党建活动场所\n4.社区党组织领导的协调机制\n"
         "5.精神文明活动，二十大精神 and 社会主义\n6.至少为群众办一件实事", "20%"],
        ["二", "业委会和物管会等运行规范",
         "1.人选把关，选举业委会，临时代行部分职责\n2.成员中党员占比较高", "20%"],
    ],
    [
        ["", "", "3.至少每年公布收益、维修资金", ""],
        ["", "", "4.定期开会并报告社区", ""],
        ["三", "物业管理服务规范高效", "1.满意度位于全县（市、区）前5%或投诉位于全县（市、区）后5%", "40%"],
        *[["", "", text, ""] for text in (
            "2.收费率 ≥ 95%", "3.服务标准和收费公开规范", "4.环境卫生良好", "5.绿化养护良好",
            "6.共有设施设备维护良好", "7.开展“物业服务+生活服务”情况",
            "8.对违法违规行爲，履行劝阻、报告职责的情况")],
        ["四", "部门执法和专项服务进小区", "1.公示投诉、咨询电话", "20%"],
        *[["", "", text, ""] for text in (
            "2.公示供水供电等单位电话", "3.执法进小区，专业单位进小区", "4.无占用堵塞公共和消防通道况",
            "5.电动自行车停放、充电规范", "6.生活垃圾分类情况", "7.小区违规饲养动物情况")],
    ],
]  # fmt: skip

FUJIAN_CLAUSES = [
    "（一）开展条例宣传。", "（二）满意度位于全市前5%（或投诉率位于全市后5%）。", "（三）党组织健全。",
    "（四）组织精神文明活动。", "（五）自治组织运行规范。", "（六）公示电话，执法进小区。",
    "（七）1年内无行政处罚记录。", "（八）环境整洁，垃圾分类。", "（九）符合无障碍要求。",
    "（十）安全管理落实，每月自查。", "（十一）收费率不低于95%。", "（十二）每季度公示公共收益。",
    "（十三）公示牌设在主要出入口。",
]  # fmt: skip

TABLES = {"qinhuangdao": QINHUANGDAO, "houma": HOUMA, "jiangmen": JIANGMEN}
# Columns whose empty cells are one with the cell above, when nothing else says so.
MERGED = {"qinhuangdao": (0,), "houma": (0, 2), "jiangmen": (0, 1, 3)}


def _above(page: Page, row: int, column: int) -> int:
    while row > 0 and not page[row][column]:
        row -= 1
    return row


def as_docx(
    pages: list[Page], merged: tuple[int, ...] = (), *, lines: tuple[str, ...] = ()
) -> bytes:
    """One Word table per page. With `merged`, empty cells of these columns join the one above,
    unless that is the header."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    for number, page in enumerate(pages):
        if number:
            document.add_page_break()
        table = document.add_table(rows=len(page), cols=len(page[0]))
        for row, texts in enumerate(page):
            for column, text in enumerate(texts):
                if text:
                    table.cell(row, column).text = text
        for row, texts in enumerate(page):
            for column in merged:
                top = _above(page, row, column)
                if not texts[column] and page[top][column] and not _is_header(page[top]):
                    table.cell(top, column).merge(table.cell(row, column))
    return _saved(document)


def as_xlsx(pages: list[Page], merged: tuple[int, ...] = ()) -> bytes:
    """All pages on one sheet; numbers and percentages as numbers, as people type them."""
    book = Workbook()
    sheet = book.active
    sheet.title = "评选标准"
    page = [row for part in pages for row in part]
    for row, texts in enumerate(page, 1):
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column)
            if re.fullmatch(r"\d+(\.\d+)?", text):
                cell.value = float(text)
            elif re.fullmatch(r"\d+%", text):
                cell.value, cell.number_format = int(text[:-1]) / 100, "0%"
            else:
                cell.value = text or None
            cell.alignment = Alignment(wrap_text=True)
    for column in merged:
        starts = [row for row, texts in enumerate(page) if texts[column] and not _is_header(texts)]
        for start, end in zip(starts, [*starts[1:], len(page)], strict=True):
            if end - start > 1:
                sheet.merge_cells(
                    start_row=start + 1, end_row=end, start_column=column + 1, end_column=column + 1
                )
    return _saved(book)


def notice_file(notice: str, extension: str, *, is_merged: bool = True) -> bytes:
    """The rubric table of "qinhuangdao", "houma" or "jiangmen"; "fujian" has none."""
    if notice == "fujian":
        return as_docx([], lines=("三、美好家园小区要求", *FUJIAN_CLAUSES))
    merged = MERGED[notice] if is_merged else ()
    make = {"docx": as_docx, "xlsx": as_xlsx}[extension]
    return make(TABLES[notice], merged)


def make_import(notice: str = "qinhuangdao", extension: str = "docx", *, actor):
    """The annex uploaded by a member."""
    upload = SimpleUploadedFile(f"附件2.{extension}", notice_file(notice, extension))
    return begin_import(upload, actor=actor)


def _is_header(row: list[str]) -> bool:
    return row[-1] in ("是否符合要求", "分 值", "选树权重")


def _saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


# ---- the real texts, where they are ----------------------------------------------------------


def seed_pages(notice: str) -> list[Page] | None:
    """The rubric table in the real text of a notice, page by page; None when it is not here.

    The texts have cells between tabs, rows on lines, and a blank line at a page break; a line that
    does not complete a row goes on in the next."""
    path = SEEDS / SEED_NAMES[notice]
    if not path.exists():
        return None
    width = len(TABLES[notice][0][0])
    text = path.read_text("utf-8")
    head = re.search(r"^(工作内容|指标类别|序号)\t", text, re.M)
    lines = text[head.start() :].split("\n")
    pages: list[Page] = [[]]
    row = ""
    for line in lines:
        if re.match(r"得分：|附件|注：", line):
            break
        if not line.strip() and row.count("\t") in (0, width - 1):
            pages[-1] += [row.split("\t")] if row else []
            row = ""
            if pages[-1]:
                pages.append([])
        elif row.count("\t") == width - 1 and line.count("\t"):
            pages[-1].append(row.split("\t"))
            row = line
        else:
            row = f"{row}\n{line}" if row else line
    pages[-1] += [row.split("\t")] if row.strip() else []
    return [[[_plain(cell) for cell in cells] for cells in page] for page in pages if page]


def _plain(cell: str) -> str:
    text = html.unescape(re.sub(r"</p>\s*<p>", "\n", cell))
    return "\n".join(
        line for line in re.sub(r"</?p>", "", text).split("\n") if line.strip()
    ).strip()
