"""What several test modules need."""

import os
import pathlib
import re
from collections.abc import Callable

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def examples() -> pathlib.Path:
    return ROOT / "examples" / "data"


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Callable[[str], pathlib.Path]:
    """A file of the shared test data; without it the test is not run, noted for `make test` to count, or fails."""

    def find(path: str) -> pathlib.Path:
        folder = pathlib.Path(os.environ.get("VCTO_SHARED", ROOT.parent / "shared"))
        if folder.is_dir():
            return folder / path
        assert "VCTO_SHARED_REQUIRED" not in os.environ, f"no shared test data in {folder}"
        notes = ROOT / "target" / "not-run"
        notes.mkdir(parents=True, exist_ok=True)
        (notes / re.sub(r"\W+", ".", f"python.{request.node.nodeid}")).touch()
        pytest.skip("NOT RUN: needs the shared data")

    return find
