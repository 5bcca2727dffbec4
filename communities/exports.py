"""Excel columns of the lists."""

from import_export.fields import Field
from import_export.resources import Resource

from communities.enums import CommunityKind
from core.exports import Label, Plain


def column(attribute: str, title: str, widget=None) -> Field:
    return Field(attribute=attribute, column_name=title, widget=widget or Plain())


class CommunityExport(Resource):
    """Over the named tuples of ``list_rows``."""

    code = column("code", "小区编码")
    name = column("name", "小区名称")
    kind = column("kind", "小区类别", Label(CommunityKind.choices))
    county = column("county_name", "县区")
    division = column("division_name", "所属社区")
    manager = column("manager_name", "管理单位")
    households = column("households", "户数")
    floor_area = column("floor_area", "建筑面积（㎡）")
