"""Attacks on what the gate gives out: nothing runs twice and nothing runs unapproved, whatever Python does with an object."""

from __future__ import annotations

import abc
import copyreg
import gc
import io
import multiprocessing
import pathlib
import pickle
import subprocess
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import vcto
from world import World


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path)


def orders(world: World) -> int:
    return len(list((world.folder / "orders").glob("*.json")))


def child_of(folder: str, id: str, ready: Any, start: Any, answer: Any) -> None:
    """What another process does: it derives the approval from the ledger, and starts it when all are ready."""
    practice = vcto.open(pathlib.Path(folder) / "practice")
    practice.register(vcto.WorkOrders(pathlib.Path(folder) / "orders"))
    found = practice.tenant("halden").resume(id)
    ready.release()
    start.wait()
    try:
        assert isinstance(found, vcto.Approved)
        answer.put(found.execute().status)
    except vcto.VctoError as error:
        answer.put(error.kind)


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_processes_that_derive_the_same_approval_start_it_once(world: World, method: str) -> None:
    approved = world.approved()
    context = multiprocessing.get_context(method)
    ready, start, answer = context.Semaphore(0), context.Event(), context.Queue()
    arguments = (str(world.folder), approved.id, ready, start, answer)
    children = [context.Process(target=child_of, args=arguments) for _ in range(3)]
    for child in children:
        child.start()
    for _ in children:
        assert ready.acquire(timeout=60)
    start.set()
    said = sorted(answer.get(timeout=60) for _ in children)
    for child in children:
        child.join(timeout=60)
    assert said.count("handed_over") == 1 and set(said) <= {"busy", "consumed", "handed_over"}, said
    assert orders(world) == 1
    with pytest.raises(vcto.Consumed):
        approved.execute()


def take(token: Any) -> None:
    token.execute()


def test_an_approval_does_not_travel_to_a_spawned_process(world: World) -> None:
    approved = world.approved()
    context = multiprocessing.get_context("spawn")
    with pytest.raises(TypeError, match="resume"):
        context.Process(target=take, args=(approved,)).start()
    with pytest.raises(TypeError, match="resume"), context.Pool(1) as pool:
        pool.apply(take, (approved,))
    assert orders(world) == 0 and approved.execute().status == "handed_over"


def test_an_approval_that_a_forked_process_inherits_is_not_started_there(world: World) -> None:
    approved = world.approved()
    context = multiprocessing.get_context("fork")
    answer = context.Queue()

    def child() -> None:
        try:
            answer.put(approved.execute().status)
        except vcto.VctoError as error:
            answer.put(error.kind)

    process = context.Process(target=child)
    process.start()
    assert answer.get(timeout=60) == "forked"
    process.join(timeout=60)
    assert orders(world) == 0 and approved.execute().status == "handed_over"


def reduced(token: Any) -> Any:
    """A reducer of one's own makes no second approval: it can only call what everybody can."""
    copyreg.pickle(type(token), lambda token: (object.__new__, (type(token),)))  # type: ignore[arg-type,return-value]
    try:
        return pickle.loads(pickle.dumps(token))
    finally:
        copyreg.dispatch_table.pop(type(token))


def private_table(token: Any) -> Any:
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer)
    pickler.dispatch_table = {type(token): lambda token: (type(token), ())}
    pickler.dump(token)
    return pickle.loads(buffer.getvalue())


def crafted(token: Any) -> Any:
    return pickle.loads(b"\x80\x02cvcto._vcto\nApproved\n)\x81.")


def crafted_with_state(token: Any) -> Any:
    return pickle.loads(b"\x80\x02cvcto._vcto\nApproved\n)\x81}X\x02\x00\x00\x00idX\x01\x00\x00\x00xsb.")


def registered_as_parent(token: Any) -> Any:
    class Parent(abc.ABC):
        pass

    Parent.register(type(token))
    return Parent.__new__(type(token))  # type: ignore[type-var]


