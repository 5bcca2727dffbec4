"""Ask for the papers of a dossier; the worker renders them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core.errors import Refused
from core.jobs import enqueue_job
from core.models import Job
from documents.enums import DocumentKind
from reviews.models import Dossier, SignOff


@transaction.atomic
def request_papers(dossier: Dossier, *, actor, kinds: Iterable[str]) -> Job:
    """Have the papers of the present revision rendered. Asked again with the same signatures it
    is the same job."""
    if dossier.revision_id is None:
        raise Refused("材料还没有提交，提交后才能生成文书。")
    kinds = sorted(str(DocumentKind(kind)) for kind in kinds)
    signed = SignOff.objects.filter(revision_id=dossier.revision_id).count()
    return enqueue_job(
        "reviews.render_papers",
        {"dossier": str(dossier.pk), "revision": str(dossier.revision_id), "kinds": kinds},
        actor=actor,
        label=f"生成 {dossier.number} 的{'、'.join(DocumentKind(kind).label for kind in kinds)}",
        key=f"papers:{dossier.revision_id}:{signed}:{'+'.join(kinds)}",
    )
