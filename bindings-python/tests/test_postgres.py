"""A practice in a PostgreSQL database, by a server of the tests' own (`.ci/postgres`)."""

import pathlib
import subprocess
from collections.abc import Iterator

import pytest

import vcto

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def url() -> Iterator[str]:
    """A new, empty database. Without PostgreSQL the test is not run, and noted for `make test` to count."""
    with subprocess.Popen([ROOT / ".ci" / "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        try:
            server.stdin.write("python\n")
            server.stdin.flush()
            answer = server.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            notes = ROOT / "target" / "not-run"
            notes.mkdir(parents=True, exist_ok=True)
            (notes / "python.postgres").write_text("needs PostgreSQL (on Debian: apt-get install postgresql)")
            pytest.skip("NOT RUN: needs PostgreSQL")
        yield answer.strip()


def test_a_practice_in_a_database_is_found_again(url: str, tmp_path: pathlib.Path) -> None:
    practice = vcto.open(url, folder=tmp_path)
    tenant = practice.create_tenant("halden", region="eu")
    assert tenant.ledger.verify().integrity == "ok"
    # The keys are in the folder, and nowhere else.
    assert [path.name for path in tmp_path.glob("*/keys/*")] == ["halden.key"]
    del tenant, practice
    again = vcto.open(url, folder=str(tmp_path))
    assert again.tenants() == ["halden"]
    assert again.tenant("halden").region == "eu"


def test_a_url_is_not_told_in_an_error(tmp_path: pathlib.Path) -> None:
    with pytest.raises(vcto.Unsupported) as refused:
        vcto.open("postgres://bob:tiger@db.example/practice", folder=tmp_path)
    assert "tiger" not in str(refused.value)
    assert "CREATE ROLE vcto_app" in vcto.postgres_schema()
