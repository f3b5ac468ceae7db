"""The command `vcto`, run as a person runs it: in a process of its own."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

INVENTORY = {
    "format": "vcto.inventory/1",
    "source": {"name": "crm\u202e", "captured_at": "2026-11-22T08:00:00Z", "complete": True},
    "assets": [
        {"id": "erp", "kind": "business_application", "name": "ERP\u202e\n", "criticality": "critical", "facts": {"people": 9, "owner": "it"}},
        {"id": "sql", "kind": "database", "name": "SQL\u202e", "facts": {"product": "Microsoft SQL Server 2012", "owner": "it"}},
    ],
    "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}],
}


class Shell:
    """A folder with an inventory and a key, and the command in it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        (folder / "rmm.json").write_text(json.dumps(INVENTORY))
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / "alice")], check=True)
        (folder / "signers").write_text("alice " + (folder / "alice.pub").read_text())

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([sys.executable, "-m", "vcto", *arguments], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done

    def told(self, *arguments: str, code: int = 0) -> dict:  # type: ignore[type-arg]
        told = json.loads(self.run(*arguments, "--json", code=code).stdout)
        assert isinstance(told, dict)
        return told


@pytest.fixture
def shell(tmp_path: pathlib.Path) -> Shell:
    return Shell(tmp_path)


def staged(shell: Shell) -> str:
    shell.run("init", "halden", "--approvers", "signers")
    shell.run("review", "rmm.json", "--as-of", "2026-11-22", "--stage", "1")
    waiting = json.loads(shell.run("pending", "--json").stdout)
    assert len(waiting) == 1 and waiting[0]["level"] == "L2"
    return str(waiting[0]["id"])


def test_every_command_has_help_that_names_the_exit_codes(shell: Shell) -> None:
    top = shell.run("--help").stdout
    for command in ("review", "what-if", "init", "pending", "show", "approve", "reject", "execute", "run-due", "rollback", "amend", "overrides", "rules", "change-rules", "halt", "verify", "prove", "rotate-key"):
        assert command in top
        assert "exit codes" in shell.run(command, "--help").stdout
    assert "COMMAND" in shell.run(code=2).stderr


def test_a_change_goes_the_whole_way_each_command_a_process(shell: Shell) -> None:
    proposal = staged(shell)
    assert shell.told("show", proposal[:6])["state"] == "waits for approval"
    early = shell.run("execute", proposal, code=1)
    assert "may not run" in early.stderr
    assert shell.told("approve", proposal, "--as", "alice", "--key", "alice") == {"id": proposal, "state": "approved"}
    done = shell.told("execute", proposal)
    assert done["status"] == "handed_over"
    assert len(list((shell.folder / "work-orders").glob("*.md"))) == 1
    assert shell.run("execute", proposal, code=1).stderr
    back = str(shell.told("rollback", proposal)["id"])
    shell.run("approve", back, "--as", "alice", "--key", "alice")
    assert shell.told("execute", back)["status"] == "rolled_back"
    assert shell.told("verify")["integrity"] == "ok"
    assert shell.told("verify", "--headers-only")["integrity"] == "headers_only"
    assert "12  completeness" in shell.run("verify", "--help").stdout
    shell.run("prove", "proof")
    assert shell.told("verify", "proof")["authenticity"] == "self_signed"
    shell.run("prove", "proof")
    assert "an earlier proof" in " ".join(shell.run("prove", "--help").stdout.split())
    (shell.folder / "other").mkdir()
    (shell.folder / "other" / "notes").write_text("mine")
    assert shell.run("prove", "other", code=3).stdout == ""
    (shell.folder / "proof" / "more").write_text("added")
    assert "more" in shell.run("verify", "proof", code=10).stdout


def test_a_ledger_that_was_rolled_back_ends_verify_with_the_number_of_completeness(shell: Shell) -> None:
    shell.run("init", "halden", "--approvers", "signers")
    ledger, backup = shell.folder / "practice" / "tenants" / "halden", shell.folder / "backup"
    shutil.copytree(ledger, backup)
    shell.run("review", "rmm.json", "--as-of", "2026-11-22", "--record")
    shutil.rmtree(ledger)
    shutil.copytree(backup, ledger)
    assert "truncated or restored" in shell.run("verify", code=12).stderr
    told = json.loads(shell.run("verify", "--json", code=12).stdout)
    assert told["error"]["kind"] == "rollback_detected"
    shell.run("pending", code=3)


def test_a_signing_key_hands_over_and_the_key_before_still_verifies(shell: Shell) -> None:
    shell.run("init", "halden", "--approvers", "signers")
    before = shell.told("rotate-key")["key"]
    assert shell.told("rotate-key") != before
    assert (shell.folder / "practice" / "keys" / "halden.key.2").exists()
    told = shell.told("verify", "--key", str(before))
    assert (told["authenticity"], told["problems"]) == ("ok", [])


def test_a_lost_mark_is_accepted_for_the_named_client_and_not_again(shell: Shell) -> None:
    shell.run("init", "halden", "--approvers", "signers")
    mark = shell.folder / "practice" / "marks" / "halden"
    mark.unlink()
    assert "--accept-missing-mark" in shell.run("pending", code=3).stderr
    shell.run("pending", "--accept-missing-mark", "pryce", code=3)
    assert not mark.exists()
    shell.run("pending", "--accept-missing-mark", "halden")
    assert mark.exists()
    shell.run("pending")


def test_a_rejection_ends_it_and_an_unknown_person_decides_nothing(shell: Shell) -> None:
    proposal = staged(shell)
    shell.run("approve", proposal, "--as", "mallory", "--key", "alice", code=1)
    assert shell.told("reject", proposal, "--as", "alice", "--key", "alice", "--reason", "no_budget")["state"] == "rejected"
    assert shell.run("pending").stdout == "nothing waits\n"


def test_the_gate_s_no_is_told_from_what_went_wrong(shell: Shell) -> None:
    shell.run("init", "halden", "--approvers", "signers")
    assert "vcto" in shell.run("init", "halden", "--approvers", "signers", code=3).stderr


def test_a_review_with_prices_leaves_a_budget_and_without_them_none(shell: Shell) -> None:
    (shell.folder / "prices.csv").write_text("match,kind,for,term,amount,currency\nSQL Server,,upgrade,one_off,1200.50,GBP\n")
    with_prices = ("review", "rmm.json", "--as-of", "2026-11-22", "--prices", "prices.csv")
    shown = shell.run(*with_prices, "--fiscal-year-start", "4", "--out", "out").stdout
    assert "BUDGET" in shown and "FY2026/27" in shown and "1,200.50 GBP" in shown
    budget = json.loads((shell.folder / "out" / "budget.json").read_text())
    assert (budget["totals"][0]["fiscal_year"], budget["totals"][0]["total"]) == ("FY2026/27", "1200.50")
    assert (shell.folder / "out" / "budget.xlsx").read_bytes().startswith(b"PK")
    assert not (shell.folder / "out" / "inferred.csv").exists()
    assert "FY2026 " in shell.run(*with_prices).stdout
    assert "--out" in shell.run(*with_prices, "--json", code=2).stderr
    assert "choose" in shell.run(*with_prices, "--fiscal-year-start", "13", code=2).stderr
    (shell.folder / "prices.csv").write_text("match,term,amount,currency\nx,once,many,GBP\n")
    assert "line 2" in shell.run(*with_prices, code=3).stderr
    shell.run("review", "rmm.json", "--as-of", "2026-11-22", "--out", "out")
    assert not (shell.folder / "out" / "budget.json").exists(), "it would speak of another review"


def test_what_was_inferred_is_left_as_a_sheet_that_decides(shell: Shell) -> None:
    office = {
        "format": "vcto.inventory/1",
        "source": {"name": "rmm"},
        "assets": [
            {"id": "pc", "kind": "workstation", "name": "PC", "facts": {"gateways": "10.0.0.1"}},
            {"id": "fw", "kind": "firewall", "name": "FW", "facts": {"addresses": "10.0.0.1"}},
        ],
    }
    (shell.folder / "office.json").write_text(json.dumps(office))
    assert shell.told("what-if", "office.json", "--fails", "FW")["degraded"] == []
    assert shell.told("what-if", "office.json", "--infer", "--fails", "FW")["degraded"] == ["pc"]
    review = ("review", "office.json", "--infer", "--as-of", "2026-11-22", "--out", "out")
    assert shell.told(*review)["coverage"]["inferred_relations"] == 1
    head, row = (shell.folder / "out" / "inferred.csv").read_text().splitlines()
    filled = f"{head}\n{row[:-3]},confirm,Jane,2026-11-22\n"
    (shell.folder / "out" / "inferred.csv").write_text(filled)
    again = ("review", "office.json", "out/inferred.csv", "--infer", "--as-of", "2026-11-22", "--out")
    assert "move it" in shell.run(*again, "out", code=2).stderr
    assert (shell.folder / "out" / "inferred.csv").read_text() == filled
    assert shell.told(*again, "later")["coverage"]["inferred_relations"] == 0
    assert (shell.folder / "later" / "inferred.csv").read_text() == f"{head}\n"
    assert shell.told("what-if", "office.json", "out/inferred.csv", "--infer", "--fails", "FW")["failed"] == ["fw", "pc"]


def test_a_review_leaves_the_page_and_the_questions_and_escapes_names(shell: Shell) -> None:
    shown = shell.run("review", "rmm.json", "--as-of", "2026-11-22", "--out", "out", "--client", "Halden <&>")
    assert "\u202e" not in shown.stdout and "SQL\\u{202e}" in shown.stdout
    page = (shell.folder / "out" / "review.html").read_text()
    assert "Halden &lt;&amp;&gt;" in page and "\u202e" not in page
    assert (shell.folder / "out" / "questions.csv").read_text().startswith("question,")
    assert shell.told("review", "rmm.json", "--as-of", "2026-11-22") == json.loads((shell.folder / "out" / "review.json").read_text())


def test_a_review_takes_waivers_from_a_sheet_and_refuses_one_of_a_single_person(shell: Shell) -> None:
    titles = "rule,asset,part,reason,requested_by,approved_by,at,until"
    row = "lifecycle.security_support,sql,product,Apart from the network,B. Holt,{by},2026-11-02,2027-04-30"
    sheet = shell.folder / "waivers.csv"
    sheet.write_text(f"{titles}\n{row.format(by='A. Jones')}\n")
    told = shell.told("review", "rmm.json", "--as-of", "2026-11-22", "--waivers", "waivers.csv")
    assert (told["waivers"]["in_force"], told["waivers"]["unmatched"]) == (1, 0)
    sheet.write_text(f"{titles}\n{row.format(by='b holt')}\n")
    done = shell.run("review", "rmm.json", "--waivers", "waivers.csv", code=3)
    assert "line 2" in done.stderr and "another person" in done.stderr


def test_a_what_if_tells_who_stops_and_why(shell: Shell) -> None:
    told = shell.told("what-if", "rmm.json", "--fails", "sql")
    assert told["failed"] == ["erp", "sql"] and "SQL" in told["why"]["erp"]
    shown = shell.run("what-if", "rmm.json", "--fails", "sql").stdout
    assert "at least 9 cannot work" in shown and "\u202e" not in shown
    assert "services (1)\n  erp  failed, 9 people" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("review", "absent.json"), 3, "absent.json"),
        (("review", "rmm.json", "--as-of", "tomorrow"), 2, "2026-11-22"),
        (("what-if", "rmm.json", "--fails", "SQM"), 3, "SQM"),
        (("what-if", "rmm.json", "--fails", "er"), 3, "did you mean `erp`"),
        (("pending",), 3, "vcto init"),
        (("frobnicate",), 2, "invalid choice"),
    ],
)
def test_what_goes_wrong_is_told_with_an_exit_code(shell: Shell, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = shell.run(*arguments, code=code)
    assert words in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("init", "a", "--approvers", "nofile"), 3, "nofile: No such file"),
        (("init", "a", "--approvers", "binary"), 3, "binary: byte 0 is not UTF-8"),
        (("init", "a", "--approvers", "."), 3, "Is a directory"),
        (("verify", "--checkpoint", "nofile"), 3, "nofile: No such file"),
        (("verify", "--checkpoint", "binary"), 3, "binary: byte 0 is not UTF-8"),
        (("what-if", "rmm.json", "--fails", "\udcff"), 2, "udcff is not UTF-8"),
        (("review", "rmm.json", "--client", "\udcff"), 2, "udcff is not UTF-8"),
        (("review", "rmm.json", "--out", "signers"), 2, "signers is a file"),
        (("review", "rmm.json", "--out", "signers/out"), 3, "Not a directory"),
        (("show", "p-12"), 3, "begins with 'p-12'"),
        (("review", "rmm.json", "--stage", ""), 2, "--stage"),
        (("review", "rmm.json", "--stage", "1,"), 2, "--stage"),
    ],
)
def test_no_error_of_a_user_shows_a_trace(shell: Shell, arguments: tuple[str, ...], code: int, words: str) -> None:
    (shell.folder / "binary").write_bytes(b"\xff\xfe\x00")
    shell.run("init", "halden", "--approvers", "signers")
    done = shell.run(*arguments, code=code)
    assert words in done.stderr and "Traceback" not in done.stderr
    with_json = shell.run(*arguments, "--json", code=code)
    assert "Traceback" not in with_json.stderr
    if code == 3:
        assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
        error = json.loads(with_json.stdout)["error"]
        assert error["kind"] in {"invalid_input", "io", "not_found"} and words in error["message"]


