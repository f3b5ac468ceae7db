"""Reading a tenant's ledger: which entries, in which order, and going on where one stopped."""

from __future__ import annotations

import datetime
import json
import pathlib
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
