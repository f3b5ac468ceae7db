"""
The extension module behind the package `vcto`.
"""

from _typeshed import SupportsGetItem
from datetime import date
from os import PathLike
from typing import Any, Final, SupportsIndex, final
from vcto.types import AssetLists, BlastRadii, BlastRadius, Bridges, Coverage, Debt, Failure, Finding, Gap, Progress, Recommendation, RuleResult

__all__ = ["__version__", "Estate", "Inventory", "Network", "Review", "error_kinds", "read", "review"]

__version__: Final[str]
"""
The version of the engine.
"""

@final
class Estate:
    """
    What a client had at one time, checked and frozen, with its dependency graph.
    """
    def __new__(cls, /, inventory: Inventory | str | bytes | dict[str, Any]) -> Estate: ...
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str: ...
    @property
    def asset_count(self, /) -> int:
        """
        How many assets there are.
        """
    def blast_radii(self, /) -> BlastRadii:
        """
        The totals of all blast radii, by asset id.
        """
    def blast_radius(self, /, asset_id: str) -> BlastRadius:
        """
        What a failure of this asset could touch, redundancy ignored; the asset itself is not counted.
        """
    def cut_sets(self, /, asset_id: str, order: SupportsIndex = 2) -> AssetLists:
        """
        The smallest sets of other assets, of up to `order`, whose failure fails this one; by size, then by ids.
        """
    def cycles(self, /) -> AssetLists:
        """
        Groups of assets that need each other in a ring.
        """
    @property
    def digest(self, /) -> str:
        """
        Identifies the content: equal for equal content, whatever the order of the input was.
        """
    def fail(self, /, asset_ids: SupportsGetItem[int, str]) -> Failure:
        """
        What stops, and what only gets worse, when these assets fail; they are among the failed.
        """
    def find(self, /, text: str) -> str:
        """
        The id of the asset with this id, or else of the only one with this name.
        """
    def layers(self, /) -> AssetLists:
        """
        The assets by how much stands below them, from the foundations up.
        """
    def network(self, /) -> Network:
        """
        The network layer: its `connects_to` relations, undirected.
        """
    def path(self, /, from_id: str, to_id: str) -> list[str] | None:
        """
        The shortest chain by which the first depends on the second, both included; `None` when it does not.
        """
    @property
    def relation_count(self, /) -> int:
        """
        How many relations there are, each once.
        """
    def to_json(self, /) -> str:
        """
        The inventory document of this snapshot: the same bytes for the same content, in every language.
        """

@final
class Inventory:
    """
    What is known of a client, as one source or a merge of several told it; not checked yet.
    """
    def __repr__(self, /) -> str: ...
    def to_json(self, /) -> str:
        """
        The document in the format `vcto.inventory/1`.
        """

@final
class Network:
    """
    The network layer of an estate.
    """
    def __repr__(self, /) -> str: ...
    def articulation_points(self, /) -> list[str]:
        """
        Assets without which their part of the network falls apart.
        """
    @property
    def asset_count(self, /) -> int:
        """
        How many assets are linked.
        """
    def bridges(self, /) -> Bridges:
        """
        Links without which their part of the network falls apart, as pairs of ids.
        """
    def separated_by(self, /, asset_id: str) -> int:
        """
        How many other assets of its part end up outside the largest rest when this asset goes.
        """

@final
class Review:
    """
    What a review concluded: a function of the estate, the reference data and the day.
    """
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str: ...
    @property
    def as_of(self, /) -> str:
        """
        The day as of which everything was judged.
        """
    @property
    def coverage(self, /) -> Coverage:
        """
        How much of what was asked could be known.
        """
    @property
    def debt(self, /) -> Debt:
        """
        What the problems are worth: principal, interest and risk, which do not add up to one.
        """
    @property
    def estate(self, /) -> str:
        """
        The digest of the estate that was reviewed.
        """
    @property
    def findings(self, /) -> list[Finding]:
        """
        What somebody has to know, gravest first.
        """
    @property
    def gaps(self, /) -> list[Gap]:
        """
        What could not be judged since it is not recorded, most frequent first.
        """
    @property
    def recommendations(self, /) -> list[Recommendation]:
        """
        What to do, in order of the rank; each with the change that would carry it out.
        """
    @property
    def rules(self, /) -> list[RuleResult]:
        """
        Each rule that was carried out, with how its subjects fared.
        """
    def to_json(self, /) -> str:
        """
        The document: the same bytes in every language.
        """

def error_kinds() -> list[str]:
    """
    The names of the kinds of error of core.
    """

def read(path_or_paths: str | PathLike[str] | SupportsGetItem[int, str | PathLike[str]], format: str | None = None, *, progress: Progress | None = None) -> Inventory:
    """
    Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations.

    The format is told by the content unless it is named: `vcto`, `netbox`, `rvtools`, `relations`, ...

    `progress(stage, done, total)` is called on the way.
    """

def review(estate: Estate, as_of: str | date, *, progress: Progress | None = None) -> Review:
    """
    Reviews an estate as of a day, with all built-in analyzers: a preview that records nothing.

    `progress(stage, done, total)` is called on the way.
    """
