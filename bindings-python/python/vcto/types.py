"""The shapes of the plain results. What belongs to a document is a `Record`: a dictionary with its keys as attributes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypedDict

if TYPE_CHECKING:
    from ._vcto import Permit


class PeopleTouched(TypedDict):
    """People who work with what is touched; never too many where the facts are right."""

    at_least: int
    unrecorded: int


class BlastRadius(TypedDict):
    """What could be touched when an asset fails."""

    asset: str
    total: int
    by_kind: dict[str, int]
    by_criticality: dict[str, int]
    without_criticality: int
    people: PeopleTouched
    assets: list[str]
    degraded: list[str]


class MethodCount(TypedDict):
    """How far one method of inference came: relations, then assets."""

    method: str
    inferred: int
    known: int
    refused: int
    ambiguous: int
    unmatched: int
    without_evidence: int


class Doubt(TypedDict):
    """Something that was not guessed."""

    method: str
    asset: str
    why: str


class Inference(TypedDict):
    """What could be inferred: relations as in the inventory format, and what was not guessed."""

    relations: list[dict[str, Any]]
    methods: list[MethodCount]
    doubts: list[Doubt]


class Failure(TypedDict):
    """What stops, and what only gets worse."""

    failed: list[str]
    degraded: list[str]


class PeopleAffected(TypedDict):
    """People, counted once; never too many where the facts are right."""

    at_least: int
    degraded: int
    unknown: int
    unrecorded: int


class SiteEffect(TypedDict):
    """What becomes of the assets of a site; `people` is what the site states, touched or not."""

    site: str
    failed: int
    degraded: int
    cut_off: int
    unknown: int
    people: int | None
    way_out: str


class ServiceEffect(TypedDict):
    """What becomes of a service, and how many people it states."""

    service: str
    state: str
    people: int | None


class _OpenQuestion(TypedDict):
    question: str
    ask: str
    asset: str
    unlocks: int


class OpenQuestion(_OpenQuestion, total=False):
    """A question whose answer would tell what is unknown now."""

    name: str
    relation: str
    fact: str


class WhatIf(TypedDict):
    """What happens when assets fail; `why` has a sentence for each asset of the four lists, `summary` says it of people."""

    seeds: list[str]
    failed: list[str]
    degraded: list[str]
    cut_off: list[str]
    unknown: list[str]
    why: dict[str, str]
    people: PeopleAffected
    summary: str
    sites: list[SiteEffect]
    services: list[ServiceEffect]
    elsewhere: int
    questions: list[OpenQuestion]


ClassRadii: TypeAlias = dict[str, dict[str, int]]
"""The totals of blast radii, by asset id and by kind or criticality of what is touched, without zeros."""


class Communities(TypedDict):
    """Groups of assets that belong together; how much of all weight of dependencies is cut between them."""

    communities: list[list[str]]
    modularity: float
    cut: float
    weight: float
    resolution: list[int]


class Component(TypedDict):
    """Assets that need each other in a ring, or one alone; `depends_on` are numbers of components."""

    assets: list[str]
    layer: int
    depends_on: list[int]


Components: TypeAlias = list[Component]
"""Components, by number."""


class SingleFailure(TypedDict):
    """How many assets stop when one fails, itself included, and how many only get worse."""

    failed: int
    degraded: int


SingleFailures: TypeAlias = dict[str, SingleFailure]
"""What the failure of each asset alone does, by asset id."""


class PairFailure(TypedDict):
    """Two assets that together fail more than each alone: so many, and whether the asset asked about is among them."""

    pair: list[str]
    fails: int
    breaks_asset: bool


class PairFailures(TypedDict):
    """The pairs below an asset that together fail more than each alone."""

    asset: str
    pairs: list[PairFailure]


class Deadlock(TypedDict):
    """Assets that wait for each other; the shortest ring of them, and what to start by hand so that the rest starts."""

    assets: list[str]
    ring: list[str]
    start_by_hand: list[str]


class Blocked(TypedDict):
    """An asset that waits for a deadlock: for what next, and for which of the deadlocks, by index."""

    asset: str
    waits_for: str
    deadlock: int


class ColdStart(TypedDict):
    """What runs and could not be started again from nothing."""

    deadlocks: list[Deadlock]
    blocked: list[Blocked]


class Odds(TypedDict):
    """In how many draws an asset stopped, the share of them, and the interval of 95 % about it."""

    failed: int
    share: float
    low: float
    high: float


class Spread(TypedDict):
    """How many assets stopped in a draw: the mean, what half, 95 and 99 of 100 draws did not exceed, and the most."""

    mean: float
    median: int
    p95: int
    p99: int
    most: int


class FailureOdds(TypedDict):
    """How often assets stop when failures are drawn at random."""

    method: str
    seed: str
    draws: int
    confidence: float
    failed: Spread
    assets: dict[str, Odds]


class Addition(TypedDict):
    """A second instance of an asset, and the single points of failure that go with it: on foundations of its own, and on the same."""

    asset: str
    removes: list[str]
    on_same_foundations: list[str]


class Counterfactuals(TypedDict):
    """What second instances would do for an asset; `all` is a set that leaves no single point of failure, and the smallest where `proved`."""

    asset: str
    single_points: list[str]
    additions: list[Addition]
    all: list[str]
    proved: bool


class SharedAddition(TypedDict):
    """A second instance of an asset, and how many pairs of a service and a single point of failure go with it."""

    asset: str
    removes: int
    on_same_foundations: int
    services: list[str]


class Additions(TypedDict):
    """What second instances would do for all services together."""

    assets: int
    single_points: int
    additions: list[SharedAddition]


class Dominated(TypedDict):
    """The nearest asset over which all comes to this one, and how many others come so over this one."""

    immediate: str | None
    dominates: int


Dominators: TypeAlias = dict[str, Dominated]
"""The dominator tree, by asset id."""


class RadiusChange(TypedDict):
    """How many assets depended on one before and do now, how many of them are new, and how many went."""

    asset: str
    before: int | None
    after: int | None
    gained: int
    lost: int


class _CutChange(TypedDict):
    asset: str
    appeared: list[list[str]]
    gone: list[list[str]]


class CutChange(_CutChange, total=False):
    """Sets of assets that stop one now and did not, and the other way round."""

    absorbed: list[list[str]]
    relieved: list[list[str]]


class ImpactDiff(TypedDict):
    """What changed between two snapshots, and what that means."""

    changes: dict[str, Any]
    radii: list[RadiusChange]
    cuts: list[CutChange]


class _NetworkView(TypedDict):
    view: str


class NetworkView(_NetworkView, total=False):
    """How a network was read: `raw`, or `collapsed`, with which devices drawn as wires and which not."""

    collapsed: list[str]
    kept: list[str]


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


class Part(Record):
    """A part of a document: its keys, which are attributes too, are those of the document's format."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class Actor(Record):
    """Who did or asked for something: `engine`, `person` or `service`, and the name."""

    type: str
    name: str


