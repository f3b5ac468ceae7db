"""The command `vcto`: reviews, what-ifs, and the way of a change through the gate, from a terminal.

Everything it does is the package's public interface; it only reads arguments and prints. What it prints for people goes
to standard output, what it says about its work to standard error; `--json` prints one document instead.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from ..errors import Conflict, InvalidInput, Io, NotFound, PermissionDenied, RollbackDetected, VctoError
from .arguments import parser
from .show import plain

DONE, REFUSED, USAGE, FAILED = 0, 1, 2, 3
UNREAD, INTERRUPTED = 141, 130
"""As a shell reports what SIGPIPE and SIGINT end."""

_PATHS = {"input", "key"}
"""Options that are paths as texts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code: 0 done, 1 refused or not verified, 2 wrong usage, 3 failed."""
    is_json = False
    try:
        try:
            options = parser().parse_args(arguments)
            is_json = options.json
            _check(options)
            return _run(options.run, options, is_json)
        finally:
            # What is still to be written fails here, where it is told, and not while the interpreter ends.
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; a message would fail as this one did.
        _mute(sys.stdout, sys.stderr)
        return UNREAD
    except OSError as error:
        _mute(sys.stdout)
        return _failed(False, _known(error))
    except KeyboardInterrupt:
        print("interrupted: nothing is lost; an execution that had begun is in doubt until `vcto show` settles it", file=sys.stderr)
        return INTERRUPTED


def _check(options: argparse.Namespace) -> None:
    """Refuses bytes that are no text, before anything is done. Paths are what the system takes them for."""
    for name, value in vars(options).items():
        for text in value if isinstance(value, list) else [value]:
            if name not in _PATHS and isinstance(text, str) and _is_broken(text):
                options.misused(f"{plain(text)} is not UTF-8")


def _is_broken(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _run(run: Callable[[argparse.Namespace], int], options: argparse.Namespace, is_json: bool) -> int:
    try:
        return int(run(options))
    except BrokenPipeError:
        raise
    except VctoError as error:
        code = _failed(is_json, error)
        return int(getattr(options, "rolled_back", code)) if isinstance(error, RollbackDetected) else code
    except (OSError, UnicodeError) as error:
        return _failed(is_json, _known(error))


def _known(error: OSError | UnicodeError) -> VctoError:
    """The same in the words of this package, with the place and what to do about it."""
    if isinstance(error, UnicodeError):
        return InvalidInput(f"a text cannot be read or written: {error}")
    classes: dict[type[OSError], type[VctoError]] = {FileExistsError: Conflict, FileNotFoundError: NotFound, PermissionError: PermissionDenied}
    told = classes.get(type(error), Io)("")
    told.place = None if error.filename is None else os.fsdecode(error.filename)
    told.remedy = {
        "conflict": "name another place, or move it away",
        "not_found": "check the name and the folder that you are in",
        "permission_denied": "ask for access, or name another place",
    }.get(told.kind)
    message = f"{told.place or 'the output'}: {error.strerror or error}"
    told.args = (f"{message} ({told.remedy})" if told.remedy else message,)
    return told


def _mute(*streams: TextIO) -> None:
    """Lets what the streams still hold go nowhere, as the interpreter writes it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def _failed(is_json: bool, error: VctoError) -> int:
    if is_json:
        told = {"error": {"kind": error.kind, "operation": error.operation, "place": error.place, "message": str(error)}}
        print(json.dumps(told))
    print(f"vcto: {plain(str(error))}", file=sys.stderr)
    return REFUSED if error.is_refusal else FAILED
