"""The commands that take a change through the gate, and those that prove what happened."""

from __future__ import annotations

import argparse
import re
from typing import Any

import vcto

from .given import text_of
from .show import document, line, listed, progress

_PROPOSED = 0x0110
"""The type of the entry that records a proposal, as docs/formats/gate-records.md lists it."""

_WHOLE_ID = re.compile("p-[0-9a-f]{20}")

_CANDIDATES = 5
"""At most so many ids are named where several begin alike."""


def tenant(options: argparse.Namespace) -> vcto.Tenant:
    """The client that the options name, or the only one."""
    if not options.practice.is_dir():
        raise vcto.NotFound(f"there is no practice in {options.practice}: `vcto init` begins one, --practice names another")
    practice = _practice(options)
    if options.tenant:
        return practice.tenant(options.tenant)
    names = practice.tenants()
    if len(names) != 1:
        raise vcto.InvalidInput(f"the practice has {len(names)} clients; name one with --tenant: {', '.join(names) or 'none yet'}")
    return practice.tenant(names[0])


def _practice(options: argparse.Namespace) -> vcto.Practice:
    practice = vcto.open(options.practice, operator=options.operator, accept_missing_mark=options.accept_missing_mark)
    practice.register(vcto.WorkOrders(options.work_orders))
    return practice


def _resume(options: argparse.Namespace) -> Any:
    client = tenant(options)
    return client.resume(whole(client, options.id))


