"""Executors and notifiers that are written in Python."""

import copy
import logging
import pathlib
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

import vcto
from vcto.types import StepContext
from world import World, fresh


class Lamp:
    """Switches on, in a file. `answer` replaces what `apply` says; `before` is called first."""

    name = "lamp"

    def __init__(self, folder: pathlib.Path) -> None:
        self.file = folder / "lamp"
        self.permits: list[vcto.Permit] = []
        self.contexts: list[StepContext] = []
        self.answer: Any = None
        self.during: Callable[[vcto.Permit], Any] = lambda permit: None

    def actions(self) -> list[dict[str, Any]]:
        return [
            {"name": "on", "reversibility": "exact", "idempotency": "natural"},
            {"name": "off", "reversibility": "exact", "idempotency": "natural", "hands_over": False},
        ]

    def observe(self, context: StepContext) -> Any:
        self.contexts.append(context)
        return {"effect": "present", "image": self.file.read_text()} if self.file.exists() else "absent"

    def apply(self, permit: vcto.Permit) -> Any:
        self.permits.append(permit)
        self.file.write_text(permit.step.target)
        self.during(permit)
        return {"outcome": "done", "receipt": "r-1"} if self.answer is None else self.answer

    def undo(self, permit: vcto.Permit) -> Any:
        self.permits.append(permit)
        self.file.unlink()
        return "done"


STEP = {"id": "s1", "title": "Light", "executor": "lamp", "action": "on", "target": "sql", "undo": {"action": "off"}}


@pytest.fixture
def lamp(tmp_path: pathlib.Path) -> Lamp:
    return Lamp(tmp_path)


@pytest.fixture
def world(tmp_path: pathlib.Path, lamp: Lamp) -> World:
    return World(tmp_path, executors=[lamp])


def approved(world: World, *steps: dict[str, Any]) -> vcto.Approved:
    result = world.staged(steps=steps or [STEP]).approve("alice", signer=world.signer("alice"))
    assert isinstance(result, vcto.Approved)
    return result


def test_an_executor_of_ones_own_does_a_step_and_takes_it_back(world: World, lamp: Lamp) -> None:
    execution = approved(world).execute()
    assert execution.status == "succeeded" and lamp.file.read_text() == "sql"
    assert [(step.state, step.receipt) for step in execution.steps] == [("done", "r-1")]
    context = lamp.contexts[0]
    assert (context.tenant, context.step.id, context.direction) == ("halden", "s1", "apply")
    assert context.asset is not None and context.asset.name == "SQL"
    assert [by.person for by in context.approved_by] == ["alice"] and context.undoes is None
    assert context.change.title and len(context.idempotency_key) == 64
    back = execution.rollback()
    assert isinstance(back, vcto.StagedApproval)
    undone = back.approve("bob", signer=world.signer("bob"))
    assert isinstance(undone, vcto.Approved)
    assert undone.execute().status == "rolled_back" and not lamp.file.exists()
    undoes = lamp.contexts[-1].undoes
    assert undoes is not None and (undoes.before, undoes.after, undoes.receipt) == (None, "sql", "r-1")
    assert world.tenant.ledger.verify().policy == "ok"


def test_a_permit_says_nothing_after_its_step(world: World, lamp: Lamp) -> None:
    def inside(permit: vcto.Permit) -> None:
        assert permit.context.step == permit.step and permit.step.action == "on"
        assert permit.idempotency_key == permit.context.idempotency_key
        for attack in (copy.copy, copy.deepcopy, pickle.dumps, lambda permit: type(permit)(), lambda permit: setattr(permit, "step", 1)):
            with pytest.raises((TypeError, AttributeError)):
                attack(permit)

    lamp.during = inside
    assert approved(world).execute().status == "succeeded"
    for name in ("context", "step", "idempotency_key"):
        with pytest.raises(vcto.Consumed, match="permit"):
            getattr(lamp.permits[0], name)


def raising(error: BaseException) -> Callable[[vcto.Permit], None]:
    def during(permit: vcto.Permit) -> None:
        raise error

    return during


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even that")