def test_a_reader_that_goes_and_a_full_disk_end_it_without_a_trace(shell: Shell) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for arguments in ("--help", "review rmm.json", "review rmm.json --json"):
        command = f"{sys.executable} -m vcto {arguments} | true; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], cwd=shell.folder, capture_output=True, text=True, env=buffered)
        assert (done.stdout, done.stderr) == ("141\n", ""), arguments
    command = f"{sys.executable} -m vcto review rmm.json > /dev/full"
    full = subprocess.run(["bash", "-c", command], cwd=shell.folder, capture_output=True, text=True, env=buffered)
    assert full.returncode == 3
    assert full.stderr == "vcto: the output: No space left on device\n"


def test_the_begin_of_an_id_is_enough_also_of_what_is_over(shell: Shell) -> None:
    proposal = staged(shell)
    begin = proposal[:10]
    shell.run("approve", begin, "--as", "alice", "--key", "alice")
    shell.run("execute", begin)
    told = shell.told("show", begin)
    assert (told["id"], told["state"], told["status"]) == (proposal, "finished", "handed_over")
    receipt = told["steps"][0]["receipt"]
    assert receipt and receipt in shell.run("show", begin).stdout and "handed_over" in shell.run("show", begin).stdout
    assert shell.told("rollback", begin)["id"] != proposal
    both = shell.run("show", "p-", code=3).stderr
    assert "2 proposals" in both and proposal in both


