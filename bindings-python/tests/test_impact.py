"""What breaks what: the answers of core arrive unchanged."""

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

import vcto
from conftest import ROOT

CASES = json.loads((ROOT / "tests" / "data" / "impact.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_answers_are_those_worked_out_by_hand(case: dict[str, Any]) -> None:
    estate = vcto.Estate(case["inventory"])
    for call, arguments, expected in case["calls"]:
        assert getattr(estate, call)(*arguments) == expected, (call, arguments)
    for call, arguments, kind in case["errors"]:
        with pytest.raises(vcto.VctoError) as caught:
            getattr(estate, call)(*arguments)
        assert caught.value.kind == kind, (call, arguments)


def test_the_answers_for_124_real_networks_are_known(shared: Callable[[str], pathlib.Path]) -> None:
    networks = json.loads(shared("data/topologies/topologies.json").read_text())
    answers = json.loads(shared("data/topologies/answers.json").read_text())
    assert len(networks) == len(answers) == 124
    for given in networks:
        estate = vcto.Estate(
            {
                "format": "vcto.inventory/1",
                "source": {"name": given["id"]},
                "assets": [{"id": str(node["id"]), "kind": "router"} for node in given["nodes"]],
                "relations": [{"from": str(a), "to": str(b), "kind": "connects_to"} for a, b in given["edges"] if a != b],
            }
        )
        network, answer = estate.network(), answers[given["id"]]
        assert set(network.articulation_points()) == set(answer["articulation_points"]), given["id"]
        assert {frozenset(bridge) for bridge in network.bridges()} == {frozenset(bridge) for bridge in answer["bridges"]}
        assert {point: network.separated_by(point) for point in answer["separated_by"]} == answer["separated_by"]
