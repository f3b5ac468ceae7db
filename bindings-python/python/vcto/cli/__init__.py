"""The command `vcto`: reviews, what-ifs, and the way of a change through the gate, from a terminal.

Everything it does is the package's public interface; it only reads arguments and prints. What it prints for people goes
to standard output, what it says about its work to standard error; `--json` prints one document instead.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import VctoError
from .arguments import parser
from .show import plain

DONE, REFUSED, USAGE, FAILED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code: 0 done, 1 refused or not verified, 2 wrong usage, 3 failed."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except VctoError as error:
        return _failed(options, error)
    except BrokenPipeError:
        # The reader of our output has gone; a second message would fail as this one did.
        sys.stderr.close()
        return FAILED
    except KeyboardInterrupt:
        print("interrupted: nothing is lost; an execution that had begun is in doubt until `vcto show` settles it", file=sys.stderr)
        return 130


def _failed(options: Any, error: VctoError) -> int:
    if options.json:
        told = {"error": {"kind": error.kind, "operation": error.operation, "place": error.place, "message": str(error)}}
        print(json.dumps(told))
    print(f"vcto: {plain(str(error))}", file=sys.stderr)
    return REFUSED if error.is_refusal else FAILED
