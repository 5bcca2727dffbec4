"""What an officer asked to be corrected, beside the parts it concerns, and what that opens."""

from __future__ import annotations

from dataclasses import dataclass

from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, SignOff
from reviews.selectors.completeness import completeness
from reviews.selectors.evidence import counts_by_slot, present_evidence
from reviews.selectors.parts import EVERYTHING, SELF_ASSESSMENT, group_of

# group of a part → the lines of the task list on which it is worked
TASKS_OF = {
    "form": {"form"},
    "material": {"materials"},
    "case": {"case_report"},
    "self_assessment": {"self_assessment"},
    "item": {"evidence", "self_assessment"},
}


@dataclass(frozen=True)
class OpenParts:
    """Which parts of a dossier may be changed now; ``None``: all of them."""

    codes: frozenset[str] | None = None

    def opens(self, part: str) -> bool:
        """Whether the part, or for an item its mark or its evidence, may be changed."""
        return self.codes is None or part in self.codes

    def opens_mark(self, item: str) -> bool:
        return self.opens(SELF_ASSESSMENT) or self.opens(item)

    def opens_task(self, task: str) -> bool:
        """Whether a line of the task list (``Task.code``) has something that may be changed."""
        return self.codes is None or any(task in TASKS_OF[group_of(code)] for code in self.codes)


def last_return(dossier: Dossier) -> SignOff | None:
    """The sign-off that sent the dossier back, while it is being corrected."""
    if dossier.state != DossierState.RETURNED:
        return None
    returns = dossier.sign_offs.filter(outcome=Outcome.RETURN, target="")
    return returns.select_related("organisation").order_by("-signed_at").first()


def flags_on(dossier: Dossier) -> dict[str, str]:
    """part code → what is to be corrected, of the return that is being answered."""
    sign_off = last_return(dossier)
    if sign_off is None:
        return {}
    return {flag["code"]: flag["comment"] or "请补正这一部分。" for flag in sign_off.flags}


def open_parts(dossier: Dossier) -> OpenParts:
    """What may be changed while a return is answered: the parts it names, and what is required
    and missing (a newer version of the definition may ask for more). A return that names nothing
    or ``all`` opens everything, and so does a draft that was never sent."""
    sign_off = last_return(dossier)
    codes = {flag["code"] for flag in sign_off.flags} if sign_off else set()
    if not codes or EVERYTHING in codes:
        return OpenParts()
    counts = counts_by_slot(present_evidence(dossier))
    found = completeness(dossier.version.definition, dossier.track, dossier.draft, counts)
    return OpenParts(frozenset(codes | {gap.part for gap in found.blocking}))
