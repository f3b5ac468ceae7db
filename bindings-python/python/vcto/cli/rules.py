"""The commands that change what is proposed, and the rules by which the gate decides."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from typing import Any

import vcto

from .gate import staged_as, tenant, whole
from .given import text_of
from .show import document, line, listed


def amend(options: argparse.Namespace) -> int:
    """Puts a changed proposal in the place of one that is open."""
    client = tenant(options)
    staged = client.amend(whole(client, options.id), _object(options.change), _by(options), options.reason)
    return _staged(options, staged)


def overrides(options: argparse.Namespace) -> int:
    """Lists where people decided otherwise than was proposed."""
    found = tenant(options).overrides()
    if options.json:
        document(found)
        return 0
    for one in found:
        line(one.at, one.proposal, one.kind, one.replacement or "-", one.by.name, one.code or "-", one.reason or "")
    if not found:
        print("nothing was decided otherwise than proposed")
    return 0


def rules(options: argparse.Namespace) -> int:
    """Shows the rules in force."""
    told = tenant(options).rules()
    if options.json:
        document(told)
        return 0
    print("policy")
    for name, value in told.policy.items():
        line(" ", f"{name}:", json.dumps(value, ensure_ascii=False))
    listed("areas", (f"{area.name}  {area.zone}  floor {area.floor}" for area in told.areas), most=len(told.areas))
    listed("approvers", (_approver(one) for one in told.approvers), most=len(told.approvers))
    listed("freezes", (f"{one.name}  {one['from']} to {one.until}  {', '.join(one.areas) or 'all areas'}  {one.reason}" for one in told.freezes))
    for halt in told.halts:
        line("halted", halt.at, f"by {halt.by.name}:", halt.why)
    return 0


def _approver(one: Any) -> str:
    ended = f"revoked {one.revoked_at}" if one.revoked_at else ""
    return "  ".join(filter(None, (one.person, one.party, ", ".join(one.roles), one.key, ended)))


def change_rules(options: argparse.Namespace) -> int:
    """Submits a change of the rules."""
    edit = _object(options.edit) if options.edit else {}
    for name, values in (("revoke_keys", options.revoke_key), ("unfreeze", options.unfreeze)):
        if values:
            edit[name] = [*edit.get(name, []), *values]
    if options.lift_halt:
        edit["lift_halt"] = True
    return _staged(options, tenant(options).change_rules(edit, options.reason, _by(options)))


def halt(options: argparse.Namespace) -> int:
    """Stops every change of a client at once."""
    stopped = tenant(options).halt(_by(options), options.reason)
    if options.json:
        document(stopped)
    else:
        line("halted", stopped.at, f"by {stopped.by.name}:", stopped.why)
        print("nothing starts any more; `vcto change-rules --lift-halt` proposes to go on")
    return 0


def _by(options: argparse.Namespace) -> str | dict[str, Any]:
    return {"type": "person", "name": options.person} if options.person else str(options.by)


def _object(path: pathlib.Path) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for `-`."""
    place = "standard input" if str(path) == "-" else str(path)
    try:
        told = json.loads(sys.stdin.read() if str(path) == "-" else text_of(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise _unread(place, f"is no JSON: {error}") from error
    if not isinstance(told, dict):
        raise _unread(place, "holds no JSON object")
    return told


def _unread(place: str, why: str) -> vcto.InvalidInput:
    told = vcto.InvalidInput(f"{place} {why}")
    told.place = place
    return told


def _staged(options: argparse.Namespace, staged: Any) -> int:
    amendment = staged.amendment
    if options.json:
        told = {"id": staged.id, "level": staged.level, "state": staged_as(staged), "change": staged.change}
        if amendment is not None:
            told |= {"amends": amendment.original, "extent": amendment.extent}
        document(told)
        return 0
    line(staged.id, staged.level, staged_as(staged), staged.change.title)
    if amendment is not None:
        line(f"{amendment.extent} than {amendment.original}, which is over")
    listed("steps", (f"{step.target}  {step.title}" for step in staged.change.steps))
    return 0
