"""The shapes of the plain results. What belongs to a document is a `Record`: a dictionary with its keys as attributes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias, TypedDict


class BlastRadius(TypedDict):
    """What could be touched when an asset fails."""

    asset: str
    total: int
    by_kind: dict[str, int]
    assets: list[str]
    degraded: list[str]


class Failure(TypedDict):
    """What stops, and what only gets worse."""

    failed: list[str]
    degraded: list[str]


AssetLists: TypeAlias = list[list[str]]
"""Lists of asset ids."""

BlastRadii: TypeAlias = dict[str, int]
"""The totals of blast radii, by asset id."""

Bridges: TypeAlias = list[list[str]]
"""Links, each by the ids of its two ends."""


Progress: TypeAlias = Callable[[str, int, "int | None"], object]
"""Told of progress: the stage, how much is done, and of how much where that is known."""


class Record(dict[str, Any]):
    """A dictionary of which the keys are attributes too: `finding.title` is `finding["title"]`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.__dict__ = self


class Change(Record):
    """Something to do to an estate, in the format `vcto.change/1`."""

    format: str
    title: str
    reason: str
    area: str
    findings: list[str]
    steps: list[Record]
    reads: list[Record]
    not_before: str | None
    not_after: str | None
    cost: Record | None


class Band(Record):
    """What one axis of the risk demands, and why."""

    axis: str
    level: str
    why: str


class Approvals(Record):
    """How many approvals a change needs, and who has approved so far."""

    needed: int
    roles: list[str]
    given: list[str]


class Pending(Record):
    """What waits, in short: enough to choose, not to decide."""

    id: str
    title: str
    area: str
    findings: list[str]
    level: str
    state: str
    proposer: Record
    submitted_at: str
    expires_at: str
    approvals_needed: int
    approved_by: list[str]
    steps: int


class StepReport(Record):
    """One step of an execution."""

    id: str
    title: str
    target: str
    state: str
    receipt: str | None
    note: str | None


class Proved(Record):
    """What a proof holds. Keep the checkpoint elsewhere: it tells later whether something was cut off."""

    checkpoint: str
    decisions: int
    oscal: bool


class Verification(Record):
    """What a verification of a ledger says: one verdict for each question."""

    integrity: str
    authenticity: str
    completeness: str
    freshness: str
    erasure: str
    policy: str
    origin: str
    size: int
    signed_size: int
    root: str
    first_bad_index: int | None
    problems: list[Record]


class Recommendation(Record):
    """What a review advises, with the change that would carry it out."""

    id: str
    title: str
    rationale: str
    strategy: str
    effort: Record
    rank: int
    findings: list[str]
    change: Change


class Finding(Record):
    """One answer of one rule that somebody has to know."""

    id: str
    rule: str
    outcome: str
    severity: str
    confidence: str
    pillar: str
    debt: str
    asset: str | None = None
    name: str | None = None
    discriminator: str = ""
    title: str
    detail: str
    due: str | None = None
    risk: int | None = None
    reach: Record | None = None
    related: list[str] = []
    evidence: Record


class Gap(Record):
    """An input that rules needed and that is not recorded."""

    rule: str
    missing: str
    count: int
    examples: list[str]


class RuleResult(Record):
    """One rule, with how its subjects fared."""

    id: str
    version: int
    title: str
    pillar: str
    debt: str
    reads: list[str]
    conclusion: str
    known: int
    total: int
    outcomes: Record


class Coverage(Record):
    """How much of what was asked could be known."""

    assets: int
    relations: int
    inferred_relations: int
    known: int
    total: int
    outcomes: Record
    layers: list[Record]


class Debt(Record):
    """Principal, interest and risk: three things that do not add up to one."""

    principal: Record
    interest: Record
    risk: Record
    ratio: Record | None = None
    kinds: list[Record]


def _plain(text: str, shape: str) -> Any:
    return json.loads(text)


def _record(text: str, shape: str) -> Record:
    return _shaped(json.loads(text, object_hook=Record), shape)


def _records(text: str, shape: str) -> list[Record]:
    return [_shaped(record, shape) for record in json.loads(text, object_hook=Record)]


def _shaped(record: Record, shape: str) -> Record:
    if shape == "Recommendation":
        record["change"] = Change(record["change"])
    cls: type[Record] = globals()[shape]
    return cls(record)
