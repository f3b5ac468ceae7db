"""The commands and their options."""

from __future__ import annotations

import argparse
import datetime
import os
import pathlib
from collections.abc import Callable

from .. import __version__
from . import gate, review, rules

_DESCRIPTION = """\
Reviews a client's estate, tells what breaks what, and takes changes through a human gate.

  vcto review ninjaone/ facts.csv relations.csv --infer --prices prices.csv --fiscal-year-start 4 --out out
  vcto what-if ninjaone/ facts.csv --infer --fails FW-LDS-01
  vcto init halden --approvers allowed_signers
  vcto review ninjaone/ facts.csv --record --stage 1,2
  vcto pending
  vcto approve p-3f20 --as alice --key ~/.ssh/id_ed25519
  vcto execute p-3f20
  vcto prove proof
"""

_EXITS = """\
exit codes:
  0  done
  1  refused by the gate, or not carried out
  2  wrong usage
  3  failed: the message says why
  10 and above  the ledger does not verify: see `vcto verify --help`
environment:
  VCTO_PRACTICE, VCTO_TENANT, VCTO_WORK_ORDERS  stand for --practice, --tenant, --work-orders
"""

_VERDICTS = """\
exit codes, by the first verdict that is a failure:
  0   none is; unanchored, self_signed, headers_only and not_checked are no failures
  10  integrity: an entry, payload or tile is not the one that was written
  11  authenticity: the expected key did not sign this
  12  completeness: the ledger is shorter than, or forked from, what was seen elsewhere; also where it is refused for that at open
  13  freshness: the last entry is older than the limit
  15  policy: something happened that the rules of the gate do not allow
  2, 3  wrong usage; the ledger could not be verified, the message says why
"""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="vcto", description=_DESCRIPTION, epilog=_EXITS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"vcto {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _review(commands)
    _what_if(commands)
    _gate(commands)
    _rules(commands)
    _ledger(commands)
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *parents: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    made = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        parents=list(parents),
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    made.set_defaults(run=run, misused=made.error)
    return made


def _inputs() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("input", nargs="+", help="files or folders that describe one client; several are merged")
    made.add_argument("--format", help="the format of the first input, where its content does not tell")
    made.add_argument("--scope", help="the organization to read, where an export holds several")
    made.add_argument("--infer", action="store_true", help="also infer relations that nobody recorded: soft, each with its why, until somebody decides in inferred.csv")
    return made


def _practice() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("--practice", type=pathlib.Path, default=os.environ.get("VCTO_PRACTICE", "practice"), help="folder of the practice (default: practice)")
    made.add_argument("--tenant", default=os.environ.get("VCTO_TENANT"), help="the client (default: the only one)")
    made.add_argument("--work-orders", type=pathlib.Path, default=os.environ.get("VCTO_WORK_ORDERS", "work-orders"), help="folder of work orders (default: work-orders)")
    made.add_argument("--accept-missing-mark", action="append", metavar="NAME", help="open the ledger of this tenant although its high-water mark is missing, once it was compared with something that was kept elsewhere; `anchor/REGION` names an anchor log; it is recorded")
    made.add_argument("--operator", help="the service that runs this, recorded with what it executes")
    return made


def _proposal() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("id", help="the proposal, or so much of its id that only one begins with it")
    return made


