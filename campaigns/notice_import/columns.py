"""Which column of a table says what."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.notice_import.marks import amount_in_cell, normal
from campaigns.notice_import.tables import Table

HEADER_ROWS = 6  # a header stands within the first rows that hold something
LONGEST_HEADING = 14

WORDS = {
    "section": (
        "工作内容", "指标类别", "评价类别", "考核类别", "评选类别", "选树项目", "评选项目", "评价项目",
        "考核项目", "考评项目", "评分项目", "测评项目", "检查项目", "一级指标", "类别", "项目", "模块",
        "大类", "板块",
    ),
    "number": ("序号", "编号", "号"),
    "points": ("分值", "标准分", "标准分值", "分数", "满分", "权重", "选树权重", "分值权重", "配分",
               "基本分", "基础分", "总分", "分值(分)", "权重(%)"),
    "criterion": (
        "考核标准", "评选标准", "评分标准", "评价标准", "考评标准", "计分标准", "选树标准", "指标内容",
        "选树内容", "考核内容", "评价内容", "考评内容", "评选内容", "评分细则", "考核细则", "评分办法",
        "计分办法", "评分方法", "考核要求", "具体要求", "标准", "内容", "细则", "要求", "二级指标",
        "三级指标", "评分说明", "扣分标准", "指标", "评价指标", "考核指标",
    ),
    "evidence": ("资料项目", "佐证材料", "佐证资料", "证明材料", "材料清单", "所需材料", "资料清单", "资料",
                 "材料", "依据", "评价依据", "考核依据", "印证材料", "检查资料", "备查资料", "申报材料"),
    "ignored": ("是否符合要求", "得分", "自评分", "自评得分", "考核得分", "评分", "备注", "检查结果",
                "扣分", "扣分原因", "考评得分", "专家评分", "说明"),
}  # fmt: skip
GROUPS = ("二级指标", "三级指标", "评价要点", "考核要点", "子项目", "小项")
INSIDE = {  # what a longer heading contains, in this order
    "ignored": ("得分", "自评", "备注", "扣分原因", "结果", "签"),
    "points": ("分值", "权重", "标准分", "满分", "配分"),
    "evidence": ("材料", "资料", "依据"),
    "criterion": ("标准", "内容", "细则", "办法", "要求"),
    "section": ("类别", "项目", "模块", "一级指标"),
}
ROLE_OF = {word: role for role, words in WORDS.items() for word in words}


@dataclass(frozen=True)
class Columns:
    """column → role; `header_rows` at the top say so. `is_guessed`: there was no header."""

    roles: dict[int, str]
    header_rows: int = 0
    is_guessed: bool = False

    def having(self, role: str) -> list[int]:
        return [column for column, its in sorted(self.roles.items()) if its == role]


def read_columns(table: Table) -> Columns | None:
    """From the header of the table; None when it has none that speaks of a rubric."""
    filled = sorted({cell.row for cell in table.cells if cell.text.strip()})
    for row in filled[:HEADER_ROWS]:
        roles = header_roles(table, row)
        if roles:
            return Columns(roles, header_rows=row + 1)
    return None


def header_roles(table: Table, row: int) -> dict[int, str]:
    """The roles that a row names when it is a header of a rubric, else nothing."""
    roles: dict[int, str] = {}
    words: dict[int, str] = {}
    for cell in table.starting(row):
        word = normal(cell.text)
        role = _role(word)
        if role and cell.columns < table.width:
            for column in range(cell.column, cell.column + cell.columns):
                roles[column], words[column] = role, word
    if (
        "section" not in roles.values()
    ):  # “考核项目 | 考核内容 | …” has one; “考核内容 | 考核标准” not
        texts = [column for column, role in sorted(roles.items()) if role == "criterion"]
        if len(texts) > 1 and words[texts[0]] != words[texts[1]]:
            roles = {c: "section" if words[c] == words[texts[0]] else r for c, r in roles.items()}
    elif "criterion" not in roles.values():  # “项目 | 工作内容 | 分值”
        texts = [column for column, role in sorted(roles.items()) if role == "section"]
        if len({words[column] for column in texts}) > 1:
            roles[texts[-1]] = "criterion"
    texts = [column for column, role in roles.items() if role == "criterion"]
    if len({words[column] for column in texts}) > 1:  # “一级 | 二级 | 标准”: the middle is a name
        roles |= {column: "group" for column in texts if words[column] in GROUPS}
    named = set(roles.values()) - {"ignored"}
    if "criterion" in named and named & {"points", "section", "number"}:
        return roles
    return {}


def _role(word: str) -> str | None:
    if not word or len(word) > LONGEST_HEADING:
        return None
    if word in ROLE_OF:
        return ROLE_OF[word]
    bare = word.split("(")[0]
    inside = (role for role, words in INSIDE.items() if any(part in bare for part in words))
    return ROLE_OF.get(bare) or next(inside, None)


def guess_columns(table: Table) -> Columns | None:
    """Without a header: the column of numbers is the points, the longest text the criterion."""
    texts: dict[int, list[str]] = {}
    for cell in table.cells:
        if cell.columns == 1 and cell.text.strip():
            texts.setdefault(cell.column, []).append(cell.text)
    numeric = [
        column
        for column, found in texts.items()
        if len(found) >= 3 and sum(amount_in_cell(t) is not None for t in found) >= 0.8 * len(found)
    ]
    wordy = {
        column: sum(map(len, found)) / len(found)
        for column, found in texts.items()
        if column not in numeric
    }
    if not numeric or not wordy:
        return None
    criterion = max(wordy, key=lambda column: wordy[column])
    if wordy[criterion] < 8:
        return None
    points = _points_column(numeric, texts)
    roles = {points: "points", criterion: "criterion"}
    for column in sorted(texts):
        if column in roles:
            continue
        if column in numeric:
            roles[column] = "number" if column < criterion else "ignored"
        elif column < criterion:
            roles[column] = "section"
        elif "evidence" not in roles.values():
            roles[column] = "evidence"
    return Columns(roles, is_guessed=True)


def _points_column(numeric: list[int], texts: dict[int, list[str]]) -> int:
    """Of several numeric columns the one that does not just count 1, 2, 3 …"""
    for column in numeric:
        values = [amount.value for text in texts[column] if (amount := amount_in_cell(text))]
        if values != sorted(set(values)):
            return column
    return numeric[-1]