class Change(Record):
    """Something to do to an estate, in the format `vcto.change/1`."""

    format: str
    title: str
    reason: str
    area: str
    findings: list[str]
    steps: list[Step]
    reads: list[Part]
    not_before: str | None
    not_after: str | None
    cost: Part | None


class Step(Record):
    """One action of one executor on one asset; `undo` is the way back, approved with it."""

    id: str
    title: str
    executor: str
    action: str
    target: str
    parameters: Part
    undo: Part | None


class Band(Record):
    """What one axis of the risk demands, and why."""

    axis: str
    level: str
    why: str


class Risk(Record):
    """What a level was computed from: the bands, one for each axis, and what was looked at."""

    level: str
    bands: list[Band]
    input: Part


class Approver(Record):
    """One key of one person who may approve; `party` is `msp` or `client`."""

    person: str
    key: str
    party: str
    roles: list[str]
    valid_after: str | None = None
    valid_before: str | None = None


class RegisteredApprover(Approver):
    """An approver as the ledger has them; `revoked_at` is `None` while the key is in force."""

    since: int
    revoked_at: str | None


class Freeze(Record):
    """A time in which changes do not start: until just before `until`; no areas: all."""

    name: str
    areas: list[str]
    until: str
    reason: str


class Halt(Record):
    """The kill switch, on."""

    seq: int
    by: Actor
    at: str
    why: str


class RulesInForce(Record):
    """The rules that the ledger of a tenant has in force."""

    policy: Part
    """In the format `vcto.policy/1`."""
    areas: list[Part]
    approvers: list[RegisteredApprover]
    """Also those whose key is revoked."""
    freezes: list[Freeze]
    """Each also with `["from"]`."""
    halts: list[Halt]
    """The kill switch: it is on while there is one."""


class Decision(Record):
    """A signed statement as the ledger has it: `approve`, `reject`, `did`, `declined` or `accept`."""

    seq: int
    at: str
    proposal: str
    person: str
    role: str | None
    statement: str
    reason: str | None
    text: str
    signature: str
    digest: str


