"""The shapes of the plain results."""

from __future__ import annotations

from typing import TypedDict


class BlastRadius(TypedDict):
    """What could be touched when an asset fails."""

    asset: str
    total: int
    by_kind: dict[str, int]
    assets: list[str]
    degraded: list[str]
