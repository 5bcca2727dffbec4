"""Every component of ``templates/components`` on one page, with invented content."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django import forms
from django.shortcuts import render
from django.views.decorators.http import require_safe

MOMENT = datetime(2023, 8, 28, 14, 32, tzinfo=ZoneInfo("Asia/Shanghai"))


class SampleForm(forms.Form):
    name = forms.CharField(label="小区名称", max_length=60, help_text="与物业服务合同一致。")
    area = forms.DecimalField(label="建筑面积（平方米）", required=False)
    county = forms.ChoiceField(
        label="县区", choices=[("", "请选择"), ("a", "海港区"), ("b", "昌黎县")]
    )
    finished_on = forms.DateField(
        label="交付日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    track = forms.ChoiceField(
        label="申报类别",
        choices=[("p", "专业化物业服务项目"), ("s", "自管小区")],
        widget=forms.RadioSelect,
        help_text="类别决定要填的内容和评分指标。",
    )
    services = forms.MultipleChoiceField(
        label="服务内容",
        choices=[("c", "保洁"), ("g", "绿化"), ("o", "秩序维护")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    summary = forms.CharField(
        label="基本情况",
        max_length=500,
        widget=forms.Textarea,
        help_text="写清小区概况和管理特点。",
    )
    photo = forms.FileField(label="小区外景", required=False)
    pledge = forms.BooleanField(label="我单位承诺所报材料真实。")


class SampleFilter(forms.Form):
    county = forms.ChoiceField(
        label="县区", choices=[("", "全部"), ("a", "海港区")], required=False
    )
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("s", "已提交")], required=False)
    words = forms.CharField(label="名称包含", required=False)


@require_safe
def show(request):
    """The catalogue; needs a membership like every page of the tenant."""
    if "job" in request.GET:
        return render(request, "portal/_catalogue_job.html", {"job": _job("done", "已完成")})
    wrong = SampleForm(
        {"name": "", "county": "a", "summary": "管理规范，环境整洁。" * 52, "services": ["c"]}
    )
    wrong.is_valid()
    return render(
        request,
        "portal/catalogue.html",
        {
            "plain": SampleForm(auto_id="plain_%s"),
            "wrong": wrong,
            "filter": SampleFilter(auto_id="filter_%s"),
            "reason": ReasonForm(auto_id="reason_%s"),
            **_samples(),
        },
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="退回原因", max_length=300, widget=forms.Textarea)


def _samples() -> dict:
    return {
        "moment": MOMENT,
        "words": ["草稿", "已提交", "待街道审核", "退回补正", "已通过", "不适用"],
        "tasks": [
            {"title": "申报表", "status": "已完成", "url": "#task", "hint": "18 项已填 18 项"},
            {
                "title": "佐证材料",
                "status": "填写中",
                "url": "#task",
                "hint": "36 项指标已传 21 项",
            },
            {"title": "典型案例材料", "status": "未开始", "url": "#task"},
            {"title": "提交", "status": "还不能提交", "tone": "muted"},
        ],
        "events": [
            {"title": "申报单位提交", "state": "done", "who": "申报员甲", "at": MOMENT},
            {
                "title": "业主委员会",
                "state": "returned",
                "who": "业委会主任",
                "at": MOMENT,
                "opinion": "收费公示照片不清楚，请补拍。",
            },
            {
                "title": "社区（物业管理委员会）",
                "state": "current",
                "note": "已等待 2 个工作日，限 3 个工作日内办结",
            },
            {"title": "街道（乡镇）", "state": "todo"},
            {"title": "县区住建局", "state": "todo"},
        ],
        "steps": [
            {"title": title, "url": "#step"}
            for title in ("选择小区", "填写申报表", "上传佐证", "自评", "核对提交")
        ],
        "summary": [
            {"label": "小区名称", "value": "荷风苑", "url": "#change"},
            {"label": "物业服务企业", "value": "示例物业服务有限公司", "url": "#change"},
            {"label": "及格线", "value": "80 分", "unstated": True},
            {"label": "典型案例材料", "value": "—", "url": "#change", "error": "还没有填写。"},
        ],
        "cards": [
            {"title": "待办", "value": 12, "unit": "件", "url": "#todo", "tone": "wait"},
            {"title": "已办", "value": 86, "unit": "件", "url": "#done"},
            {"title": "本县区申报", "value": 7, "unit": "个", "hint": "至少 10 个", "tone": "bad"},
            {"title": "已推荐", "value": 3, "unit": "个", "hint": "至少 3 个", "tone": "ok"},
        ],
        "long_columns": [{"label": "小区"}, {"label": "县区"}, {"label": "户数", "numeric": True}],
        "long_rows": [("#a", "荷风苑", "海港区", "820"), ("#b", "和顺家园", "昌黎县", "460")],
        "columns": [
            {"label": "小区"},
            {"label": "县区"},
            {"label": "状态"},
            {"label": "得分", "numeric": True},
        ],
        "rows": [
            [{"value": "荷风苑", "url": "#row"}, "海港区", {"status": "已通过"}, "92.5"],
            [{"value": "滨海花园二期", "url": "#row"}, "北戴河区", {"status": "待县区审核"}, "—"],
        ],
        "evidence": [
            {"url": "#file", "title": "东门入口.jpg", "kind": "图片", "size": 845_000},
            {
                "url": "#file",
                "title": "收费公示栏.pdf",
                "kind": "PDF",
                "size": 2_400_000,
                "note": "2023年6月12日上传",
                "remove_url": "#remove",
            },
        ],
        "funnel": [
            ["已开始", 46],
            ["已提交", 41],
            ["街道已审", 35],
            ["县区已推荐", 28],
            ["专家已评", 28],
        ],
        "counties": [["海港区", 12], ["北戴河区", 6], ["昌黎县", 4], ["青龙满族自治县", 3]],
        "funnel_columns": ["环节", "材料（件）"],
        "county_columns": ["县区", "申报（个）"],
        "expert_columns": ["专家", "最低", "下四分位", "中位", "上四分位", "最高"],
        "pass_line": {"label": "要求", "value": 5},
        "nothing": [],
        "targets": [10, 5, 5, 3],
        "experts": [["专家一", 71, 80, 84, 88, 93], ["专家二", 66, 77, 81, 86, 91]],
        "explained": [
            {"label": "专家一至专家五", "value": "84、86、86.5、88、92"},
            {"label": "去掉最高、最低各一个", "value": "86、86.5、88", "unstated": True},
            {"label": "平均", "value": "86.83", "source": "方案第 2 版，2023年10月31日 09:12 计算"},
        ],
        "jobs": [
            _job("running", "进行中", done=18, total=41),
            _job("done", "已完成", done=41, total=41),
            _job("dead", "未完成", error="字体文件缺失，请联系系统管理员。"),
        ],
        "judged": _score_item(
            "7.3", "公共设施设备运行正常", 3, "0 至 3 分，每档 0.5 分",
            [_buttons("7.3:value", "得分", [(f"{n / 2:g}", f"{n / 2:g}", "") for n in range(7)], "2.5")],
            text="资料不全的酌情扣分。", state="已评 2.5 分", is_marked=True,
        ),
        "whole": _score_item(
            "2.1", "有物业服务合同", 2, "2 分或 0 分",
            [_buttons("2.1:value", "评定", [("true", "达到要求", "2 分"), ("false", "未达到", "0 分")])],
        ),
        "defects": _score_item(
            "8.2", "楼道堆放杂物", 2, "满分 2 分，每处扣 0.5 分，扣到 0 分为止",
            [
                _buttons(
                    "8.2:value", "问题处数",
                    [(str(n), f"{n} 处", f"{2 - n / 2:g} 分") for n in range(5)], "3",
                ),
                {"type": "lines", "name": "8.2:places", "label": "问题点位，每行一处", "value": "二单元三处"},
            ],
            comment="多次通知未整改", note="方案未规定扣到多少为止",
        ),
    }  # fmt: skip


def _score_item(code, title, maximum, words, controls, **more) -> dict:
    item = {"code": code, "title": title, "maximum": maximum, "range": words}
    return item | {"controls": controls, "comment_name": f"{code}:comment"} | more


def _buttons(name, label, options, chosen="") -> dict:
    return {
        "type": "buttons",
        "name": name,
        "label": label,
        "options": [
            {"value": value, "label": text, "hint": hint, "checked": value == chosen}
            for value, text, hint in options
        ],
    }


def _job(state, label, done=0, total=0, error=""):
    return SimpleNamespace(
        label="生成申报表 PDF",
        state=state,
        get_state_display=label,
        progress_done=done,
        progress_total=total,
        error=error,
        finished_at=MOMENT,
    )