class Approvals(Record):
    """How many approvals a change needs, and who has approved so far."""

    needed: int
    roles: list[str]
    given: list[str]
    stuck: str | None
    """Why nobody is left who can complete them, with what helps; none while somebody can."""


class Pending(Record):
    """What waits, in short: enough to choose, not to decide."""

    id: str
    title: str
    area: str
    findings: list[str]
    level: str
    state: str
    proposer: Actor
    submitted_at: str
    expires_at: str
    approvals_needed: int
    approved_by: list[str]
    stuck: str | None
    """Why it waits in vain, with what helps: nobody is left who can complete its approvals."""
    steps: int


class StepReport(Record):
    """One step of an execution."""

    id: str
    title: str
    target: str
    state: str
    receipt: str | None
    note: str | None


class ReviewDue(Record):
    """Who must review what ran at level 1, and until when."""

    who: str
    by: str


class ReviewDuty(ReviewDue):
    """A duty to review, as a notifier is told of it."""

    tenant: str
    proposal: str


Notifier: TypeAlias = Callable[[ReviewDuty], object]
"""Tells somebody of a duty to review. What it raises goes to the logger `vcto`, and `execution.is_reviewer_untold` is true: the duty stands."""


class MissedWindow(Record):
    """An approved change that was not started within its window; `over` where the proposal is over too."""

    tenant: str
    proposal: str
    begin: str
    end: str
    over: bool


Missed: TypeAlias = Callable[[MissedWindow], object]
"""Tells somebody of a missed window. What it raises goes to the logger `vcto`."""


class WorkReport(Record):
    """What one call of the worker did."""

    executed: list[Part]
    """Each with `tenant`, `proposal`, `status`."""
    refused: list[Part]
    """What was due and not started: `tenant`, `proposal`, `kind`, `text`, `remedy`. Tried again as long as its window lasts."""
    missed: list[MissedWindow]
    stuck: list[Part]
    """What waits for approvals that nobody can give any more: `tenant`, `proposal`, `why`. Told at every call."""
    next: str | None
    """When the next window begins of those that are known now."""
    is_quiet: bool
    """Whether nothing was missed or refused, nothing waits in vain, and nothing ended in need of a human."""


class Amendment(Record):
    """That a proposal took the place of another one; `extent` is `narrower` or `wider`."""

    original: str
    by: Actor
    extent: str
    reason: str


class Override(Record):
    """That a person decided otherwise than was proposed: `narrowed`, `widened`, `rejected` or `declined`."""

    seq: int
    at: str
    proposal: str
    kind: str
    replacement: str | None
    by: Actor
    code: str | None
    reason: str | None


class ObservedStep(Record):
    """What was seen at the target of a step that a human did: `present`, `absent` or `unknown`."""

    step: str
    effect: str


class StepContext(Record):
    """Everything an executor may know of a step: all of it comes from the ledger."""

    tenant: str
    proposal: str
    change: Change
    step: Step
    asset: Part | None
    direction: str
    """`apply` or `undo`."""
    idempotency_key: str
    approved_by: list[Part]
    """`person`, `at` and `decision` of each approval."""
    undoes: Part | None
    """What is to be taken back: `idempotency_key`, `before`, `after` and `receipt` of the step as it was done."""


class Executor(Protocol):
    """What may change the world, registered with `practice.register` before anything that names it is submitted.

    `apply` and `undo` are called at most once for a step and never again. Where the answer of a remote system is lost, say
    `unknown`; an exception counts as that. No time limit is set: set your own. Calls come from whichever thread executes.
    """

    @property
    def name(self) -> str:
        """By which a step asks for it."""

    def actions(self) -> Sequence[Mapping[str, Any]]:
        """Everything it can do, undo actions included: `name`, `reversibility` (`verified`, `exact`, `compensation`,
        `irreversible`), `idempotency` (`key`, `natural`, `none`), and `hands_over` where others do the work.
        """

    def observe(self, context: StepContext) -> str | Mapping[str, Any]:
        """Looks, and changes nothing: `present`, `absent`, `unknown`, or `{"effect": ..., "image": ...}` with what to
        remember of the target. What it raises stops the execution before anything is done.
        """

    def apply(self, permit: Permit) -> str | Mapping[str, Any]:
        """Does the step: `done`, `handed_over`, or `{"outcome": ...}` with a `receipt`; `not_done` and `unknown` with a
        `reason`.
        """

    def undo(self, permit: Permit) -> str | Mapping[str, Any]:
        """Takes back what `apply` did, as the step's `undo` says; copes with finding nothing to take back."""