@pytest.mark.parametrize("error", [ValueError("\u202eno lamp\n"), Unprintable(), KeyError("x")], ids=lambda error: type(error).__name__)
def test_an_exception_after_the_deed_is_unknown_and_found_out_by_looking(
    world: World, lamp: Lamp, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    lamp.during = raising(error)
    execution = approved(world).execute()
    # It had happened, as `observe` sees: that settles it.
    assert execution.status == "succeeded" and lamp.file.exists()
    assert "\u202e" not in str(execution.steps)
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("vcto", logging.ERROR)
    assert record.exc_info is not None and record.exc_info[1] is error


def test_what_cannot_be_seen_stays_in_doubt_until_it_can(world: World, lamp: Lamp) -> None:
    see = lamp.observe
    lamp.during = raising(TimeoutError())

    def blind(context: StepContext) -> Any:
        return "unknown" if lamp.file.exists() else see(context)

    lamp.observe = blind  # type: ignore[method-assign]
    token = approved(world)
    assert token.execute().status == "in_doubt"
    doubt = world.tenant.resume(token.id)
    assert isinstance(doubt, vcto.InDoubt) and not hasattr(doubt, "execute")
    assert "TimeoutError" in str(doubt.steps[0].note)
    lamp.observe = see  # type: ignore[method-assign]
    settled = doubt.probe()
    assert isinstance(settled, vcto.Finished) and settled.outcome == "succeeded"


@pytest.mark.parametrize("answer", [False, "perhaps", {"outcome": "done", "extra": 1}, 3, [], {"outcome": "not_done"}, {"outcome": float("nan")}, object()], ids=repr)
def test_an_answer_that_is_none_counts_as_unknown(world: World, lamp: Lamp, answer: Any) -> None:
    lamp.answer = answer
    lamp.observe = lambda context: "unknown"  # type: ignore[method-assign]
    token = approved(world)
    assert token.execute().status == "in_doubt"
    assert len(lamp.permits) == 1


def test_nothing_answered_counts_as_unknown(world: World, lamp: Lamp) -> None:
    lamp.apply = lambda permit: None  # type: ignore[method-assign]
    execution = approved(world).execute()
    # Nothing is seen of it either, so nothing was done.
    assert execution.status == "not_done" and not lamp.file.exists()


def test_what_was_surely_not_done_turns_the_execution_back(world: World, lamp: Lamp) -> None:
    lamp.answer = {"outcome": "not_done", "reason": "the fuse is out"}
    second = {**STEP, "id": "s2"}
    execution = approved(world, STEP, second).execute()
    assert execution.status == "not_done" and len(lamp.permits) == 1
    assert "the fuse is out" in str(execution.steps[0].note)


@pytest.mark.parametrize("seen", ["nonsense", None, {"effect": "absent", "image": "x" * 100_000}, ValueError("no")], ids=["word", "none", "too large", "raises"])
def test_without_a_look_at_the_target_nothing_is_done(world: World, lamp: Lamp, seen: Any) -> None:
    def observe(context: StepContext) -> Any:
        if isinstance(seen, Exception):
            raise seen
        return seen

    lamp.observe = observe  # type: ignore[method-assign]
    execution = approved(world).execute()
    assert execution.status == "not_done" and lamp.permits == [] and not lamp.file.exists()


def test_an_interrupt_comes_out_and_no_further_step_is_done(world: World, lamp: Lamp) -> None:
    lamp.during = raising(KeyboardInterrupt())
    token = approved(world, STEP, {**STEP, "id": "s2", "target": "erp"})
    with pytest.raises(KeyboardInterrupt):
        token.execute()
    # The first step was seen to be done and was taken back; the second was never begun.
    assert [permit for permit in lamp.permits] and len(lamp.permits) == 2 and not lamp.file.exists()
    finished = world.tenant.resume(token.id)
    assert isinstance(finished, vcto.Finished) and finished.outcome == "rolled_back"


def test_an_executor_may_ask_its_tenant_while_it_works(world: World, lamp: Lamp) -> None:
    seen: list[Any] = []

    def during(permit: vcto.Permit) -> None:
        seen.extend(world.tenant.pending())
        with pytest.raises(vcto.Busy):
            world.tenant.resume(permit.context.proposal)
        other = world.staged()
        seen.append(other.decision("alice", "approve"))

    lamp.during = during
    assert approved(world).execute().status == "succeeded"
    assert seen[0].state == "running" and len(seen) == 2


def test_eight_executions_wait_for_each_other(tmp_path: pathlib.Path) -> None:
    together = threading.Barrier(8)

    class Meeting(Lamp):
        def apply(self, permit: vcto.Permit) -> Any:
            together.wait(30)
            return super().apply(permit)

    folders = [tmp_path / str(at) for at in range(8)]
    for folder in folders:
        folder.mkdir()
    tokens = [approved(World(folder, executors=[Meeting(folder)])) for folder in folders]
    done: list[str] = []
    threads = [threading.Thread(target=lambda token=token: done.append(token.execute().status)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["succeeded"] * 8


def test_another_process_finds_out_what_a_killed_one_did(world: World, lamp: Lamp) -> None:
    token = approved(world)
    code = f"""
import os, sys
sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})
import pathlib, vcto
from test_executor import Lamp
lamp = Lamp(pathlib.Path({str(world.folder)!r}))
lamp.during = lambda permit: os._exit(9)
practice = vcto.open({str(world.folder / "practice")!r})
practice.register(lamp)
practice.tenant("halden").resume({token.id!r}).execute()
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    assert lamp.file.exists()
    doubt = world.tenant.resume(token.id)
    assert isinstance(doubt, vcto.InDoubt)
    settled = doubt.probe()
    assert isinstance(settled, vcto.Finished) and settled.outcome == "succeeded"
    with pytest.raises(vcto.Consumed):
        token.execute()
    assert lamp.permits == []


class NoMethods:
    name = "x"


class Coroutine(Lamp):
    async def apply(self, permit: vcto.Permit) -> Any:  # type: ignore[override]
        return "done"


def test_what_is_no_executor_is_refused_when_it_is_registered(world: World, lamp: Lamp) -> None:
    for bad in (3, None, NoMethods(), "lamp", vcto.Estate):
        with pytest.raises(TypeError, match="an executor"):
            world.practice.register(bad)  # type: ignore[arg-type]
    with pytest.raises(vcto.InvalidInput, match="coroutine"):
        world.practice.register(Coroutine(world.folder))  # type: ignore[arg-type]
    with pytest.raises(vcto.Conflict):
        world.practice.register(lamp)

    def declaring(actions: Any) -> Lamp:
        other = Lamp(world.folder)
        other.name = "other"
        other.actions = lambda: actions  # type: ignore[method-assign]
        return other

    on = lamp.actions()[0]
    for actions, place in ([{**on, "reversibility": "maybe"}], "actions/0/reversibility"), ([{"name": "on"}], "actions/0"), (3, "actions"):
        with pytest.raises(vcto.InvalidInput) as caught:
            world.practice.register(declaring(actions))
        assert caught.value.place == place
    with pytest.raises(vcto.InvalidInput, match="twice"):
        world.practice.register(declaring([on, on]))
    lamp.name = "renamed"
    assert approved(world).execute().status == "succeeded"


def test_what_ran_at_level_1_is_told_and_the_duty_is_recorded(tmp_path: pathlib.Path, lamp: Lamp) -> None:
    told: list[vcto.types.ReviewDuty] = []
    world = World(tmp_path, executors=[lamp], inventory=fresh(), notifier=told.append, reviewer="bob", operator="svc-night")
    staged = world.tenant.submit(world.change(area="documentation", steps=[STEP]), by="svc-review")
    assert isinstance(staged, vcto.StagedNotify) and staged.level == "L1"
    assert (staged.proposer.type, staged.proposer.name) == ("service", "svc-review")
    assert staged.risk.level == "L1" and staged.risk.input.has_notifier is True and staged.why
    assert told == []
    execution = staged.authorize().execute()
    assert execution.status == "succeeded"
    assert execution.operator is not None and execution.operator.name == "svc-night"
    (duty,) = told
    assert execution.review_due is not None and not execution.is_reviewer_untold
    assert (duty.tenant, duty.proposal, duty.who, duty.by) == ("halden", staged.id, "bob", execution.review_due.by)


def test_a_notifier_that_fails_stops_nothing_and_that_nobody_was_told_is_recorded(tmp_path: pathlib.Path, lamp: Lamp, caplog: pytest.LogCaptureFixture) -> None:
    world = World(tmp_path, executors=[lamp], inventory=fresh(), notifier=lambda duty: 1 / 0, reviewer="bob")
    staged = world.tenant.submit(world.change(area="documentation", steps=[STEP]), by="svc-review")
    assert isinstance(staged, vcto.StagedNotify)
    execution = staged.authorize().execute()
    assert execution.status == "succeeded" and execution.came_about
    assert execution.is_reviewer_untold and execution.review_due is not None
    assert "ZeroDivisionError" in caplog.text
    again = world.tenant.resume(staged.id)
    assert isinstance(again, vcto.Finished) and again.execution is not None and again.execution.is_reviewer_untold


def test_without_a_notifier_level_1_asks(tmp_path: pathlib.Path, lamp: Lamp) -> None:
    world = World(tmp_path, executors=[lamp], inventory=fresh())
    staged = world.tenant.submit(world.change(area="documentation", steps=[STEP]), by="svc-review")
    assert isinstance(staged, vcto.StagedApproval)


def test_the_executor_of_the_documentation_works(tmp_path: pathlib.Path) -> None:
    page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "executors.md"
    (program,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)
    lamp = names["Lamp"](tmp_path / "lamp")
    world = World(tmp_path, executors=[lamp])
    execution = approved(world).execute()
    assert execution.status == "succeeded" and lamp.file.read_text() == "sql"
    back = execution.rollback()
    assert isinstance(back, vcto.StagedApproval)
    undone = back.approve("bob", signer=world.signer("bob"))
    assert isinstance(undone, vcto.Approved) and undone.execute().status == "rolled_back"
