"""The dossier of the same community in an earlier campaign, and what a draft has taken from it."""

from __future__ import annotations

from campaigns.definition import Definition
from reviews.models import Dossier
from reviews.selectors.completeness import REGISTRY_TYPES
from reviews.selectors.draft_changes import flat, seen_of

COPIED_PARTS = ("form", "case_report")


def former_dossier(dossier: Dossier) -> Dossier | None:
    """The last submitted one of the same community and applicant in a campaign of an earlier year,
    or of one that was opened earlier."""
    earlier = Dossier.objects.filter(
        community_id=dossier.community_id,
        applicant_id=dossier.applicant_id,
        revision__isnull=False,
        created_at__lt=dossier.created_at,
    ).exclude(campaign_id=dossier.campaign_id)
    related = ("campaign", "version", "revision")
    return earlier.select_related(*related).order_by("-created_at").first()


def usable(dossier: Dossier, former: Dossier) -> dict[str, dict]:
    """part → values of the former content that have the same place in this dossier's definition:
    texts only, for marks, evidence and figures are this year's."""
    definition, content = dossier.version.definition, former.revision.content
    return {
        "form": _form(definition, dossier.track, content["form"]),
        "case_report": _case(definition, content["case_report"]),
    }


def _form(definition: Definition, track: str, values: dict) -> dict:
    found = {}
    for field in definition.fields(track):
        value = values.get(field.code)
        if field.type in REGISTRY_TYPES or field.type not in ("text", "longtext", "choice"):
            continue
        if field.choices and value not in {choice.code for choice in field.choices}:
            continue
        if isinstance(value, str) and value:
            found[field.code] = value
    return found


def _case(definition: Definition, report: dict) -> dict:
    found: dict = {}
    for section in definition.case_sections():
        given = report.get(section.code)
        if section.parts and isinstance(given, dict):
            codes = {part.code for part in section.parts}
            found[section.code] = {code: text for code, text in given.items() if code in codes}
        elif not section.parts and isinstance(given, str):
            found[section.code] = given
    return found


def still_copied(dossier: Dossier, part: str) -> set[str]:
    """Paths of a part whose text is still the one that was taken over."""
    copied = dossier.draft.get("copied", {}).get("places", {}).get(part, {})
    now = seen_of(dossier.draft.get(part, {}))
    return {path for path, digest in copied.items() if now.get(path) == digest}


def count_still_copied(dossier: Dossier) -> int:
    return sum(len(still_copied(dossier, part)) for part in COPIED_PARTS)


def copyable(dossier: Dossier, former: Dossier) -> dict[str, dict[str, str]]:
    """part → path → text of what is still empty in the draft."""
    found = {}
    for part, values in usable(dossier, former).items():
        present = flat(dossier.draft.get(part, {}))
        found[part] = {path: text for path, text in flat(values).items() if path not in present}
    return found