class AnchorRequest(Record):
    """What an anchor is to keep."""

    checkpoint: str
    """The checkpoint of the anchor log: a signed note."""
    key: str
    """The public key that signed it."""
    handovers: list[str]
    """How the anchor log came to that key: each hand-over as a note that the key before and the key after have signed, in order."""
    origin: str
    region: str
    size: int
    confirmed: int
    """The size of the newest checkpoint that this anchor has confirmed; 0 for none."""
    failures: int
    at: str


class Anchor(Protocol):
    """A place outside that keeps checkpoints of anchor logs, registered with `practice.register_anchor`.

    It is called by rounds, at least once for each checkpoint that it is owed, and again after a failure. No time limit is set: set
    your own.
    """

    @property
    def name(self) -> str:
        """Names it in the records: 1 to 64 of a-z, 0-9 and `-`. The same for ever."""

    def keep(self, request: AnchorRequest) -> str | None:
        """Keeps the checkpoint durably; what it gives back is recorded. What it raises is a failure: it is tried again later."""


class KeptCheckpoint(Record):
    """A checkpoint of an anchor log that a folder keeps, and since when by the clock of its file system."""

    note: str
    size: int
    since: str | None


class SplitView(Record):
    """Two checkpoints that a log has signed and that contradict each other: of one size, or, the smaller first, of two."""

    origin: str
    key: str
    """The key of the log, as the evidence names it: compare it with the one that you know."""
    checkpoints: list[Part]
    """Each with `note` and `size`."""


KeptAnchors: TypeAlias = Sequence["str | Mapping[str, Any]"]
"""Checkpoints of an anchor log that were kept outside: signed notes, or what `FileAnchor.kept` gives."""


class AnchorRound(Record):
    """What a round of anchoring came to."""

    at: str
    regions: list[Part]
    """Each with `region`, `origin`, `checkpoint` (the note to keep outside), `key`, `size`, `text` where its anchor log is not well, and `anchors`:
    `anchor`, `outcome` (`kept`, `current`, `failed`, `waiting`), `confirmed`, `next`, `text`."""
    tenants: list[Part]
    """Each with `tenant`, `region`, `outcome` (`anchored`, `unchanged`, `shorter`, `forked`, `missing`, `failed`), `size`, `anchored`, `text`."""
    has_failure: bool


class Proved(Record):
    """What a proof holds. Keep the checkpoint elsewhere: it tells later whether something was cut off."""

    checkpoint: str
    decisions: int
    oscal: bool
    anchored: bool
    """Whether it leads to a checkpoint of the region's anchor log."""


class LedgerEntry(Record):
    """An entry of a ledger, checked and opened.

    `payload` is its content where that is JSON; otherwise `octets` has it, in base64, and `payload` is None. Keep `cursor` once your work on the entry
    is done: `entries(cursor=...)` goes on behind it.
    """

    seq: int
    time: str
    type: int
    cursor: str
    payload: Any
    octets: str | None


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
    problems: list[Part]
    has_failure: bool
    """Whether any verdict is a failure. `unanchored`, `headers_only` and `not_checked` are none: read the verdicts."""
    exit_code: int
    """0 without a failure, else the number of the first verdict that is one: 10 integrity, 11 authenticity, 12 completeness,
    13 freshness, 15 policy."""


class Recommendation(Record):
    """What a review advises, with the change that would carry it out."""

    id: str
    title: str
    rationale: str
    strategy: str
    effort: Part
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
    part: str = ""
    title: str
    detail: str
    due: str | None = None
    risk: int | None = None
    reach: Part | None = None
    related: list[str] = []
    waiver: Part | None = None
    """The waiver that is in force for it: `reason`, `requested_by`, `approved_by`, `at`, `until`."""
    evidence: Part


class Gap(Record):
    """An input that rules needed and that is not recorded."""

    rule: str
    missing: str
    count: int
    examples: list[str]


class Question(Record):
    """What to ask whom, and how many answers of rules the answer makes possible."""

    question: str
    ask: str
    assets: list[str]
    name: str
    fact: str
    unlocks: int
    unlocks_together: int = 0
    together_with: list[str] = []
    rules: list[str]


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
    outcomes: Part


class Coverage(Record):
    """How much of what was asked could be known."""

    assets: int
    relations: int
    inferred_relations: int
    sources: int
    sites: int
    people: int | None = None
    linked: int
    linkable: int
    known: int
    total: int
    outcomes: Part
    layers: list[Part]


