"""The dependency graph of an estate in the forms of graph libraries, which are imported when they are asked for."""

from __future__ import annotations

import importlib
import json
from typing import Any

from ._vcto import Estate
from .errors import Unsupported


def to_networkx(estate: Estate) -> Any:
    """A `networkx.DiGraph`, from dependants to dependencies."""
    graph = _library("networkx").DiGraph()
    graph.add_nodes_from((asset.pop("id"), asset) for asset in _assets(estate))
    graph.add_edges_from((one, other, {"kind": kind, "strength": strength}) for one, other, kind, strength in estate.edges())
    return graph


def to_rustworkx(estate: Estate) -> Any:
    """A `rustworkx.PyDiGraph`, from dependants to dependencies; the index of a node is its place in `estate.ids`."""
    graph = _library("rustworkx").PyDiGraph(multigraph=False)
    index = dict(zip(estate.ids, graph.add_nodes_from(_assets(estate)), strict=True))
    graph.add_edges_from([(index[one], index[other], {"kind": kind, "strength": strength}) for one, other, kind, strength in estate.edges()])
    return graph


def _assets(estate: Estate) -> list[dict[str, Any]]:
    """Every asset without its facts, in the order of the ids."""
    assets = json.loads(estate.to_json())["assets"]
    return [{key: value for key, value in asset.items() if key != "facts"} for asset in assets]


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Unsupported(f"{name} is not installed (`pip install {name}`)") from error
