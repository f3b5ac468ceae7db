"""Fails when a dependency asks for more than the permissive licences that `deny.toml` allows."""

import json
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
section = (root / "deny.toml").read_text("utf-8").split("[licenses]")[1].split("]\n")[0]
allowed = set(re.findall(r'^ {4}"(.+)",$', section, re.MULTILINE))


def permitted(expression: str) -> bool:
    """Whether some choice that an SPDX expression offers is allowed throughout."""
    expression = re.sub(r"\s*/\s*", " OR ", expression)
    words = re.sub(r"[()]", r" \g<0> ", expression).replace(" WITH ", "-WITH-").split()
    python = " ".join(
        word.lower() if word in ("AND", "OR") else word if word in "()" else str(word.replace("-WITH-", " WITH ") in allowed)
        for word in words
    )
    return bool(eval(python, {"__builtins__": {}}))  # only True, False, and, or and brackets


command = ["cargo", "metadata", "--locked", "--format-version", "1"]
packages = json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout)["packages"]
refused = [f"{package['name']} {package['version']}: {package['license']}" for package in packages if not permitted(package["license"] or "none")]
print(f"licences of {len(packages)} crates: {len(refused)} not allowed", *refused, sep="\n  ")
sys.exit(bool(refused))
