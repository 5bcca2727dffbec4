"""工作台: the first page of everybody in a tenant."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from portal.selectors.campaigns import countdowns
from portal.workbench import bench_of
from portal.workbench.pieces import Desk


@require_safe
def home(request):
    """What waits for the member, what it has done and started, and the open campaigns."""
    moment = clock.now()
    desk = Desk(request.tenant, request.member, moment, countdowns(moment))
    return render(request, "portal/home.html", {"desk": desk, "bench": bench_of(desk)})
