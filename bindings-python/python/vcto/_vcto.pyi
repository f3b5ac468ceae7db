"""
The extension module behind the package `vcto`.
"""

from _typeshed import SupportsGetItem
from typing import Any, Final, SupportsIndex, final

__all__ = ["__version__", "Estate", "Inventory", "error_kinds"]

__version__: Final[str]
"""
The version of the engine.
"""

@final
class Estate:
    """
    What a client had at one time, checked and frozen, with its dependency graph.
    """
    def __new__(cls, /, inventory: Inventory | str | SupportsGetItem[int, SupportsIndex] | dict[str, Any]) -> Estate: ...
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str: ...
    @property
    def asset_count(self, /) -> int:
        """
        How many assets there are.
        """
    @property
    def digest(self, /) -> str:
        """
        Identifies the content: equal for equal content, whatever the order of the input was.
        """
    def find(self, /, text: str) -> str:
        """
        The id of the asset with this id, or else of the only one with this name.
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

def error_kinds() -> list[str]:
    """
    The names of the kinds of error of core.
    """
