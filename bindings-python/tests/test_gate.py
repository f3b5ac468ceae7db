"""The gate: what was approved runs once, and nothing else."""

import copy
import datetime
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

import vcto
from world import World


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path)


def orders(world: World) -> list[str]:
    return sorted(file.name for file in (world.folder / "orders").glob("*.json"))


def test_a_signed_change_is_handed_over_and_taken_back(world: World) -> None:
    staged = world.staged()
    assert staged.level == "L2" and staged.why and staged.change.title == "Renew the support of SQL"
    text = staged.decision("alice", "approve", reason="agreed")
    assert text.endswith(b"}\n") and text.count(b"\n") == 1
    result = staged.decide(text, world.signer("alice")(text))
    assert isinstance(result, vcto.Approved)
    execution = result.execute()
    assert execution.status == "handed_over"
    assert [step.state for step in execution.steps] == ["handed_over"]
    assert len(orders(world)) == 1

    back = execution.rollback()
    assert isinstance(back, vcto.StagedApproval)
    undone = back.approve("bob", signer=world.signer("bob"))
    assert isinstance(undone, vcto.Approved)
    assert undone.execute().status == "rolled_back"
    verdicts = world.tenant.ledger.verify()
    assert (verdicts["integrity"], verdicts["policy"]) == ("ok", "ok")
    assert verdicts["first_bad_index"] is None


def test_a_decision_with_one_byte_changed_is_refused_and_the_right_one_still_counts(world: World) -> None:
    staged = world.staged()
    text = staged.decision("alice", "approve")
    signature = world.signer("alice")(text)
    for at in range(0, len(text), 7):
        changed = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
        with pytest.raises(vcto.VctoError):
            staged.decide(changed, signature)
    with pytest.raises(vcto.VctoError):
        staged.decide(text, world.signer("bob")(text))
    assert orders(world) == []
    assert isinstance(staged.decide(text, signature), vcto.Approved)


def test_stock_ssh_keygen_accepts_what_the_gate_accepts(world: World) -> None:
    text = world.staged().decision("alice", "approve")
    (world.folder / "d.sig").write_text(world.signer("alice")(text))
    (world.folder / "allowed").write_text(f"alice {(world.folder / 'alice.pub').read_text()}")
    command = "ssh-keygen -Y verify -f allowed -I alice -n vcto-approval-v1 -s d.sig".split()
    verify = lambda said: subprocess.run(command, cwd=world.folder, input=said, capture_output=True).returncode
    assert verify(text) == 0
    assert verify(text.replace(b"L2", b"L1")) != 0


