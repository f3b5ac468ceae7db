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


REDUNDANT = CASES[0]["inventory"]


def without(members: list[str]) -> dict[str, Any]:
    """The redundant databases, with a group of these members alone."""
    relations = [one for one in REDUNDANT["relations"] if one["from"] != "erp" or one["to"] in members]
    return {**REDUNDANT, "relations": relations, "requirements": [{"asset": "erp", "members": members, "needs": 1}]}


def test_whole_estate_results_agree_with_the_answers_for_one() -> None:
    estate = vcto.Estate(REDUNDANT)
    singles = estate.single_failures()
    assert list(singles) == estate.ids
    for asset, counts in singles.items():
        failure = estate.fail([asset])
        assert (counts["failed"], counts["degraded"]) == (len(failure["failed"]), len(failure["degraded"]))
    assert estate.pair_failures("erp") == {
        "asset": "erp",
        "pairs": [{"pair": ["sql-1", "sql-2"], "fails": 1, "breaks_asset": True}],
    }


def test_second_instances_are_ranked_and_a_smallest_set_is_proved() -> None:
    estate = vcto.Estate(without(["sql-2"]))
    found = estate.counterfactuals("erp")
    assert (found["single_points"], found["proved"]) == (["san", "sql-2"], True)
    assert found["additions"][0] == {"asset": "sql-2", "removes": ["san", "sql-2"], "on_same_foundations": ["sql-2"]}
    assert found["all"] == ["sql-2"]
    best = {"asset": "sql-2", "removes": 4, "on_same_foundations": 2, "services": ["erp", "web"]}
    assert estate.additions()["additions"][0] == best


def test_drawn_failures_are_the_same_for_a_seed() -> None:
    estate = vcto.Estate(REDUNDANT)
    odds = estate.monte_carlo(7, draws=2000, rates={"sql-1": 1.0}, kind_rates={"storage": 0.0}, rate=0.25)
    assert odds == estate.monte_carlo(7, draws=2000, rates={"sql-1": 1.0}, kind_rates={"storage": 0.0}, rate=0.25)
    assert (odds["assets"]["sql-1"]["share"], odds["assets"]["san"]["failed"]) == (1.0, 0)
    # The ERP is down by itself in one of four draws, and with the other database in one more of four.
    assert odds["assets"]["erp"]["low"] < 0.4375 < odds["assets"]["erp"]["high"]
    assert odds["assets"]["bi"]["low"] < 0.25 < odds["assets"]["bi"]["high"]
    with pytest.raises(vcto.InvalidInput):
        estate.monte_carlo(7, rate=1.5)
    with pytest.raises(vcto.NotFound):
        estate.monte_carlo(7, rates={"nope": 0.5})
    with pytest.raises(KeyError):
        estate.monte_carlo(7, rate=0.1, progress=lambda *_: {}["stop"])


def test_what_a_change_means_comes_before_what_changed() -> None:
    diff = vcto.Estate(REDUNDANT).diff(vcto.Estate(without(["sql-2"])))
    assert [(one["asset"], one["appeared"]) for one in diff["cuts"]] == [("erp", [["sql-2"]]), ("web", [["sql-2"]])]
    assert [(one["asset"], one["before"], one["after"], one["lost"]) for one in diff["radii"]] == [("sql-1", 2, 0, 2)]
    nothing = vcto.Estate(REDUNDANT).diff(vcto.Estate(REDUNDANT))
    assert (nothing["radii"], nothing["cuts"]) == ([], [])
    assert vcto.Estate(REDUNDANT).diff(vcto.Estate(without(["sql-2"])), asset_ids=["bi"])["cuts"] == []
    with pytest.raises(vcto.Unsupported):
        vcto.Estate(REDUNDANT).diff(vcto.Estate(REDUNDANT), order=3)


def test_patch_panels_are_drawn_through_when_asked() -> None:
    assets = [{"id": "core", "kind": "switch"}, {"id": "floor", "kind": "switch"}, {"id": "panel", "kind": "patch_panel"}]
    links = [{"from": "core", "to": "panel", "kind": "connects_to"}, {"from": "panel", "to": "floor", "kind": "connects_to"}]
    estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "netbox"}, "assets": assets, "relations": links})
    raw, drawn = estate.network(), estate.network(collapse_pass_through=True)
    assert (raw.view, raw.articulation_points()) == ({"view": "raw"}, ["panel"])
    assert raw.blocks() == [["core", "panel"], ["floor", "panel"]]
    assert (drawn.view, drawn.bridges()) == ({"view": "collapsed", "collapsed": ["panel"], "kept": []}, [["core", "floor"]])
    with pytest.raises(vcto.InvalidInput):
        drawn.separated_by("panel")


def test_graph_libraries_find_the_same_in_what_they_are_given() -> None:
    import networkx
    import rustworkx

    for case in CASES:
        estate = vcto.Estate(case["inventory"])
        one, other = estate.to_networkx(), estate.to_rustworkx()
        assert list(one.nodes) == estate.ids
        assert one.number_of_edges() == other.num_edges() == len(estate.edges())
        hard = [(start, end) for start, end, strength in one.edges(data="strength") if strength == "hard"]
        whole = networkx.DiGraph(hard)
        whole.add_nodes_from(estate.ids)
        assert {asset: len(networkx.ancestors(whole, asset)) for asset in estate.ids} == estate.blast_radii()
        rings = [sorted(found) for found in networkx.strongly_connected_components(whole) if len(found) > 1]
        assert sorted(rings) == estate.cycles()
        assert len(rustworkx.strongly_connected_components(other)) == networkx.number_strongly_connected_components(one)
        assert [other[index]["kind"] for index in other.node_indices()] == [one.nodes[asset]["kind"] for asset in estate.ids]


def test_tables_are_read_over_the_capsule_interface_alone() -> None:
    import polars
    import pyarrow

    estate = vcto.Estate(REDUNDANT)
    radii = estate.table("blast_radii")
    assert pyarrow.table(radii).to_pydict() == {"id": estate.ids, "total": list(estate.blast_radii().values())}
    # Read a second time, and by another library.
    assert dict(polars.DataFrame(radii).iter_rows()) == estate.blast_radii()
    singles = polars.DataFrame(estate.table("single_failures"))
    assert singles["failed"].to_list() == [counts["failed"] for counts in estate.single_failures().values()]
    assert list(polars.DataFrame(estate.table("edges")).iter_rows()) == estate.edges()
    assets = pyarrow.table(estate.table("assets"))
    assert assets.column("name").null_count == 6 and assets.schema.field("id").nullable is False
    assert pyarrow.table(vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "none"}}).table("assets")).num_rows == 0
    with pytest.raises(vcto.InvalidInput) as caught:
        estate.table("nope")
    assert caught.value.remedy is not None and "blast_radii" in caught.value.remedy


def test_what_a_table_gives_is_freed_whoever_reads_it() -> None:
    import pyarrow

    assets = [{"id": f"{number:06}", "kind": "server"} for number in range(20_000)]
    estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "many"}, "assets": assets})

    def rounds(count: int) -> int:
        """Memory of the process, in bytes, after so many streams: read, and given and not read."""
        for _ in range(count):
            estate.table("assets").__arrow_c_stream__()
            assert pyarrow.table(estate.table("assets")).num_rows == 20_000
        return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4_096

    # Each holds over half a megabyte: 400 of one kind that are not freed are 200 MB and more.
    rounds(20)
    before = rounds(20)
    assert rounds(400) - before < 50_000_000