class Debt(Record):
    """Principal, interest and risk: three things that do not add up to one."""

    principal: Part
    interest: Part
    risk: Part
    ratio: Part | None = None
    kinds: list[Part]


class MatrixColumn(Record):
    """What one column of the matrix comes to; `in_use` and `stale` count the cells apart."""

    column: str
    complete: bool
    percent: int | None = None
    """Covered in whole percent of `known`; `None` where nothing is known."""
    known: int
    total: int
    in_use: Part
    stale: Part


class MatrixRow(Record):
    """One device: each cell is `covered`, `gap`, `unknown`, `contradicted` or `not_applicable`."""

    asset: str
    name: str | None = None
    kind: str
    life: str
    rmm: str
    endpoint_protection: str
    backup: str
    directory: str
    agreement: str
    warranty: str


class Matrix(Record):
    """Every device against what should look after it."""

    devices: Part
    """How many are `live`, `stale`, `retired` and `unknown`."""
    columns: list[MatrixColumn]
    rows: list[MatrixRow]


class Ending(Record):
    """Something that ends on a day, with who says so."""

    date: str
    rule: str
    asset: str
    part: str
    name: str | None = None
    kind: str
    what: str
    days: int
    band: str
    """`past`, `within_30`, `within_90`, `within_180` or `later`."""
    ends: str | None = None
    notice_by: str | None = None
    auto_renew: bool | None = None
    until: str | None = None
    sources: list[Part]


class Calendar(Record):
    """Every recorded day on which something ends, soonest first."""

    past: int
    within_30: int
    within_90: int
    within_180: int
    later: int
    disputed: int
    not_recorded: list[Part]
    entries: list[Ending]


class FiscalYear(Record):
    """A fiscal year: `FY2026`, or `FY2026/27` where it does not begin in January."""

    label: str
    starts: str
    ends: str


class BudgetTotal(Record):
    """A sum of one year in one currency. Amounts are texts with exact decimals."""

    fiscal_year: str
    currency: str
    one_off: str
    recurring: str
    total: str
    expired: str
    lines: int


class BudgetLine(Record):
    """What is to be paid in one year for one item of one asset."""

    fiscal_year: str
    date: str
    asset: str
    name: str | None = None
    kind: str
    item: str
    what: str
    due: str
    overdue: bool
    instalments: int
    amount: str
    currency: str
    price: Part
    because: str
    findings: list[str]
    facts: list[Part]


class UnpricedItem(Record):
    """Something to be paid for that has no price; `why` is `no_price` or `ambiguous`."""

    fiscal_year: str
    asset: str
    name: str | None = None
    kind: str
    item: str
    what: str
    due: str
    overdue: bool
    why: str
    rows: list[int] = []
    because: str
    findings: list[str]
    facts: list[Part]


class UndatedKind(Record):
    """Hardware that cannot be put into a year: nobody knows when it was bought."""

    kind: str
    count: int
    examples: list[str]


class Cost(Record):
    """What the provider pays for a line of the client's; `None` where the price list does not say."""

    cost: str | None = None
    margin: str | None = None


class CostTotal(Record):
    """What the provider pays for a total of the client's, over the lines of which that is known: `known` of `total`."""

    fiscal_year: str
    currency: str
    cost: str
    margin: str
    known: int
    total: int


class WaiversTaken(Record):
    """The waivers that a review was given, and what they came to. They take nothing out of the review."""

    document: str
    """The digest of the sheet."""
    in_force: int
    not_yet: int
    expired: int
    replaced: int
    unmatched: int
    remaining: Part
    """`principal`, `interest`, `risk` and `ratio` without what is waived."""
    withheld: list[Part] = []
    """What would be recommended, were nothing waived: `id`, `title`, `findings`, `targets`."""
    entries: list[Part]
    """Each waiver: `state`, `finding`, `asset`, `days`, `waiver`."""


def _plain(text: str, shape: str) -> Any:
    return json.loads(text)


def _record(text: str, shape: str) -> Record:
    return _shaped(json.loads(text, object_hook=Record), shape)


def _records(text: str, shape: str) -> list[Record]:
    return [_shaped(record, shape) for record in json.loads(text, object_hook=Record)]


def _shaped(record: Record, shape: str) -> Record:
    if shape in ("Recommendation", "StepContext"):
        record["change"] = Change(record["change"])
    cls: type[Record] = globals()[shape]
    return cls(record)
