"""Reading a tenant's ledger: which entries, in which order, and going on where one stopped."""

from __future__ import annotations

import datetime
import gc
import json
import os
import pathlib
import signal
import threading
from typing import Any

import pytest
import vcto
from world import World

PROPOSED, REVIEWED = 0x0110, 0x0201


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    made = World(tmp_path)
    for title in ("One", "Two", "Three"):
        made.staged(title=title)
    return made


def test_all_entries_come_in_order_with_their_content(world: World) -> None:
    entries = list(world.tenant.ledger.entries())
    assert [entry.seq for entry in entries] == list(range(world.tenant.ledger.size()))
    assert entries[0].payload["origin"] == world.tenant.ledger.origin
    assert all(entry.octets is None for entry in entries)
    reviews = [json.loads(json.dumps(entry)) for entry in entries if entry.type == REVIEWED]
    assert reviews[0]["payload"]["review"]["format"] == "vcto.review/1"


def test_conditions_are_met_all_at_once(world: World) -> None:
    ledger = world.tenant.ledger
    whole = list(ledger.entries())
    proposed = list(ledger.entries(types=[PROPOSED]))
    assert [entry.type for entry in proposed] == [PROPOSED] * 3
    proposal = proposed[1].payload["record"]["proposal"]
    assert list(ledger.entries(types=[PROPOSED], subject=proposal)) == [proposed[1]]
    assert list(ledger.entries(start=2, stop=5)) == whole[2:5]
    time = datetime.datetime.fromisoformat(whole[-1].time.replace("Z", "+00:00"))
    assert list(ledger.entries(since=time + datetime.timedelta(days=1))) == []
    assert list(ledger.entries(since=whole[0].time, until=time + datetime.timedelta(days=1))) == whole
    assert list(ledger.entries(types=[])) == []


def test_a_kept_cursor_goes_on_behind_the_work_that_was_done(world: World) -> None:
    ledger = world.tenant.ledger
    reading = ledger.entries(types=[PROPOSED])
    first = next(reading)
    assert reading.cursor == first.cursor
    rest = list(ledger.entries(types=[PROPOSED], cursor=first.cursor))
    assert [first, *rest] == list(ledger.entries(types=[PROPOSED]))
    assert list(reading) == rest
    world.staged(title="Four")
    assert [entry.type for entry in ledger.entries(cursor=reading.cursor)] == [PROPOSED]


@pytest.mark.parametrize(
    "given",
    [{"cursor": "5"}, {"since": "yesterday"}, {"until": datetime.datetime(2026, 11, 22)}, {"subject": "\ud800"}],
)
def test_what_is_no_condition_is_refused(world: World, given: dict[str, Any]) -> None:
    with pytest.raises(vcto.InvalidInput):
        list(world.tenant.ledger.entries(**given))


def test_a_cursor_of_another_client_is_refused(world: World) -> None:
    other = world.practice.create_tenant("other", region="eu")
    cursor = next(other.ledger.entries()).cursor
    with pytest.raises(vcto.InvalidInput, match="another log"):
        next(world.tenant.ledger.entries(cursor=cursor))


@pytest.mark.parametrize(
    ("given", "name"),
    [({"start": -1}, "start"), ({"stop": 2**70}, "stop"), ({"types": [70000]}, "types"), ({"types": [-1]}, "types")],
)
def test_a_number_out_of_range_is_refused_by_the_name_of_its_argument(world: World, given: dict[str, Any], name: str) -> None:
    with pytest.raises(vcto.InvalidInput, match="out of range") as refused:
        world.tenant.ledger.entries(**given)
    assert refused.value.place == name


def test_a_negative_span_and_a_place_that_none_is_are_refused(world: World) -> None:
    with pytest.raises(vcto.InvalidInput, match="not negative") as refused:
        world.tenant.ledger.verify(fresh_within=datetime.timedelta(seconds=-1), as_of="2026-11-22T08:00:00Z")
    assert refused.value.place == "fresh_within"
    with pytest.raises(vcto.InvalidInput, match="out of range"):
        world.tenant.ledger.level(-1)


def test_a_lost_mark_is_accepted_by_name(world: World) -> None:
    size = world.tenant.ledger.size()
    world.tenant = None  # type: ignore[assignment]
    world.practice = None  # type: ignore[assignment]
    gc.collect()
    (world.folder / "practice" / "marks" / "halden").unlink()
    with pytest.raises(vcto.RollbackDetected, match="accept_missing_mark"):
        vcto.open(world.folder / "practice").tenant("halden")
    tenant = vcto.open(world.folder / "practice", accept_missing_mark=["halden"]).tenant("halden")
    assert tenant.ledger.size() == size + 1
    assert (world.folder / "practice" / "marks" / "halden").exists()


def test_a_signal_stops_a_verification_that_runs_on_another_thread(world: World) -> None:
    """The handler runs on the main thread while the work waits in a callback on its own: nothing is timed."""
    handled = threading.Event()

    def stop(*_: object) -> None:
        handled.set()
        raise KeyboardInterrupt

    def progress(*_: object) -> None:
        if not handled.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            assert handled.wait(60), "the signal was not seen while the work went on"

    before = signal.signal(signal.SIGINT, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            world.tenant.ledger.verify(progress=progress)
    finally:
        signal.signal(signal.SIGINT, before)