ATTACKS: dict[str, Callable[[Any], Any]] = {
    "reducer": reduced,
    "private dispatch table": private_table,
    "crafted pickle": crafted,
    "crafted pickle with state": crafted_with_state,
    "new of a parent": registered_as_parent,
    "new of object": lambda token: object.__new__(type(token)),
    "subclass of two": lambda token: type("Evil", (type(token), Exception), {}),
    "types.new_class": lambda token: types.new_class("Evil", (type(token),)),
    "method of another token": lambda token: type(token).execute(object()),
    "method of an unrelated class": lambda token: vcto.StagedApproval.approve(token, "alice", signer=str),
    "delete an attribute": lambda token: delattr(token, "id"),
    "set an attribute": lambda token: setattr(token, "forged", True),
    "its dictionary": lambda token: token.__dict__["id"],
    "its slots": lambda token: token.__slots__,
    "state": lambda token: token.__setstate__({}),
    "weak reference": weakref.ref,
    "new arguments": lambda token: token.__getnewargs__(),
    "class of another": lambda token: setattr(token, "__class__", vcto.Finished),
    "format": lambda token: format(token, "x"),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_attack_makes_or_keeps_a_second_approval(world: World, attack: Callable[[Any], Any]) -> None:
    approved = world.approved()
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError, pickle.UnpicklingError)):
        attack(approved)
    assert approved.execute().status == "handed_over"
    with pytest.raises(vcto.Consumed):
        approved.execute()
    assert orders(world) == 1


def test_what_the_collector_finds_is_the_same_approval_and_starts_once(world: World) -> None:
    approved = world.approved()
    tracked = [one for one in gc.get_objects() if isinstance(one, vcto.Approved)]
    found = [one for one in tracked if one.id == approved.id]
    assert all(one is approved for one in found)
    outcomes = []
    for one in [*found, approved]:
        try:
            outcomes.append(one.execute().status)
        except vcto.Consumed:
            outcomes.append("consumed")
    assert outcomes.count("handed_over") == 1 and orders(world) == 1


def test_a_value_that_only_looks_like_an_approval_is_none(world: World) -> None:
    class Liar:
        @property
        def __class__(self) -> Any:
            return vcto.Approved

    liar: Any = Liar()
    assert isinstance(liar, vcto.Approved)
    with pytest.raises(TypeError):
        vcto.Approved.execute(liar)
    assert orders(world) == 0


def test_a_signer_that_never_returns_approves_nothing(world: World) -> None:
    staged, release, began = world.staged(), threading.Event(), threading.Event()

    def never(text: bytes) -> str:
        began.set()
        release.wait(60)
        raise RuntimeError("given up")

    def wait() -> None:
        with pytest.raises(RuntimeError):
            staged.approve("alice", signer=never)

    thread = threading.Thread(target=wait)
    thread.start()
    assert began.wait(60)
    (pending,) = world.tenant.pending()
    assert (pending.state, pending.approved_by) == ("staged", [])
    again = world.tenant.resume(staged.id)
    assert isinstance(again, vcto.StagedApproval)
    release.set()
    thread.join(60)
    assert isinstance(again.approve("alice", signer=world.signer("alice")), vcto.Approved)


def test_without_a_terminal_a_key_that_asks_for_a_phrase_approves_nothing(world: World) -> None:
    key = world.folder / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "a phrase", "-C", "", "-f", str(key)], check=True)
    program = world.folder / "sign"
    program.write_text('#!/bin/sh\nexec setsid env -u DISPLAY SSH_ASKPASS=/bin/false SSH_ASKPASS_REQUIRE=force ssh-keygen "$@"\n')
    program.chmod(0o755)
    with pytest.raises(vcto.Unavailable, match="did not sign"):
        world.staged().approve("alice", signer=vcto.SshKeygen(key, program=str(program)))
    (pending,) = world.tenant.pending()
    assert pending.approved_by == []
