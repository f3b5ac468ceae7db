"""How things are printed: text from outside is escaped, since a name may carry what moves a cursor or turns a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any


def plain(text: object) -> str:
    """The text with everything escaped that is not printable: controls, line ends, marks that change the direction."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in str(text))


def line(*cells: object) -> None:
    """One line of output."""
    print("  ".join(plain(cell) for cell in cells).rstrip())


def document(value: Any) -> None:
    """The answer as JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()


def listed(title: str, lines: Iterable[str], most: int = 12) -> None:
    """A heading and its lines, the first of them where there are many; nothing where there are none."""
    all_lines = list(lines)
    if not all_lines:
        return
    print(f"{title} ({len(all_lines)})")
    for text in all_lines[:most]:
        print(f"  {plain(text)}")
    if len(all_lines) > most:
        print(f"  and {len(all_lines) - most} more: --json lists all")


def progress(stage: str, done: int, total: int | None) -> None:
    """Shows how far long work has come, where somebody looks at a terminal."""
    if sys.stderr.isatty():
        end = "\n" if done == total else "\r"
        of = "" if total is None else f" of {total}"
        print(f"  {stage}: {done}{of}    ", end=end, file=sys.stderr, flush=True)