def _review(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _command(commands, "review", review.run, "review an estate: what is wrong, what is due, what is unknown", _inputs(), _practice())
    made.add_argument("--as-of", type=_day, default=datetime.date.today(), metavar="DAY", help="judge as of this day, YYYY-MM-DD (default: today)")
    made.add_argument("--waivers", type=pathlib.Path, metavar="FILE", help="findings that were accepted for a time: a waivers.csv")
    made.add_argument("--out", type=pathlib.Path, metavar="DIR", help="also leave here the review, the page for the client, the sheet of questions, the sheet of what was inferred, and the budget")
    made.add_argument("--client", metavar="NAME", help="the name of the client, for the page")
    made.add_argument("--prices", type=pathlib.Path, metavar="FILE", help="a price list, for a budget of replacements, upgrades and renewals")
    made.add_argument("--fiscal-year-start", type=int, default=1, choices=range(1, 13), metavar="MONTH", help="month in which the fiscal year of the budget begins, 1 to 12 (default: 1)")
    made.add_argument("--record", action="store_true", help="record the review in the ledger of the client")
    made.add_argument("--stage", metavar="RANKS", help="record it, and submit these recommendations: `all`, or ranks such as 1,2")
    made.add_argument("--by", default="vcto-cli", metavar="SERVICE", help="who proposes them (default: vcto-cli)")


def _what_if(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _command(commands, "what-if", review.what_if, "tell what stops when assets fail, and what nobody knows", _inputs())
    made.add_argument("--fails", action="append", required=True, metavar="ASSET", help="an asset, by id or name; may be given several times")


def _gate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _command(commands, "init", gate.init, "begin a client, with those who may approve", _practice())
    made.add_argument("name", help="the client")
    made.add_argument("--region", default="eu", help="where its data belongs (default: eu)")
    made.add_argument("--approvers", type=pathlib.Path, required=True, metavar="FILE", help="an allowed_signers file; the principal is the person")
    _command(commands, "pending", gate.pending, "list what waits", _practice())
    _command(commands, "show", gate.show, "show a proposal: what, why at its level, how far it is", _practice(), _proposal())
    for name, run, text in (
        ("approve", gate.approve, "sign an approval with ssh-keygen, from a key file, an agent or a token"),
        ("reject", gate.reject, "sign a rejection"),
    ):
        made = _command(commands, name, run, text, _practice(), _proposal())
        made.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who decides: a principal of the approvers")
        made.add_argument("--key", default="~/.ssh/id_ed25519", help="the key file; a public key file uses the agent (default: ~/.ssh/id_ed25519)")
        made.add_argument("--reason", help="why; part of what is signed")
        made.add_argument("--role", help="the role in which the person decides")
        if name == "approve":
            made.add_argument("--not-before", metavar="TIME", help="begin of the window, RFC 3339")
            made.add_argument("--not-after", metavar="TIME", help="end of the window, RFC 3339")
    _command(commands, "execute", gate.execute, "carry out what was approved", _practice(), _proposal())
    _command(commands, "run-due", gate.run_due, "carry out what was approved for a window that has begun, of every client; for cron", _practice())
    made = _command(commands, "rollback", gate.rollback, "stage the way back of what was executed", _practice(), _proposal())


def _rules(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    by = _by()
    made = _command(commands, "amend", rules.amend, "put a changed proposal in the place of one that is open", _practice(), _proposal(), by)
    made.add_argument("change", type=pathlib.Path, metavar="CHANGE", help="a JSON file with the whole change, or - for standard input; `vcto show ID --json` has the present one under `change`")
    made.add_argument("--reason", required=True, metavar="CODE", help="why: a code, alone or with words behind it, such as `wrong_time: payroll week`")
    _command(commands, "overrides", rules.overrides, "list where people decided otherwise than was proposed", _practice())
    _command(commands, "rules", rules.rules, "show the rules in force: policy, areas, approvers, freezes, and whether all is stopped", _practice())
    made = _command(commands, "change-rules", rules.change_rules, "propose a change of the rules, which is approved like any other", _practice(), by)
    made.add_argument("edit", nargs="?", type=pathlib.Path, metavar="EDIT", help="a JSON file with any of policy, areas, remove_areas, add_approvers, revoke_keys, freezes, unfreeze, lift_halt; or - for standard input")
    made.add_argument("--revoke-key", action="append", metavar="KEY", help="end this key, by fingerprint or public key; may be given several times")
    made.add_argument("--unfreeze", action="append", metavar="NAME", help="end this freeze; may be given several times")
    made.add_argument("--lift-halt", action="store_true", help="let changes start again")
    made.add_argument("--reason", required=True, help="why; stands in the change")
    made = _command(commands, "halt", rules.halt, "stop every change of a client at once: nothing starts, what runs turns back", _practice(), by)
    made.add_argument("--reason", required=True, help="why; everybody sees it who tries to start something")


def _by() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(add_help=False)
    who = made.add_mutually_exclusive_group()
    who.add_argument("--as", dest="person", metavar="PERSON", help="the person who does this")
    who.add_argument("--by", default="vcto-cli", metavar="SERVICE", help="the service that does this (default: vcto-cli)")
    return made


def _ledger(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _command(commands, "verify", gate.verify, "verify the ledger of a client, or a proof", _practice())
    made.add_argument("proof", nargs="?", type=pathlib.Path, help="a folder that `prove` wrote; without it, the client's own ledger")
    made.add_argument("--key", help="the verifier key that was kept elsewhere")
    made.add_argument("--checkpoint", type=pathlib.Path, metavar="FILE", help="a checkpoint that was kept elsewhere")
    made.add_argument("--headers-only", action="store_true", help="leave the payloads unread: faster, and blind to a changed payload")
    made.epilog, made.formatter_class = _VERDICTS, argparse.RawDescriptionHelpFormatter
    made.set_defaults(rolled_back=12)
    made = _command(commands, "prove", gate.prove, "write a proof that stock tools verify", _practice())
    made.add_argument("folder", type=pathlib.Path, help="where: a folder that is new or empty, or an earlier proof, which the new one replaces")
    _command(commands, "rotate-key", gate.rotate_key, "hand the signing of a client's ledger over to a new key", _practice())


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-11-22") from error
