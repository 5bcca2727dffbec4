"""What an officer asked to be corrected, beside the parts it concerns."""

from reviews.enums import DossierState, Outcome
from reviews.models import Dossier


def last_return(dossier: Dossier):
    """The sign-off that sent the dossier back, while it is being corrected."""
    if dossier.state != DossierState.RETURNED:
        return None
    returns = dossier.sign_offs.filter(outcome=Outcome.RETURN)
    return returns.select_related("organisation").order_by("-signed_at").first()


def flags_on(dossier: Dossier) -> dict[str, str]:
    """part code → what is to be corrected, of the return that is being answered."""
    sign_off = last_return(dossier)
    if sign_off is None:
        return {}
    return {flag["code"]: flag["comment"] or "请补正这一部分。" for flag in sign_off.flags}
