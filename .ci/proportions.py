"""Prints how large each binding is against core, and fails when one grows past a tenth: a binding only carries."""

import pathlib
import sys

LIMIT = 0.10
root = pathlib.Path(__file__).resolve().parent.parent


def lines(*patterns: str) -> int:
    """The lines that are neither empty nor only a comment."""
    files = (file for pattern in patterns for file in root.glob(pattern))
    texts = (line.strip() for file in files for line in file.read_text("utf-8").splitlines())
    return sum(1 for line in texts if line and not line.startswith(("//", "#", "*")))


core = lines("core/src/**/*.rs")
bindings = {
    "Python": lines("bindings-python/src/**/*.rs", "bindings-python/python/**/*.py"),
    "Node": lines("bindings-node/src/**/*.rs", "bindings-node/*.mjs", "bindings-node/*.js"),
}
print(f"core {core} lines", *(f"{name} {count} ({count / core:.1%})" for name, count in bindings.items()), sep=", ")
sys.exit(any(count > LIMIT * core for count in bindings.values()) and core > 15_000)