def whole(client: vcto.Tenant, text: str) -> str:
    """The id that the text begins, of all proposals that there ever were: also those that are over."""
    if _WHOLE_ID.fullmatch(text):
        return text
    found = [id for id in _proposed(client) if id.startswith(text)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise vcto.NotFound(f"no proposal has an id that begins with {text!r} (`vcto pending` lists those that wait)")
    listed_ids = ", ".join(found[:_CANDIDATES]) + (f" and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else "")
    raise vcto.Ambiguous(f"{len(found)} proposals have an id that begins with {text!r}: {listed_ids} (write more of the id)")


def _proposed(client: vcto.Tenant) -> list[str]:
    """The ids of all proposals, in their order."""
    entries = client.ledger.entries(types=[_PROPOSED])
    return [entry.payload["record"]["proposal"] for entry in entries if entry.payload is not None]


def init(options: argparse.Namespace) -> int:
    """Begins a client."""
    approvers = text_of(options.approvers)
    client = _practice(options).create_tenant(options.name, region=options.region, approvers=approvers)
    key = client.ledger.verifier_key
    if options.json:
        document({"tenant": client.name, "region": client.region, "origin": client.ledger.origin, "verifier_key": key})
    else:
        line(client.name, client.region, client.ledger.origin)
        line("keep this key elsewhere, to verify the ledger with it:", key)
    return 0


def pending(options: argparse.Namespace) -> int:
    """Lists what waits."""
    waiting = tenant(options).pending()
    if options.json:
        document(waiting)
        return 0
    for proposal in waiting:
        approvals = f"{len(proposal.approved_by)} of {proposal.approvals_needed}" if proposal.approvals_needed else "-"
        line(proposal.id, proposal.level, proposal.state, approvals, f"until {proposal.expires_at}", proposal.title)
        if proposal.stuck:
            line("", "waits in vain:", proposal.stuck)
    if not waiting:
        print("nothing waits")
    return 0


def show(options: argparse.Namespace) -> int:
    """Shows one proposal."""
    value = _resume(options)
    told = {"id": value.id, "state": staged_as(value), "change": value.change}
    for key in ("level", "why", "expires_at", "steps", "outcome"):
        if hasattr(value, key):
            told[key] = getattr(value, key)
    if isinstance(value, vcto.Finished) and value.execution is not None:
        told |= {"status": value.execution.status, "steps": value.execution.steps}
    if options.json:
        document(told)
        return 0
    change = value.change
    line(value.id, told.get("level", ""), told["state"], told.get("status", told.get("outcome", "")))
    line(change.title)
    line("why:", change.reason)
    listed("steps", (f"{step.target}  {step.title}" for step in change.steps))
    listed("level", (f"{band.level}  {band.axis}: {band.why}" for band in told.get("why", [])))
    listed("so far", (f"{step.state}  {step.title}  {step.receipt or ''} {step.note or ''}" for step in told.get("steps", [])))
    if "expires_at" in told:
        line("until", told["expires_at"])
    return 0


def staged_as(value: object) -> str:
    return {
        "Approved": "approved",
        "Finished": "finished",
        "InDoubt": "in doubt",
        "StagedApproval": "waits for approval",
        "StagedAutomatic": "may run",
        "StagedHumanOnly": "for humans only",
        "StagedNotify": "may run, owes a review",
    }.get(type(value).__name__, type(value).__name__)


def approve(options: argparse.Namespace) -> int:
    """Signs an approval."""
    return _decide(options, "approve", not_before=options.not_before, not_after=options.not_after)


def reject(options: argparse.Namespace) -> int:
    """Signs a rejection."""
    return _decide(options, "reject")


def _decide(options: argparse.Namespace, verdict: str, **window: str | None) -> int:
    staged = _resume(options)
    if not isinstance(staged, vcto.StagedApproval):
        raise vcto.Denied(f"{staged.id} takes no decision: {staged_as(staged)}")
    text = staged.decision(options.person, verdict, reason=options.reason, role=options.role, **window)
    result = staged.decide(text, vcto.SshKeygen(options.key)(text))
    told: dict[str, Any] = {"id": result.id, "state": type(result).__name__.lower()}
    if isinstance(result, vcto.Waiting):
        told["approvals"] = result.approvals
    if options.json:
        document(told)
    elif isinstance(result, vcto.Waiting):
        line(result.id, f"waits: {len(result.approvals.given)} of {result.approvals.needed} approvals")
    else:
        line(result.id, told["state"])
    return 0


def execute(options: argparse.Namespace) -> int:
    """Carries out what may run."""
    value = _resume(options)
    if isinstance(value, vcto.StagedAutomatic | vcto.StagedNotify):
        value = value.authorize()
    if not isinstance(value, vcto.Approved):
        raise vcto.Denied(f"{value.id} may not run: {staged_as(value)}")
    return _told(options, value.execute())


def run_due(options: argparse.Namespace) -> int:
    """Carries out what was approved for a window that has begun."""
    if not options.practice.is_dir():
        raise vcto.NotFound(f"there is no practice in {options.practice}: `vcto init` begins one, --practice names another")
    practice = _practice(options)
    report = practice.tenant(options.tenant).run_due() if options.tenant else practice.run_due()
    if options.json:
        document(report)
    else:
        for worked in report.executed:
            line(worked.proposal, worked.tenant, worked.status)
        for refused in report.refused:
            line(refused.proposal or "-", refused.tenant, "not started:", refused.text)
        for missed in report.missed:
            line(missed.proposal, missed.tenant, f"missed its window, which ended {missed.end}")
        for stuck in report.stuck:
            line(stuck.proposal, stuck.tenant, "waits in vain:", stuck.why)
        line("next:", report.next or "no window is known")
    return 0 if report.is_quiet else 1


def rollback(options: argparse.Namespace) -> int:
    """Stages the way back: a proposal like any other."""
    value = _resume(options)
    execution = value.execution if isinstance(value, vcto.Finished) else None
    if execution is None:
        raise vcto.Denied(f"{value.id} has nothing to take back: {staged_as(value)}")
    staged = execution.rollback()
    if options.json:
        document({"id": staged.id, "level": staged.level, "state": staged_as(staged), "change": staged.change})
    else:
        line(staged.id, staged.level, staged_as(staged), staged.change.title)
    return 0


def _told(options: argparse.Namespace, execution: vcto.Execution) -> int:
    if options.json:
        document({"id": execution.id, "status": execution.status, "steps": execution.steps})
    else:
        line(execution.id, execution.status)
        for step in execution.steps:
            line(" ", step.state, step.title, step.receipt or "", step.note or "")
    return 0 if execution.came_about else 1


def verify(options: argparse.Namespace) -> int:
    """Verifies; ends with the number of the first verdict that is a failure."""
    checkpoint = text_of(options.checkpoint) if options.checkpoint else None
    kept = {"key": options.key, "checkpoint": checkpoint, "headers_only": options.headers_only, "progress": progress}
    if options.proof:
        told = vcto.verify_bundle(options.proof, **kept)
    else:
        told = tenant(options).ledger.verify(**kept)
    if options.json:
        document(told)
    else:
        for question in ("integrity", "authenticity", "completeness", "freshness", "erasure", "policy"):
            line(f"{question:<13}", told[question])
        line(f"{'entries':<13}", told.size)
        listed("problems", (f"{problem.verdict}: {problem.text}" for problem in told.problems))
    return told.exit_code


def prove(options: argparse.Namespace) -> int:
    """Writes the proof."""
    proved = tenant(options).prove(options.folder)
    if options.json:
        document(proved)
    else:
        line(f"{proved.decisions} signed decisions; check without vcto:", f"sh {options.folder / 'verify.sh'}")
        print("keep this checkpoint elsewhere, it tells whether something is cut off later:")
        print(proved.checkpoint, end="")
    return 0


def rotate_key(options: argparse.Namespace) -> int:
    """Hands over to a new signing key."""
    name = tenant(options).name
    key = _practice(options).rotate_tenant_key(name)
    if options.json:
        document({"tenant": name, "key": key})
    else:
        print("give this key to those who verify; whoever has an earlier one can follow:")
        line(key)
    return 0