def test_another_process_resumes_what_this_one_staged(world: World) -> None:
    staged = world.staged()
    code = f"""
import vcto
practice = vcto.open({str(world.folder / "practice")!r})
practice.register(vcto.WorkOrders({str(world.folder / "orders")!r}))
tenant = practice.tenant("halden")
again = tenant.resume(tenant.pending()[0].id)
assert again.id == {staged.id!r} and type(again) is vcto.StagedApproval, again
approved = again.approve("alice", signer=vcto.SshKeygen({str(world.folder / "alice")!r}))
print(approved.execute().status)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "handed_over"
    finished = world.tenant.resume(staged.id)
    assert isinstance(finished, vcto.Finished) and finished.outcome == "handed_over"
    with pytest.raises(vcto.VctoError):
        staged.approve("bob", signer=world.signer("bob"))
    assert len(orders(world)) == 1


def test_a_proof_verifies_without_keys_and_a_changed_byte_is_named(world: World) -> None:
    world.approved().execute()
    folder = world.folder / "proof"
    proved = world.tenant.prove(folder)
    assert proved.decisions == 1 and proved.oscal
    for name in ("allowed_signers", "manifest", "verify.sh", "oscal", "decisions", "ledger"):
        assert (folder / name).exists(), name
    verdicts = vcto.verify_bundle(folder)
    assert (verdicts.integrity, verdicts.authenticity, verdicts.completeness) == ("ok", "self_signed", "unanchored")
    key = world.tenant.ledger.verifier_key
    anchored = vcto.verify_bundle(folder, key=key, checkpoint=proved.checkpoint)
    assert (anchored.integrity, anchored.authenticity, anchored.completeness) == ("ok", "ok", "ok")
    assert subprocess.run(["sh", "verify.sh"], cwd=folder, capture_output=True).returncode == 0

    elsewhere = vcto.open(world.folder / "elsewhere", origin=world.tenant.ledger.origin.removesuffix("/halden"))
    with pytest.raises(vcto.Unavailable):
        elsewhere.import_tenant("halden", folder)
    place = world.folder / "elsewhere" / "keys" / "halden.key"
    shutil.copy(world.folder / "practice" / "keys" / "halden.key", place)
    back = elsewhere.import_tenant("halden", folder, checkpoint=proved.checkpoint)
    assert back.ledger.size() == anchored.size
    assert back.ledger.verify(checkpoint=proved.checkpoint).completeness == "ok"
    with pytest.raises(vcto.Conflict):
        elsewhere.import_tenant("halden", folder)

    lesser = vcto.verify_bundle(folder, key=key, headers_only=True)
    assert (lesser.integrity, lesser.exit_code) == ("headers_only", 0)
    assert world.tenant.ledger.verify(headers_only=True).policy == "not_checked"

    decision = next((folder / "decisions").glob("*.json"))
    text = decision.read_bytes()
    decision.write_bytes(text[:100] + bytes([text[100] ^ 1]) + text[101:])
    verdicts = vcto.verify_bundle(folder)
    assert (verdicts.integrity, verdicts.exit_code) == ("failed", 10)
    assert any(decision.name in problem.text for problem in verdicts.problems)
    with pytest.raises(vcto.NotFound):
        vcto.verify_bundle(world.folder / "nothing")
    with pytest.raises(vcto.InvalidInput):
        vcto.verify_bundle(folder, key="no key")


def test_a_rejection_is_final(world: World) -> None:
    staged = world.staged()
    text = staged.decision("bob", "reject", reason="too_risky: payroll week")
    assert isinstance(staged.decide(text, world.signer("bob")(text)), vcto.Rejected)
    with pytest.raises(vcto.Consumed):
        staged.decision("alice", "approve")
    finished = world.tenant.resume(staged.id)
    assert isinstance(finished, vcto.Finished) and finished.outcome == "rejected" and finished.execution is None


def test_what_no_executor_declares_is_left_to_humans(world: World) -> None:
    step = {**world.change()["steps"][0], "action": "work_order.burn"}
    staged = world.tenant.submit(world.change(steps=[step]), by="svc-review")
    assert type(staged) is vcto.StagedHumanOnly
    assert not any(hasattr(staged, name) for name in ("authorize", "approve", "decide", "execute"))
    with pytest.raises(vcto.Denied):
        staged.attestation("alice", "did", done_at="2020-01-01T00:00:00Z")
    done_at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    with pytest.raises(vcto.Denied):
        staged.attestation("alice", "declined", done_at=done_at)
    text = staged.attestation("alice", "did", note="by hand", done_at=done_at)
    assert json.loads(text)["done_at"] == done_at
    assert staged.attest(text, world.signer("alice")(text)).outcome == "human_did"


def test_an_approval_starts_once_whoever_shares_it(world: World) -> None:
    approved = world.approved()
    outcomes: list[str] = []

    def run() -> None:
        try:
            outcomes.append(approved.execute().status)
        except vcto.VctoError as error:
            outcomes.append(error.kind)

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["consumed"] * 15 + ["handed_over"]
    assert len(orders(world)) == 1
    with pytest.raises(vcto.Consumed):
        approved.execute()


TOKENS = [
    vcto.Approved,
    vcto.Execution,
    vcto.Finished,
    vcto.InDoubt,
    vcto.Ledger,
    vcto.Practice,
    vcto.Rejected,
    vcto.StagedApproval,
    vcto.StagedAutomatic,
    vcto.StagedHumanOnly,
    vcto.StagedNotify,
    vcto.Tenant,
    vcto.Waiting,
]


@pytest.mark.parametrize("cls", TOKENS, ids=lambda cls: cls.__name__)
def test_no_value_of_the_gate_can_be_made(cls: Any) -> None:
    for make in (
        lambda: cls(),
        lambda: cls.__new__(cls),
        lambda: object.__new__(cls),
        lambda: type.__call__(cls),
        lambda: type("Evil", (cls,), {}),
        lambda: copy.copy(cls).__call__(),
    ):
        with pytest.raises(TypeError):
            make()


def attacks() -> dict[str, Callable[[Any], Any]]:
    import copyreg

    class Plain:
        pass

    def reclass(token: Any) -> None:
        plain = Plain()
        plain.__class__ = type(token)

    found: dict[str, Callable[[Any], Any]] = {
        "copy": copy.copy,
        "deepcopy": copy.deepcopy,
        "reduce": lambda token: token.__reduce__(),
        "reduce_ex": lambda token: token.__reduce_ex__(0),
        "reconstructor": lambda token: copyreg._reconstructor(type(token), object, None),  # type: ignore[attr-defined]
        "newobj": lambda token: copyreg.__newobj__(type(token)),  # type: ignore[attr-defined]
        "set": lambda token: setattr(token, "id", "p-00"),
        "object set": lambda token: object.__setattr__(token, "level", "L0"),
        "vars": lambda token: vars(token)["slot"],
        "class there": lambda token: setattr(token, "__class__", Plain),
        "class here": reclass,
        "unbound method": lambda token: type(token).execute(Plain()),
        "mock": lambda token: type(token).execute(mock.Mock(spec=token)),
    }
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        found[f"pickle {protocol}"] = lambda token, protocol=protocol: pickle.dumps(token, protocol)
    return found


@pytest.mark.parametrize("attack", attacks().values(), ids=attacks().keys())
def test_an_approval_is_neither_copied_nor_changed(world: World, attack: Callable[[Any], Any]) -> None:
    approved = world.approved()
    with pytest.raises((TypeError, AttributeError)):
        attack(approved)
    assert approved.execute().status == "handed_over"
    assert len(orders(world)) == 1


def test_a_fork_does_not_start_what_its_parent_holds(world: World) -> None:
    approved = world.approved()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = f"ran: {approved.execute().status}"
        except vcto.VctoError as error:
            said = error.kind
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    said = os.read(read, 1000).decode()
    os.close(read)
    os.waitpid(child, 0)
    assert said == "forked"
    assert orders(world) == []
    assert approved.execute().status == "handed_over"
    assert len(orders(world)) == 1


def test_a_patched_method_deceives_only_its_caller(world: World) -> None:
    approved = world.approved()
    real = vcto.Approved.__dict__["execute"]
    try:
        vcto.Approved.execute = lambda self: "done"  # type: ignore[method-assign,assignment,return-value]
    except TypeError:
        return
    try:
        assert str(approved.execute()) == "done"
        assert orders(world) == []
        assert isinstance(world.tenant.resume(approved.id), vcto.Approved)
    finally:
        vcto.Approved.execute = real  # type: ignore[method-assign]
    assert approved.execute().status == "handed_over"


@pytest.mark.parametrize(
    "signer",
    [lambda text: "", lambda text: b"no signature", lambda text: None, lambda text: 1 / 0, 3, lambda: ""],
    ids=["empty", "noise", "none", "raises", "no callable", "wrong arguments"],
)
def test_a_signer_that_does_not_sign_approves_nothing(world: World, signer: Any) -> None:
    staged = world.staged()
    with pytest.raises((vcto.VctoError, TypeError, ZeroDivisionError)):
        staged.approve("alice", signer=signer)
    assert isinstance(world.tenant.resume(staged.id), vcto.StagedApproval)
    assert isinstance(staged.approve("alice", signer=world.signer("alice")), vcto.Approved)


def test_a_signer_without_a_key_says_why(world: World) -> None:
    staged = world.staged()
    with pytest.raises(vcto.Unavailable, match="nobody"):
        staged.approve("alice", signer=vcto.SshKeygen(world.folder / "nobody"))
    with pytest.raises(vcto.Unavailable, match="not installed"):
        staged.approve("alice", signer=vcto.SshKeygen(world.folder / "alice", program="no-such-program"))


def test_bad_arguments_are_refused_by_name(world: World) -> None:
    staged = world.staged()
    with pytest.raises(vcto.InvalidInput) as caught:
        staged.decision("alice", "perhaps")
    assert caught.value.place == "verdict"
    with pytest.raises(vcto.Denied):
        staged.decision("mallory", "approve")
    with pytest.raises(vcto.InvalidInput):
        world.tenant.submit({**world.change(), "level": "L0"}, by="svc-review")
    with pytest.raises(vcto.NotFound):
        world.practice.tenant("haldne")
    with pytest.raises(vcto.InvalidInput):
        world.tenant.resume("p-0")
    with pytest.raises(vcto.Conflict):
        world.practice.register(vcto.WorkOrders(world.folder))
    with pytest.raises(vcto.InvalidInput) as caught:
        world.tenant.review(world.estate, as_of="2026-11-22", trigger="whim")
    assert caught.value.place == "trigger"


def test_the_programs_of_the_readme_run() -> None:
    root = pathlib.Path(__file__).resolve().parents[2]
    program = root / "examples" / "gate.py"
    done = subprocess.run([sys.executable, program], cwd=root, check=True, capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert said[0].startswith("L2 ") and said[1:5] == ["handed_over", "rolled_back", "ok", "ok"]
