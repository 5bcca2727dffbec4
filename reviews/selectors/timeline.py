"""The way of a dossier, past and to come, for the component ``timeline``."""

from __future__ import annotations

from django.utils import timezone

from campaigns.definition import Definition
from campaigns.definition.route import Step
from reviews.enums import Answer, DossierState, Outcome
from reviews.models import Dossier, SignOff
from reviews.selectors.deadlines import Cutoff, step_cutoff, submission_cutoff
from reviews.selectors.results import result_rows
from reviews.selectors.route import conditions_of

FINAL = {
    DossierState.REFUSED,
    DossierState.WITHDRAWN,
    DossierState.AWARDED,
    DossierState.NOT_AWARDED,
}
SELECTED = {Outcome.AGREE: "入选", Outcome.REFUSE: "未入选"}
_STATE_OF = {
    Outcome.AGREE: "done",
    Outcome.RETURN: "returned",
    Outcome.REFUSE: "refused",
    Outcome.SKIPPED: "skipped",
}


def timeline(dossier: Dossier) -> list[dict]:
    """Events in order: what was submitted and signed (all revisions), where the dossier waits and
    since when, what is still to come. Keys: title, state, label, who, at, opinion, note."""
    definition = dossier.version.definition
    events = []
    signed: dict[int, list[SignOff]] = {}
    rows = dossier.sign_offs.select_related(
        "organisation", "signed_by__user", "signed_by__acts_for__user", "revision"
    ).defer("revision__content")
    standing = set()
    for row in rows.order_by("signed_at", "pk"):
        signed.setdefault(row.revision.number, []).append(row)
        if row.revision_id == dossier.revision_id and not row.superseded_at:
            standing.add(row.step)
    revisions = dossier.revisions.select_related(
        "submitted_by__user", "submitted_by__organisation"
    ).defer("content")
    for revision in revisions.order_by("number"):
        events.append(
            {
                "title": f"提交第 {revision.number} 版",
                "state": "done",
                "label": "已提交",
                "who": revision.submitted_by.label,
                "at": revision.submitted_at,
                "note": f"回执号 {revision.receipt}",
            }
        )
        events += [_signed(definition, row) for row in signed.get(revision.number, [])]
    events.append(_present(dossier))
    events += _to_come(dossier, standing) or _answers(dossier)
    return [event for event in events if event]


def _answers(dossier: Dossier) -> list[dict]:
    """What the levels outside the system decided on an awarded dossier, and what is awaited."""
    events = []
    for row in result_rows(dossier):
        if row.result is None:
            if row.is_due:
                events.append({"title": row.step.title, "state": "todo", "who": row.body})
            break
        is_in = row.result.answer == Answer.SELECTED
        events.append(
            {
                "title": row.step.title,
                "state": "done" if is_in else "refused",
                "label": row.result.get_answer_display(),
                "who": row.body,
                "at": row.result.recorded_at,
                "note": f"{row.result.decided_on}，{row.result.document_number}",
            }
        )
    return events


def waiting_words(dossier: Dossier) -> str:
    """Chinese: who it is waiting for, since when and until when; empty when nobody is."""
    if dossier.state in FINAL:
        return ""
    since = timezone.localtime(dossier.waiting_since)
    words = f"等待{waiting_for_whom(dossier)}，自 {since.month}月{since.day}日 {since:%H:%M} 起"
    cutoff = _cutoff(dossier)
    return f"{words}，应在 {cutoff.words} 前完成" if cutoff.deadline else words


def _cutoff(dossier: Dossier) -> Cutoff:
    """Until when who is waited for has to act; without a deadline where none is set."""
    definition = dossier.version.definition
    if dossier.state in (DossierState.DRAFT, DossierState.RETURNED):
        return submission_cutoff(definition, dossier.campaign, dossier)
    step = definition.step(dossier.step) if dossier.step else None
    return step_cutoff(dossier, step) if step else Cutoff(None, None)


def waiting_for_whom(dossier: Dossier) -> str:
    """Chinese: the body that has to act now; empty when nobody has."""
    if dossier.state in (DossierState.DRAFT, DossierState.RETURNED):
        return f"申报单位（{dossier.applicant.name}）"
    if dossier.state in FINAL or not dossier.step:
        return ""
    return body_of(dossier, dossier.version.definition.step(dossier.step))


def body_of(dossier: Dossier, step: Step) -> str:
    """The body that acts at a step, with the division's name where there is one."""
    definition = dossier.version.definition
    levels = {level.code: level.body for level in definition.levels}
    body = levels.get(step.level, "专家组" if step.level == "expert" else step.title)
    if step.level == "county":
        return f"{dossier.community.county.name}（{body}）"
    return body


def _signed(definition: Definition, row: SignOff) -> dict:
    step = definition.step(row.step)
    event = {
        "title": step.title,
        "state": _STATE_OF[Outcome(row.outcome)],
        "label": SELECTED[row.outcome] if step.type == "selection" else row.get_outcome_display(),
        "at": row.signed_at,
    }
    if row.outcome == Outcome.SKIPPED:
        return event | {"note": row.opinion}
    if row.carried_from_id:
        event["label"] = "沿用原意见"
    if row.target:
        event["label"] = f"退回{definition.step(row.target).title}"
    named = [f"{f['title']}：{f['comment']}" if f["comment"] else f["title"] for f in row.flags]
    note = f"须补正：{'；'.join(named)}" if named else ""
    if row.superseded_at and row.outcome == Outcome.AGREE:
        note = "后来被退回，须重新签署"
    return event | {
        "who": f"{row.organisation.name} {row.signed_by.who}",
        "opinion": row.opinion,
        "note": note,
    }


def _present(dossier: Dossier) -> dict | None:
    if dossier.state == DossierState.DRAFT:
        title, label = "填报申报材料", "填报中"
    elif dossier.state == DossierState.RETURNED:
        title, label = "补正材料", "待补正"
    elif dossier.state in FINAL:
        if dossier.state == DossierState.REFUSED:
            return None  # the refusal itself is the last event
        state = "refused" if dossier.state == DossierState.NOT_AWARDED else "done"
        state = "skipped" if dossier.state == DossierState.WITHDRAWN else state
        label = dossier.get_state_display()
        return {"title": label, "state": state, "label": label, "at": dossier.waiting_since}
    else:
        title = dossier.version.definition.step(dossier.step).title
        label = "正在办理"
    return {
        "title": title,
        "state": "current",
        "label": label,
        "who": waiting_for_whom(dossier),
        "note": waiting_words(dossier),
    }


def _to_come(dossier: Dossier, standing: set[str]) -> list[dict]:
    if dossier.state in FINAL:
        return []
    definition = dossier.version.definition
    steps = definition.steps(dossier.track, conditions_of(dossier.community))
    if dossier.step:
        passed = [step.code for step in definition.route].index(dossier.step)
        later = {step.code for step in definition.route[passed + 1 :]}
        steps = [step for step in steps if step.code in later - standing]
    return [{"title": step.title, "state": "todo", "who": body_of(dossier, step)} for step in steps]