def test_the_same_change_is_staged_once(shell: Shell) -> None:
    shell.run("init", "halden", "--approvers", "signers")
    review = ("review", "rmm.json", "--as-of", "2026-11-22", "--stage")
    [first] = shell.told(*review, "1, 1")["staged"]
    assert (first["rank"], first["level"], first["is_new"]) == (1, "L2", True)
    again = shell.run(*review, "1")
    assert f"waits already: {first['id']}" in again.stderr and "submitted" not in again.stderr
    assert shell.told(*review, "all")["staged"][0] == {**first, "is_new": False}
    waiting = json.loads(shell.run("pending", "--json").stdout)
    assert [entry["title"] for entry in waiting].count(waiting[0]["title"]) == 1
    shell.run("reject", first["id"], "--as", "alice", "--key", "alice")
    assert shell.told(*review, "1")["staged"][0]["is_new"], "what is over does not wait"


@pytest.mark.parametrize("name", ["questions.csv", "inferred.csv"])
def test_a_review_never_writes_over_what_people_wrote(shell: Shell, name: str) -> None:
    review = ("review", "rmm.json", "--infer", "--as-of", "2026-11-22", "--out", "out")
    shell.run(*review)
    shell.run(*review)
    sheet = shell.folder / "out" / name
    head = sheet.read_text().splitlines()[0]
    cells = ["2019" if title in {"answer", "verdict"} else "" for title in head.split(",")]
    for filled in (f"{head}\n{','.join(cells)}\n", head.replace(",", ";") + "\n", "\xff\xfe"):
        sheet.write_bytes(filled.encode("latin-1"))
        assert name in shell.run(*review, code=2).stderr
        assert sheet.read_bytes() == filled.encode("latin-1")
    sheet.unlink()
    shell.run(*review)


