"""Fails when a program in README.md is not the one that `make test` runs."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
blocks = re.findall(r"```(\w+)\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
programs = [("rust", "quickstart.rs"), ("python", "quickstart.py"), ("javascript", "quickstart.mjs"), ("python", "afternoon.py"), ("python", "gate.py")]
for language, name in programs:
    program = (root / "examples" / name).read_text("utf-8").split("\n\n", 1)[1]
    if (language, program) not in blocks:
        sys.exit(f"README.md does not show examples/{name} from its second paragraph on")
print("README.md shows the programs that are run")
