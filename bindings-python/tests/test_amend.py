"""What is open is amended, and what was approved for a window runs in it."""

import datetime
import pathlib
import time
from typing import Any

import pytest

import vcto
from world import World


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path)


def two_steps(world: World) -> dict[str, Any]:
    change = world.change()
    second = {**change["steps"][0], "id": "s2", "title": "Renew the support of ERP", "target": "erp"}
    return {**change, "steps": [*change["steps"], second]}


def in_seconds(seconds: int) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return (moment + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def approve(world: World, change: dict[str, Any]) -> str:
    staged = world.tenant.submit(change, by="svc-review")
    assert isinstance(staged, vcto.StagedApproval)
    approved = staged.approve("alice", signer=world.signer("alice"))
    assert isinstance(approved, vcto.Approved)
    return approved.id


def test_who_narrows_may_approve_and_who_widens_may_not(world: World) -> None:
    alice = {"type": "person", "name": "alice"}
    wide = two_steps(world)
    original = world.tenant.submit(wide, by="svc-review")
    narrow = world.tenant.amend(original.id, world.change(), alice, "no_budget: the ERP next year")
    assert isinstance(narrow, vcto.StagedApproval)
    assert narrow.amendment is not None
    assert (narrow.amendment.original, narrow.amendment.extent) == (original.id, "narrower")
    assert narrow.proposer.name == "svc-review"
    over = world.tenant.resume(original.id)
    assert isinstance(over, vcto.Finished)
    assert (over.outcome, over.superseded_by, over.execution) == ("superseded", narrow.id, None)

    wider = world.tenant.amend(narrow.id, wide, alice, "judged_wrong")
    assert isinstance(wider, vcto.StagedApproval)
    with pytest.raises(vcto.Denied, match="widened this change"):
        wider.decision("alice", "approve")
    assert isinstance(wider.approve("bob", signer=world.signer("bob")), vcto.Approved)
    told = [(told.kind, told.proposal, told.code, told.by.name) for told in world.tenant.overrides()]
    assert told == [("narrowed", original.id, "no_budget", "alice"), ("widened", narrow.id, "judged_wrong", "alice")]


def test_a_reason_without_a_code_is_refused_and_the_remedy_names_the_codes(world: World) -> None:
    original = world.tenant.submit(two_steps(world), by="svc-review")
    with pytest.raises(vcto.InvalidInput, match="code") as caught:
        world.tenant.amend(original.id, world.change(), "svc-review", "because")
    assert caught.value.remedy is not None and "too_risky" in caught.value.remedy
    assert isinstance(world.tenant.resume(original.id), vcto.StagedApproval)


def test_the_worker_runs_what_its_window_allows_and_nothing_else(world: World) -> None:
    due = approve(world, world.change(not_before=in_seconds(-60), not_after=in_seconds(600)))
    later = world.change(title="Later", not_before=in_seconds(3_600), not_after=in_seconds(7_200))
    approve(world, later)
    report = world.practice.run_due()
    assert [(worked.tenant, worked.proposal, worked.status) for worked in report.executed] == [
        ("halden", due, "handed_over")
    ]
    assert (report.refused, report.missed, report.next, report.is_quiet) == ([], [], later["not_before"], True)
    again = world.tenant.run_due()
    assert again.executed == [] and again.is_quiet


def test_a_missed_window_is_told_once(tmp_path: pathlib.Path) -> None:
    heard: list[Any] = []
    world = World(tmp_path, notifier=print, reviewer="bob", missed=heard.append)
    begin, end = in_seconds(-60), in_seconds(3)
    missed = approve(world, world.change(not_before=begin, not_after=end))
    time.sleep(4.1)
    report = world.practice.run_due()
    assert [(told.proposal, told.begin, told.end, told.over) for told in report.missed] == [(missed, begin, end, True)]
    assert heard == report.missed and not report.is_quiet
    assert world.practice.run_due().missed == [] and len(heard) == 1


def test_what_is_told_of_missed_windows_needs_a_notifier(tmp_path: pathlib.Path) -> None:
    with pytest.raises(vcto.InvalidInput, match="notifier"):
        vcto.open(tmp_path / "practice", missed=print)
    with pytest.raises(TypeError, match="callable"):
        vcto.open(tmp_path / "practice", notifier=print, reviewer="bob", missed="bob")  # type: ignore[arg-type]