def test_what_was_approved_for_a_window_runs_in_it(shell: Shell) -> None:
    id = staged(shell)
    assert shell.run("run-due").stdout == "next:  no window is known\n"
    shell.run("approve", id, "--as", "alice", "--key", "alice", "--not-before", "2026-01-01T00:00:00Z", "--not-after", soon())
    told = shell.told("run-due")
    assert [(worked["proposal"], worked["status"]) for worked in told["executed"]] == [(id, "handed_over")]
    assert told["is_quiet"] and told["missed"] == []
    assert shell.run("pending").stdout == "nothing waits\n"


def soon() -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_narrower_change_takes_the_place_of_the_proposal_and_is_an_override(shell: Shell) -> None:
    proposal = staged(shell)
    change = shell.told("show", proposal)["change"]
    change["not_after"] = "2030-01-01T00:00:00Z"
    (shell.folder / "change.json").write_text(json.dumps(change))
    amended = shell.told("amend", proposal, "change.json", "--as", "alice", "--reason", "wrong_time: after payroll")
    assert (amended["amends"], amended["extent"], amended["state"]) == (proposal, "narrower", "waits for approval")
    assert "superseded" in shell.run("show", proposal).stdout
    told = json.loads(shell.run("overrides", "--json").stdout)
    assert [(one["proposal"], one["replacement"], one["code"], one["by"]["name"]) for one in told] == [
        (proposal, amended["id"], "wrong_time", "alice")
    ]
    assert "wrong_time" in shell.run("overrides").stdout
    # Who narrowed it may approve it.
    assert shell.told("approve", amended["id"], "--as", "alice", "--key", "alice")["state"] == "approved"


