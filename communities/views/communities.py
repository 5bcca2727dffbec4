"""Pages of communities: list, export, detail, register, change."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from communities.exports import CommunityExport
from communities.forms import CommunityFilter, CommunityForm
from communities.permissions import can_create_community, can_edit_community, can_record_fact
from communities.selectors import (
    KIND_LABELS,
    current_facts,
    filter_communities,
    history_of,
    list_rows,
    metric_title,
    visible_communities,
)
from communities.services import create_community, set_owners_committee, update_community
from core.answers import answer_once
from core.exports import xlsx_answer
from core.forms import add_errors
from core.pagination import PARAMETER, count_up_to, page_of

ORDER = ("code",)
COLUMNS = [
    {"label": "小区名称"},
    {"label": "编码"},
    {"label": "类别"},
    {"label": "县区"},
    {"label": "所属社区"},
    {"label": "管理单位"},
    {"label": "户数", "numeric": True},
]


@require_safe
def community_list(request):
    """Everybody with communities: those the member sees, narrowed, fifty at a time."""
    return render(request, "communities/community_list.html", listed(request))


def listed(request) -> dict:
    """What ``_community_list.html`` shows: filters, count, one page of rows."""
    form = CommunityFilter(request.GET, member=request.member)
    narrowing = form.narrowing()
    communities = filter_communities(visible_communities(request.member), **narrowing)
    page = page_of(request, list_rows(communities), order=ORDER)
    parameters = request.GET.copy()
    parameters.pop(PARAMETER, None)
    base = reverse("communities:community_list", args=[request.tenant.slug])
    return {
        "form": form,
        "page": page,
        "count": count_up_to(communities),
        "columns": COLUMNS,
        "rows": [_cells(row, base) for row in page.rows],
        "is_narrowed": any(narrowing.values()),
        "can_create": can_create_community(request.member),
        "export_url": f"{base}export/?{parameters.urlencode()}",
    }


def _cells(row, base: str) -> tuple:
    """A row of the list for ``long_table``: its address, then a text per column."""
    return (
        f"{base}{row.pk}/",
        row.name,
        row.code,
        KIND_LABELS[row.kind],
        row.county_name,
        row.division_name,
        row.manager_name or "—",
        "—" if row.households is None else str(row.households),
    )


@require_safe
def community_export(request):
    """The same list as an Excel file."""
    form = CommunityFilter(request.GET, member=request.member)
    communities = filter_communities(visible_communities(request.member), **form.narrowing())
    return xlsx_answer(CommunityExport(), list_rows(communities).order_by(*ORDER), "小区名单")


def _load(request, pk):
    related = (
        "division__parent", "county", "managed_by", "owners_committee", "management_committee",
        "party_branch",
    )  # fmt: skip
    return get_object_or_404(visible_communities(request.member).select_related(*related), pk=pk)


@require_safe
def community_detail(request, pk):
    """Who sees the community: what is registered, measured facts, history."""
    community = _load(request, pk)
    facts = [
        {
            "title": metric_title(fact.metric),
            "value": fact.text if fact.value is None else f"{fact.value.normalize():f}{fact.unit}",
            "fact": fact,
        }
        for fact in current_facts(community)
    ]
    context = {
        "community": community,
        "rows": _registered(community),
        "facts": facts,
        "history": history_of(community),
        "can_edit": can_edit_community(request.member, community),
        "can_record": can_record_fact(request.member, community),
    }
    return render(request, "communities/community_detail.html", context)


def _registered(community) -> list[dict]:
    area, street = community.floor_area, community.division.parent
    values = (
        ("小区编码", community.code),
        ("地址", community.address),
        ("县区", community.county.name),
        ("所属社区", f"{street.name} {community.division.name}" if street else community.division),
        ("小区类别", community.get_kind_display()),
        ("管理单位", community.managed_by.name if community.managed_by else "未登记"),
        ("业委会", community.owners_committee.name if community.owners_committee else "无"),
        *(
            (label, body.name)
            for label, body in (
                ("物管会", community.management_committee),
                ("小区党组织", community.party_branch),
            )
            if body
        ),
        ("建筑面积", "未登记" if area is None else f"{area:,.2f} ㎡"),
        ("户数", "未登记" if community.households is None else f"{community.households} 户"),
        ("建成年份", "未登记" if community.built_year is None else f"{community.built_year} 年"),
    )
    return [{"label": label, "value": str(value)} for label, value in values]


@require_http_methods(["GET", "HEAD", "POST"])
def community_create(request):
    """County officers for their county, city officers, administrators."""
    if not can_create_community(request.member):
        raise PermissionDenied
    form = CommunityForm(request.POST or None, member=request.member)

    def act():
        community = create_community(actor=request.member, **form.cleaned_data)
        messages.success(request, f"已登记小区“{community.name}”。")
        return _detail_url(request, community)

    return _filled(request, form, act, "登记小区")


@require_http_methods(["GET", "HEAD", "POST"])
def community_update(request, pk):
    """The same people, for a community of theirs."""
    community = _load(request, pk)
    if not can_edit_community(request.member, community):
        raise PermissionDenied
    names = list(CommunityForm.base_fields)
    initial = {name: getattr(community, name) for name in names}
    for name in (
        "division",
        "managed_by",
        "owners_committee",
        "management_committee",
        "party_branch",
    ):
        initial[name] = initial[name].pk if initial[name] else None
    form = CommunityForm(request.POST or None, member=request.member, initial=initial)

    def act():
        changes = dict(form.cleaned_data)
        committee = changes.pop("owners_committee")
        update_community(community, actor=request.member, **changes)
        set_owners_committee(community, actor=request.member, organisation=committee)
        messages.success(request, "已保存。")
        return _detail_url(request, community)

    return _filled(request, form, act, f"修改登记：{community.name}", community)


def _filled(request, form, act, title, community=None):
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(answer_once(request, act))
        except ValidationError as error:
            add_errors(form, error)
    slug = request.tenant.slug
    back = (
        _detail_url(request, community)
        if community
        else reverse("communities:community_list", args=[slug])
    )
    context = {"form": form, "title": title, "back": back}
    return render(request, "communities/community_form.html", context)


def _detail_url(request, community) -> str:
    return reverse("communities:community_detail", args=[request.tenant.slug, community.pk])
