"""Signing a decision with what people have. A signer is any callable that takes the text and gives the signature."""

from __future__ import annotations

import os
import pathlib
import subprocess

from .errors import Unavailable


class SshKeygen:
    """Signs with a key of OpenSSH: a file, an agent's key named by its public file, or a FIDO token.

    >>> signer = SshKeygen("~/.ssh/id_ed25519")
    """

    def __init__(self, key: str | os.PathLike[str], *, program: str = "ssh-keygen") -> None:
        self._key = pathlib.Path(key).expanduser()
        self._program = program

    def __call__(self, text: bytes) -> str:
        command = [self._program, "-Y", "sign", "-n", "vcto-approval-v1", "-f", str(self._key)]
        try:
            done = subprocess.run(command, input=text, capture_output=True, check=True)
        except FileNotFoundError as error:
            raise Unavailable(f"{self._program} is not installed (on Debian: apt-get install openssh-client)") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip()
            raise Unavailable(f"{self._program} did not sign with {self._key}: {said}") from error
        return done.stdout.decode("ascii")

    def __repr__(self) -> str:
        return f"SshKeygen({str(self._key)!r})"
