"""Excel columns of the lists."""

from import_export.fields import Field
from import_export.resources import Resource

from core.exports import Label, Plain
from reviews.enums import DossierState


def column(attribute: str, title: str, widget=None) -> Field:
    return Field(attribute=attribute, column_name=title, widget=widget or Plain())


class DossierExport(Resource):
    """Over the rows of the list page: see ``reviews.views.dossiers.ListRow``."""

    number = column("number", "编号")
    community = column("community", "小区")
    county = column("county", "县区")
    applicant = column("applicant", "申报单位")
    track = column("track", "申报类别")
    state = column("state", "状态", Label(DossierState.choices))
    waiting = column("waiting", "等待办理")
    since = column("since", "开始等待")
    days = column("days", "已等天数")
    submitted = column("submitted", "提交时间")
    receipt = column("receipt", "回执号")

    def iter_queryset(self, queryset):
        yield from queryset
