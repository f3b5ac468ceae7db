"""What can go wrong: one class for each kind of error, each also a builtin class where one means the same."""

from __future__ import annotations

import json
import logging

from . import _vcto


class VctoError(Exception):
    """The base of every error of this package. `str(error)` names the operation, the place and the remedy."""

    kind: str = "error"
    """The stable name of the kind: the same in Rust, and `err.code` in Node."""

    operation: str | None = None
    """The operation that failed, as `module.verb`."""

    place: str | None = None
    """Where in the input: a JSON pointer, a cell, a line, behind a file name where there is one."""

    remedy: str | None = None
    """What the reader can do about it."""

    retryable: bool = False
    """Whether the same call may succeed later without a change by the caller."""

    context: dict[str, str] = {}
    """Further details, by name."""

    @property
    def is_refusal(self) -> bool:
        """Whether the gate said no, as against something that went wrong."""
        return _vcto.is_refusal(self.kind)


class Ambiguous(VctoError, LookupError):
    """A name matches more than one thing; the message lists the candidates."""

    kind = "ambiguous"


class Busy(VctoError):
    """Another process or task holds what is needed; trying again later may succeed."""

    kind = "busy"


class Cancelled(VctoError):
    """The caller asked to stop."""

    kind = "cancelled"


class Conflict(VctoError):
    """It exists already, or the state changed meanwhile."""

    kind = "conflict"


class Consumed(VctoError, RuntimeError):
    """A staged or approved value was used before."""

    kind = "consumed"


class Corrupt(VctoError):
    """Stored bytes are not what was written."""

    kind = "corrupt"


class Denied(VctoError):
    """The gate refused: not permitted for this person, level or state."""

    kind = "denied"


class Expired(VctoError):
    """A proposal, decision or window is past its time."""

    kind = "expired"


class Forked(VctoError, RuntimeError):
    """The value was made before a fork and is used after it."""

    kind = "forked"


class Internal(VctoError, RuntimeError):
    """An invariant of vcto does not hold: a defect, please report it."""

    kind = "internal"


class InvalidInput(VctoError, ValueError):
    """The caller's data or argument is not acceptable; the message names the place."""

    kind = "invalid_input"


class Io(VctoError, OSError):
    """The operating system refused or failed an input or output operation."""

    kind = "io"


class NotFound(VctoError, LookupError):
    """No such thing; the message names near ones where there are any."""

    kind = "not_found"


class PermissionDenied(VctoError, PermissionError):
    """The operating system denies access."""

    kind = "permission_denied"


class RollbackDetected(VctoError):
    """The stored log is older than what was acknowledged: it was rolled back or truncated."""

    kind = "rollback_detected"


class Stale(VctoError):
    """What was approved no longer describes the present."""

    kind = "stale"


class TooLarge(VctoError, ValueError):
    """Larger than the bound for this input."""

    kind = "too_large"


class Unavailable(VctoError):
    """A needed service or store cannot be used now."""

    kind = "unavailable"


class Unsupported(VctoError, NotImplementedError):
    """A format version, feature or platform that this build does not know."""

    kind = "unsupported"


_BY_KIND: dict[str, type[VctoError]] = {kind.kind: kind for kind in VctoError.__subclasses__()}


def _from_core(kind: str, text: str, details: str) -> VctoError:
    """The exception for an error of core; called by the extension module."""
    error = _BY_KIND.get(kind, VctoError)(text)
    error.__dict__.update(json.loads(details))
    return error


def _log(said: str, error: BaseException) -> None:
    """Tells of an exception in code of the caller that stops nothing; called by the extension module."""
    logging.getLogger("vcto").error("%s", said, exc_info=error)
