"""Dictionaries of the caller: what has no JSON form is refused with its place, and none of it crashes or hangs."""

import datetime
import decimal
import enum
import json
import pathlib
import types
from collections.abc import Callable
from typing import Any

import pytest

import vcto

SMALL: dict[str, Any] = {"format": "vcto.inventory/1", "source": {"name": "test"}}


def with_fact(value: Any, name: str = "x") -> dict[str, Any]:
    return {**SMALL, "assets": [{"id": "a", "kind": "server", "facts": {name: value}}]}


def ring() -> dict[str, Any]:
    document = with_fact(None)
    document["assets"][0]["facts"]["x"] = document
    return document


def loop() -> dict[str, Any]:
    items: list[Any] = [1]
    items.append(items)
    return with_fact(items)


def deep() -> dict[str, Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return with_fact(value)


X = "/assets/0/facts/x"


@pytest.mark.parametrize(
    ("make", "kind", "place", "says"),
    [
        (lambda: with_fact(float("nan")), vcto.InvalidInput, X, "NaN"),
        (lambda: with_fact(float("-inf")), vcto.InvalidInput, X, "infinity"),
        (lambda: with_fact([1, float("inf")]), vcto.InvalidInput, X + "/1", "infinity"),
        (lambda: with_fact({1: 2}), vcto.InvalidInput, X, "type int"),
        (lambda: {**SMALL, None: 3}, vcto.InvalidInput, None, "type NoneType"),
        (lambda: with_fact(2**64), vcto.InvalidInput, X, "whole number"),
        (lambda: with_fact(-(2**63) - 1), vcto.InvalidInput, X, "whole number"),
        (lambda: with_fact(10**10_000), vcto.InvalidInput, X, "whole number"),
        (lambda: with_fact(b"x"), vcto.InvalidInput, X, "bytes"),
        (lambda: with_fact({1}), vcto.InvalidInput, X, "set"),
        (lambda: with_fact(datetime.date(2026, 1, 1)), vcto.InvalidInput, X, "isoformat"),
        (lambda: with_fact(decimal.Decimal("1.5")), vcto.InvalidInput, X, "Decimal"),
        (lambda: with_fact(print), vcto.InvalidInput, X, "builtin_function_or_method"),
        (lambda: with_fact("\ud800"), vcto.InvalidInput, X, "surrogate"),
        (lambda: with_fact(1.5, "a/b~c\u202e") | {"source": {"name": {}}}, vcto.InvalidInput, "/source/name", "object"),
        (lambda: with_fact(float("nan"), "a/b~c\u202e"), vcto.InvalidInput, "/assets/0/facts/a~1b~0c\\u{202e}", "NaN"),
        (ring, vcto.InvalidInput, X, "contains itself"),
        (loop, vcto.InvalidInput, X + "/1", "contains itself"),
        (deep, vcto.TooLarge, X + "/0" * 60, "64 levels"),
        (lambda: with_fact("x" * 10_000_000), vcto.TooLarge, X, "longer than"),
        (lambda: {**SMALL, "assets": [{"id": "i" * 10_000_000, "kind": "server"}]}, vcto.TooLarge, "/assets/0/id", "longer than"),
    ],
)
def test_what_json_cannot_say_is_refused_with_its_place(
    make: Callable[[], dict[str, Any]], kind: type[vcto.VctoError], place: str | None, says: str
) -> None:
    with pytest.raises(kind, match=says) as caught:
        vcto.Estate(make())
    assert isinstance(caught.value, ValueError)
    assert (caught.value.place, caught.value.operation) == (place, "inventory.read")


def test_numbers_texts_and_containers_arrive_as_the_json_module_writes_them() -> None:
    class Size(enum.IntEnum):
        SMALL = 1

    class Named(str):
        pass

    class Sneaky(dict[str, Any]):
        def items(self) -> Any:
            raise RuntimeError("not to be called")

    values = [2**64 - 1, -(2**63), 0.1, 1e-7, -0.5, True, False, None, "é \U0001f600 \" \\ \n", Size.SMALL, Named("n")]
    document = with_fact(values)
    assert vcto.Estate(document).digest == vcto.Estate(json.dumps(document)).digest
    assert vcto.Estate(Sneaky(document)).digest == vcto.Estate(document).digest
    assert vcto.Estate(with_fact(tuple(values))).digest == vcto.Estate(document).digest
    shared = {"value": 1}
    assert vcto.Estate(with_fact([shared, shared])).asset_count == 1


@pytest.mark.parametrize("given", [3, None, pathlib.Path("x"), types.MappingProxyType(SMALL), bytearray(b"{}"), [SMALL]], ids=repr)
def test_another_type_is_a_type_error_of_one_line(given: Any) -> None:
    with pytest.raises(TypeError, match=f"an inventory, its JSON text or a dictionary.*not {type(given).__name__}") as caught:
        vcto.Estate(given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("{", "line 1", "ends before the document does"),
        ('{"format": "vcto.inventory/1",\n', "line 2", "ends before the document does"),
        ("", "line 1", "is empty"),
        (" \n ", "line 2", "is empty"),
        ("client.json", "line 1", "`vcto.read` reads files"),
        ("\ud800", None, "surrogate"),
    ],
)
def test_a_text_that_is_no_document_says_why(text: str, place: str | None, says: str) -> None:
    with pytest.raises(vcto.InvalidInput, match=says) as caught:
        vcto.Estate(text)
    assert caught.value.place == place


def test_options_and_changes_are_refused_with_their_place(tmp_path: pathlib.Path) -> None:
    def place(call: Callable[[], object]) -> str | None:
        with pytest.raises(vcto.InvalidInput) as caught:
            call()
        assert "column" not in str(caught.value)
        return caught.value.place

    practice = vcto.open(tmp_path / "practice")
    tenant = practice.create_tenant("a", region="eu")
    step = {"id": "s", "title": "t", "executor": "e", "action": "a", "target": 3}
    change = {"format": "vcto.change/1", "title": "t", "reason": "r", "area": "documentation", "steps": [step]}
    create = lambda **given: practice.create_tenant("b", region="eu", **given)
    assert place(lambda: tenant.submit(change, by="svc")) == "/steps/0/target"
    assert place(lambda: tenant.submit({**change, "steps": [{"id": float("nan")}]}, by="svc")) == "/steps/0/id"
    assert place(lambda: tenant.submit({}, by="svc")) is None
    good = {**change, "steps": [{**step, "target": "x"}]}
    assert place(lambda: tenant.submit(good, by={"type": "robot", "name": "x"})) == "by/type"
    assert place(lambda: create(policy={"aprovals": 2})) == "policy/aprovals"
    assert place(lambda: create(policy={"blast_radius": {"l0": "none"}})) == "policy/blast_radius/l0"
    assert place(lambda: create(policy={"approvals": 0})) == "/approvals"
    assert place(lambda: create(approvers=[{"person": "alice", "key": "k"}])) == "approvers/0/key"
    assert place(lambda: create(approvers=[{"person": "alice", "key": {1}}])) == "approvers/0/key"
    assert place(lambda: create(areas=[{"name": "x"}])) == "areas/0"
    assert place(lambda: vcto.open(tmp_path / "other", operator={"type": "service"})) == "operator"
    assert place(lambda: vcto.open(tmp_path / "other", reviewer="alice")) == "reviewer"
    assert place(lambda: vcto.open(tmp_path / "other", notifier=print)) == "reviewer"
    assert practice.tenants() == ["a"]