def test_what_is_no_change_is_refused_with_its_place(shell: Shell) -> None:
    proposal = staged(shell)
    (shell.folder / "change.json").write_text("[1]")
    told = shell.told("amend", proposal, "change.json", "--reason", "wrong_time", code=3)
    assert (told["error"]["kind"], told["error"]["place"]) == ("invalid_input", "change.json")
    (shell.folder / "change.json").write_text("{" * 100_000)
    shell.run("amend", proposal, "change.json", "--reason", "wrong_time", code=3)
    shell.run("amend", proposal, "none.json", "--reason", "wrong_time", code=3)
    shell.run("amend", proposal, "change.json", "--reason", "wrong_time", "--as", "alice", "--by", "svc", code=2)
    assert shell.told("show", proposal)["state"] == "waits for approval"


def test_all_is_stopped_and_goes_on_by_a_signature(shell: Shell) -> None:
    proposal = staged(shell)
    shell.run("approve", proposal, "--as", "alice", "--key", "alice")
    assert "nothing starts" in shell.run("halt", "--as", "bob", "--reason", "something is wrong").stdout
    assert "something is wrong" in shell.run("execute", proposal, code=1).stderr
    assert "something is wrong" in shell.run("rules").stdout
    lift = shell.told("change-rules", "--lift-halt", "--reason", "found it")["id"]
    shell.run("approve", lift, "--as", "alice", "--key", "alice")
    shell.run("execute", lift)
    assert "something is wrong" not in shell.run("rules").stdout
    assert shell.told("execute", proposal)["status"] == "handed_over"


def test_the_rules_are_shown_and_changed_from_a_file(shell: Shell) -> None:
    shell.run("init", "halden", "--approvers", "signers")
    before = shell.told("rules")
    assert [one["person"] for one in before["approvers"]] == ["alice"]
    assert "architecture-review" in shell.run("rules").stdout
    (shell.folder / "edit.json").write_text(json.dumps({"policy": {"targets": 10}}))
    staged_change = shell.told("change-rules", "edit.json", "--reason", "smaller steps", "--by", "svc-desk")
    assert staged_change["level"] == "L2" and "from 500 to 10" in staged_change["change"]["steps"][0]["title"]
    assert shell.told("rules") == before
    shell.run("approve", staged_change["id"], "--as", "alice", "--key", "alice")
    shell.run("execute", staged_change["id"])
    assert shell.told("rules")["policy"]["targets"] == 10
    # The last key cannot be revoked: nobody could decide any more.
    key = (shell.folder / "alice.pub").read_text()
    assert shell.run("change-rules", "--revoke-key", key, "--reason", "lost", code=1).stderr
