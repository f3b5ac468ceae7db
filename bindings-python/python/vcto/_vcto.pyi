"""
The extension module behind the package `vcto`.
"""

from _typeshed import SupportsGetItem
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final, NoReturn, SupportsFloat, SupportsIndex, final
from vcto.types import Actor, Additions, Amendment, Anchor, AnchorRound, Approvals, Approver, AssetLists, Band, BlastRadii, BlastRadius, Bridges, BudgetLine, BudgetTotal, Calendar, Change, ClassRadii, ColdStart, Communities, Components, Cost, CostTotal, Counterfactuals, Coverage, Debt, Decision, Dominators, Executor, Failure, FailureOdds, Finding, FiscalYear, Gap, Halt, ImpactDiff, Inference, KeptAnchors, KeptCheckpoint, LedgerEntry, Matrix, Missed, NetworkView, Notifier, ObservedStep, Override, PairFailures, Pending, Progress, Proved, Question, Recommendation, ReviewDue, Risk, RuleResult, RulesInForce, SingleFailures, SplitView, Step, StepContext, StepReport, UndatedKind, UnpricedItem, Verification, WaiversTaken, WhatIf, WorkReport

__all__ = ["__version__", "Approved", "Budget", "Entries", "Estate", "Execution", "FileAnchor", "Finished", "InDoubt", "InternalBudget", "Inventory", "Ledger", "Network", "Permit", "Practice", "Rejected", "Review", "StagedApproval", "StagedAutomatic", "StagedHumanOnly", "StagedNotify", "Table", "Tenant", "Waiting", "WebhookAnchor", "WorkOrders", "budget", "error_kinds", "infer", "inferred_csv", "internal_budget", "is_refusal", "open", "passkey_challenge", "passkey_key", "passkey_signature", "postgres_schema", "read", "review", "split_view", "verify_bundle"]

__version__: Final[str]
"""
The version of the engine.
"""

@final
class Approved:
    """
    A change that may be executed, as far as its history goes. Whether it still may is checked when it starts.
    """
    def __copy__(self, /) -> NoReturn: ...
    def __deepcopy__(self, /, memo: Any) -> NoReturn: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __reduce_ex__(self, /, protocol: Any) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    @property
    def change(self, /) -> Change:
        """
        What is proposed, as it stands in the ledger.
        """
    @property
    def change_digest(self, /) -> str:
        """
        Identifies what is proposed.
        """
    def execute(self, /) -> Execution:
        """
        Executes the change, as it stands in the ledger. Everything is checked anew, and the start is recorded first.
        """
    @property
    def expires_at(self, /) -> str:
        """
        After this time it can no longer start.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal: `tenant.resume(id)` gives this value again.
        """
    @property
    def level(self, /) -> str:
        """
        The level: `L0` to `L3`.
        """
    def object(self, /, text: bytes | str, signature: bytes | str) -> None:
        """
        Hands in a signed objection: the proposal is rejected although it was approved.
        """
    def objection(self, /, approver: str, *, reason: str | None = None) -> bytes:
        """
        The text with which a person objects before it starts.
        """
    @property
    def proposer(self, /) -> Actor:
        """
        Who proposed it.
        """
    @property
    def risk(self, /) -> Risk:
        """
        What its level was computed from.
        """
    @property
    def why(self, /) -> list[Band]:
        """
        Why it has its level: what demands it, the highest first.
        """

@final
class Budget:
    """
    What a client may see of the years to come: what the provider pays itself has no place in it.
    """
    def __repr__(self, /) -> str: ...
    @property
    def as_of(self, /) -> str:
        """
        The day of the review that it rests on.
        """
    @property
    def estate(self, /) -> str:
        """
        The digest of the estate.
        """
    @property
    def fiscal_years(self, /) -> list[FiscalYear]:
        """
        The years, the first being that of the review.
        """
    @property
    def lines(self, /) -> list[BudgetLine]:
        """
        What goes into the sums: by year, then day, asset and item.
        """
    def to_json(self, /) -> str:
        """
        The document in the format `vcto.budget/1`: the same bytes in every language. Amounts are texts.
        """
    def to_text(self, /) -> str:
        """
        The sums for a terminal, with what is not in them. Text from outside is escaped.
        """
    def to_xlsx(self, /) -> bytes:
        """
        The budget as a workbook of Excel. Texts can compute nothing, amounts are numbers.
        """
    @property
    def totals(self, /) -> list[BudgetTotal]:
        """
        Sums, one a year and currency, in that order.
        """
    @property
    def undated(self, /) -> list[UndatedKind]:
        """
        Hardware of which nobody knows when it was bought: in no year.
        """
    @property
    def unpriced(self, /) -> list[UnpricedItem]:
        """
        What has to be paid for and has no price: in no sum.
        """
    @property
    def unused(self, /) -> list[int]:
        """
        Rows of the price list that priced nothing, by their lines.
        """

@final
class Entries:
    """
    Entries of a ledger, read as they are asked for.
    """
    def __iter__(self, /) -> Entries: ...
    def __next__(self, /) -> LedgerEntry: ...
    @property
    def cursor(self, /) -> str:
        """
        Behind the last entry that was given; at the end, behind what was passed over too.
        """

@final
class Estate:
    """
    What a client had at one time, checked and frozen, with its dependency graph.
    """
    def __new__(cls, /, inventory: Inventory | str | bytes | dict[str, Any]) -> Estate: ...
    def __reduce__(self, /) -> tuple[type, tuple[str]]:
        """
        A copy or a pickle is the document, read again.
        """
    def __repr__(self, /) -> str: ...
    def _repr_html_(self, /) -> str: ...
    def additions(self, /, *, progress: Progress | None = None) -> Additions:
        """
        The same for all services together: which second instances remove most single points of failure.
        """
    @property
    def asset_count(self, /) -> int:
        """
        How many assets there are.
        """
    def blast_radii(self, /) -> BlastRadii:
        """
        The totals of all blast radii, by asset id.
        """
    def blast_radii_by_criticality(self, /, *, progress: Progress | None = None) -> ClassRadii:
        """
        The same by criticality; assets without one are not counted.
        """
    def blast_radii_by_kind(self, /, *, progress: Progress | None = None) -> ClassRadii:
        """
        The totals of all blast radii by the kind of what they touch: by asset id, then by kind, without zeros.
        """
    def blast_radius(self, /, asset_id: str) -> BlastRadius:
        """
        What a failure of this asset could touch, redundancy ignored; the asset itself is not counted.
        """
    def cold_start(self, /, *, progress: Progress | None = None) -> ColdStart:
        """
        What runs and could not be started again from nothing: rings of assets that wait for each other, and what waits for them.
        """
    def communities(self, /, *, resolution: tuple[SupportsIndex, SupportsIndex] = ..., progress: Progress | None = None) -> Communities:
        """
        Groups of assets that belong together, as a move would take them; `resolution` makes more and smaller ones above 1, as a
        fraction of two whole numbers.
        """
    def components(self, /) -> Components:
        """
        The components: assets that need each other in a ring, or one alone; by number, with their layer and what they depend on.
        """
    def counterfactuals(self, /, asset_id: str, *, progress: Progress | None = None) -> Counterfactuals:
        """
        Of which assets a second instance would remove single points of failure of this one; what removes most first.
        """
    def cut_sets(self, /, asset_id: str, order: SupportsIndex = 2) -> AssetLists:
        """
        The smallest sets of other assets, of up to `order`, whose failure fails this one; by size, then by ids.
        """
    def cycles(self, /) -> AssetLists:
        """
        Groups of assets that need each other in a ring.
        """
    def diff(self, /, new: Estate, *, order: SupportsIndex = 2, asset_ids: SupportsGetItem[int, str] | None = None, progress: Progress | None = None) -> ImpactDiff:
        """
        What it means that the estate is this later one now: records that changed, whose blast radius did, and which cut sets of
        services appeared and went, or of the named assets.
        """
    @property
    def digest(self, /) -> str:
        """
        Identifies the content: equal for equal content, whatever the order of the input was.
        """
    def dominators(self, /, asset_id: str | None = None) -> Dominators:
        """
        Over which asset all that needs another one comes to it, and how many each asset dominates so; of the whole estate, or of
        what one asset depends on.
        """
    def edges(self, /) -> list[tuple[str, str, str, str]]:
        """
        Every edge of the dependency graph: dependant, dependency, what it stands for, and its strength.
        """
    def facts_template(self, /) -> str:
        """
        A `facts.csv` to fill in: what people know of services, sites and circuits, and this snapshot has not.
        """
    def fail(self, /, asset_ids: SupportsGetItem[int, str]) -> Failure:
        """
        What stops, and what only gets worse, when these assets fail; they are among the failed.
        """
    def find(self, /, text: str) -> str:
        """
        The id of the asset with this id, or else of the only one with this name.
        """
    @property
    def ids(self, /) -> list[str]:
        """
        The ids of all assets, in the order in which arrays and tables have them.
        """
    @property
    def inferred_relation_count(self, /) -> int:
        """
        How many of the relations nobody stated: a method inferred them.
        """
    def layers(self, /) -> AssetLists:
        """
        The assets by how much stands below them, from the foundations up.
        """
    def monte_carlo(self, /, seed: SupportsIndex, *, draws: SupportsIndex = 1000, rate: SupportsFloat | SupportsIndex | None = None, kind_rates: dict[str, SupportsFloat | SupportsIndex] | None = None, rates: dict[str, SupportsFloat | SupportsIndex] | None = None, progress: Progress | None = None) -> FailureOdds:
        """
        Failures drawn at random from a seed, the same on every machine: how often each asset stops, with an interval of 95 %.
        `rate` is how likely each asset is down by itself, `kind_rates` that of kinds, `rates` that of single assets.
        """
    def network(self, /, *, collapse_pass_through: bool = False) -> Network:
        """
        The network layer: its `connects_to` relations, undirected; with `collapse_pass_through`, patch panels and circuits are
        drawn as the wires they are.
        """
    def pair_failures(self, /, asset_id: str, *, progress: Progress | None = None) -> PairFailures:
        """
        The pairs of assets below this one that together fail more than each alone; those that fail most first.
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
    def single_failures(self, /, *, progress: Progress | None = None) -> SingleFailures:
        """
        How many assets stop, the asset itself included, and how many get worse when each asset fails alone; by asset id.
        """
    def table(self, /, name: str) -> Table:
        """
        A whole-estate result as a table that polars, pandas, pyarrow and `DuckDB` read: `assets`, `blast_radii`, `edges` or
        `single_failures`.
        """
    def to_html(self, /) -> str:
        """
        What it is, as a fragment of HTML: no script, no style; text from outside is escaped.
        """
    def to_json(self, /) -> str:
        """
        The inventory document of this snapshot: the same bytes for the same content, in every language.
        """
    def to_networkx(self, /) -> Any:
        """
        The dependencies as a `networkx.DiGraph`, from dependants to dependencies; assets and edges with what is known of them.
        """
    def to_rustworkx(self, /) -> Any:
        """
        The same as a `rustworkx.PyDiGraph`, in which the asset at a place of `ids` is the node with that index.
        """
    def what_if(self, /, asset_ids: SupportsGetItem[int, str]) -> WhatIf:
        """
        What stops, what is cut off, what gets worse and what is not known when these assets fail, over dependencies and the
        network together; a reason for each, and the people.
        """

@final
class Execution:
    """
    An execution as far as its ledger tells.
    """
    def __repr__(self, /) -> str: ...
    @property
    def came_about(self, /) -> bool:
        """
        Whether what was approved came about: done, or in the hands of those who do it; of a way back, taken back.
        """
    @property
    def change(self, /) -> Change:
        """
        What was executed.
        """
    @property
    def ended_at(self, /) -> str | None:
        """
        When it ended.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal that was executed.
        """
    @property
    def is_reviewer_untold(self, /) -> bool:
        """
        Whether telling who must review failed. The duty stands all the same.
        """
    @property
    def operator(self, /) -> Actor | None:
        """
        Who ran it.
        """
    @property
    def review_due(self, /) -> ReviewDue | None:
        """
        At level 1: who must review it, and until when.
        """
    def rollback(self, /) -> StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify:
        """
        Stages the way back: a proposal of its own, with a level and approvals of its own.
        """
    @property
    def started_at(self, /) -> str | None:
        """
        When it began.
        """
    @property
    def status(self, /) -> str:
        """
        How far it came: `succeeded`, `handed_over`, `rolled_back`, `in_doubt`, ...
        """
    @property
    def steps(self, /) -> list[StepReport]:
        """
        The steps, in order.
        """

@final
class FileAnchor:
    """
    Keeps each checkpoint of an anchor log as a file of its own in a folder, and never writes over one. It is worth as much as the
    folder is out of reach of who could change the practice's.
    """
    def __new__(cls, /, name: str, folder: str | PathLike[str]) -> FileAnchor: ...
    def __repr__(self, /) -> str: ...
    @property
    def folder(self, /) -> Path:
        """
        Where the checkpoints are.
        """
    def kept(self, /, origin: str) -> list[KeptCheckpoint]:
        """
        What it keeps of the anchor log of this origin, by size: what `verify` takes as `anchors`.
        """
    @property
    def name(self, /) -> str:
        """
        Its name in the records of the anchor logs.
        """

@final
class Finished:
    """
    A proposal that is over.
    """
    def __repr__(self, /) -> str: ...
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    @property
    def change(self, /) -> Change:
        """
        What was proposed.
        """
    @property
    def execution(self, /) -> Execution | None:
        """
        The execution, when there was one.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal.
        """
    @property
    def observed(self, /) -> list[ObservedStep]:
        """
        What the registered executors saw at the targets when a person attested that they did it. A step is left out where no
        executor could look.
        """
    @property
    def outcome(self, /) -> str:
        """
        How it ended.
        """
    @property
    def superseded_by(self, /) -> str | None:
        """
        The proposal that took its place, when it was amended.
        """

@final
class InDoubt:
    """
    An execution that was interrupted, or lost an answer. It never runs on.
    """
    def __copy__(self, /) -> NoReturn: ...
    def __deepcopy__(self, /, memo: Any) -> NoReturn: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __reduce_ex__(self, /, protocol: Any) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    def accept(self, /, text: bytes | str, signature: bytes | str) -> Finished | InDoubt:
        """
        Hands in a signed acceptance. With as many as the level needs the execution is over.
        """
    def acceptance(self, /, approver: str, *, reason: str | None = None) -> bytes:
        """
        The text with which a person accepts what was left as it is.
        """
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    @property
    def change(self, /) -> Change:
        """
        What is proposed, as it stands in the ledger.
        """
    @property
    def change_digest(self, /) -> str:
        """
        Identifies what is proposed.
        """
    @property
    def expires_at(self, /) -> str:
        """
        After this time it can no longer start.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal: `tenant.resume(id)` gives this value again.
        """
    @property
    def level(self, /) -> str:
        """
        The level: `L0` to `L3`.
        """
    def probe(self, /) -> Finished | InDoubt:
        """
        Looks at the targets; settles where everything turns out to be done, or nothing. Does nothing itself.
        """
    @property
    def proposer(self, /) -> Actor:
        """
        Who proposed it.
        """
    @property
    def risk(self, /) -> Risk:
        """
        What its level was computed from.
        """
    @property
    def steps(self, /) -> list[StepReport]:
        """
        The steps, as far as is known.
        """
    @property
    def why(self, /) -> list[Band]:
        """
        Why it has its level: what demands it, the highest first.
        """

@final
class InternalBudget:
    """
    What only the provider may see: the client's edition, and what it costs the provider.
    """
    def __repr__(self, /) -> str: ...
    @property
    def client(self, /) -> Budget:
        """
        What the client gets.
        """
    @property
    def costs(self, /) -> list[Cost]:
        """
        One for each of the client's lines, in the same order.
        """
    def to_json(self, /) -> str:
        """
        The document in the format `vcto.budget/1`, edition `internal`. Amounts are texts.
        """
    def to_xlsx(self, /) -> bytes:
        """
        As `Budget.to_xlsx`, with cost and margin.
        """
    @property
    def totals(self, /) -> list[CostTotal]:
        """
        One for each of the client's totals, in the same order.
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
class Ledger:
    """
    The audit ledger of a tenant.
    """
    def __repr__(self, /) -> str: ...
    def entries(self, /, *, types: SupportsGetItem[int, SupportsIndex] | None = None, start: SupportsIndex | None = None, stop: SupportsIndex | None = None, since: str | datetime | None = None, until: str | datetime | None = None, subject: str | None = None, cursor: str | None = None) -> Entries:
        """
        The entries of the log in order, checked and opened: all, or those of these types, from `start` up to and without
        `stop`, from the time `since` up to and without `until`, about this subject (the id of a proposal, an asset, a person).

        Each entry has a `cursor`: kept after the work on the entry was done, it lets another run go on behind it, with
        `cursor=`, so that nothing is left out and only unfinished work is repeated.
        """
    def level(self, /, seq: SupportsIndex) -> str:
        """
        How far the entry at this place has come: `durable`, `included` under a checkpoint that the log has signed, or `anchored`
        once an anchor outside keeps a checkpoint over it. Signs the log where the entry is not under a checkpoint yet.
        """
    @property
    def origin(self, /) -> str:
        """
        The name under which the log is known.
        """
    def size(self, /) -> int:
        """
        How many entries there are.
        """
    @property
    def verifier_key(self, /) -> str:
        """
        The key that signs its checkpoints, as `verify` takes it. Keep it elsewhere.
        """
    def verify(self, /, *, key: str | None = None, checkpoint: str | None = None, anchors: KeptAnchors | None = None, anchor_key: str | None = None, fresh_within: timedelta | None = None, as_of: str | datetime | None = None, headers_only: bool = False, progress: Progress | None = None) -> Verification:
        """
        Verifies every entry: one verdict for each question, never a bare "valid". `key` and `checkpoint` are what was kept
        elsewhere: without them authenticity is `self_signed` and completeness `unanchored` at best. `headers_only` leaves the
        payloads unread: a lesser check, which a changed payload passes, and whose integrity is `headers_only` at best.

        Where there were rounds, the log is compared with the anchor log of its region. `anchors` are checkpoints of that log which
        were kept outside, as texts or as `FileAnchor.kept` gives them; with one that holds, completeness is `ok`. `anchor_key` is
        the key of the anchor log. `fresh_within` says how old what vouches for the log may be, at the time `as_of`.
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
    def blocks(self, /) -> AssetLists:
        """
        The two-connected components: sets of assets of which no single one holds the others together.
        """
    def bridges(self, /) -> Bridges:
        """
        Links without which their part of the network falls apart, as pairs of ids.
        """
    def separated_by(self, /, asset_id: str) -> int:
        """
        How many other assets of its part end up outside the largest rest when this asset goes.
        """
    @property
    def view(self, /) -> NetworkView:
        """
        How it was read: raw, or with which devices drawn as wires.
        """

@final
class Permit:
    """
    The permission to do one step once, lent for the call: after it every attribute raises `Consumed`.
    """
    def __reduce__(self, /) -> NoReturn: ...
    @property
    def context(self, /) -> StepContext:
        """
        Everything that may be known of the step.
        """
    @property
    def idempotency_key(self, /) -> str:
        """
        64 hexadecimal digits: the same for the same step over every restart, and no other.
        """
    @property
    def step(self, /) -> Step:
        """
        The step that may be done, and in `undo` its `undo`.
        """

@final
class Practice:
    """
    A managed service provider: its clients, and the executors that it registered.
    """
    def __repr__(self, /) -> str: ...
    def anchor(self, /, *, heartbeat: timedelta | None = None) -> AnchorRound:
        """
        One round: signs every tenant's log, compares it with what was anchored of it before, takes its new head into the anchor
        log of its region, and hands the checkpoint to the registered anchors. A log that is missing, shorter or of another
        history is told and not taken. With `heartbeat` a log that did not grow is taken too when its last head is as old.
        """
    def create_tenant(self, /, name: str, *, region: str, approvers: str | Sequence[dict[str, Any]] | None = None, policy: dict[str, Any] | None = None, areas: Sequence[dict[str, Any]] | None = None) -> Tenant:
        """
        Makes a tenant and opens it. `approvers` is the text of an `allowed_signers` file, where the principal is the person,
        or a list of `{"person", "key"}` with `party`, `roles`, `valid_after` and `valid_before` where they are needed.
        `policy` is as in `open`. `areas` are process areas besides the standard ones, or in place of one of the same name:
        `{"name", "zone", "floor", "analysis"}`, with `approvals` and `roles`.
        """
    def import_tenant(self, /, name: str, directory: str | PathLike[str], *, key: str | None = None, checkpoint: str | None = None, progress: Progress | None = None) -> Tenant:
        """
        Brings a tenant back from the proof that `prove` wrote, or from the bundle of its ledger: on another machine, or after
        a loss. Its key must be in place. Everything is verified first, then all of it is written, or nothing. `key` and
        `checkpoint` are as in `Ledger.verify`: a proof that lacks something of the checkpoint is refused. A ledger that went on
        elsewhere after the proof was written forks by this.
        """
    def register(self, /, executor: WorkOrders | Executor) -> None:
        """
        Registers an executor for all tenants: `WorkOrders`, or any object with the methods of `vcto.types.Executor`.
        """
    def register_anchor(self, /, anchor: FileAnchor | WebhookAnchor | Anchor) -> None:
        """
        Registers a place outside that keeps the checkpoints of the anchor logs: `FileAnchor`, `WebhookAnchor`, or any object with
        the members of `vcto.types.Anchor`.
        """
    def rotate_anchor_key(self, /, region: str) -> str:
        """
        As `rotate_tenant_key`, for the anchor log of a region: anchors learn of it with the next checkpoint.
        """
    def rotate_tenant_key(self, /, name: str) -> str:
        """
        Hands the signing of a tenant's ledger over to a new key, in a file beside the first (`keys/<tenant>.key.1`), and gives its
        public key. It may be done at any time: the tenant stays open, here and in other processes. What was signed before stays
        valid, and any public key of the ledger verifies it as a whole. Other machines of a practice in a database need a copy of
        the new file: until then their appends raise `Unavailable`.
        """
    def run_due(self, /) -> WorkReport:
        """
        Starts what was approved for a window that has begun, for every tenant, and records what was missed. A tenant that
        cannot be worked on is in the report, and the others are worked on all the same. Call it again at `next`, and every few
        minutes besides.
        """
    def tenant(self, /, name: str) -> Tenant:
        """
        Opens a tenant; never makes one.
        """
    def tenants(self, /) -> list[str]:
        """
        The names of the tenants, in order.
        """

@final
class Rejected:
    """
    A change that was rejected, for good.
    """
    def __repr__(self, /) -> str: ...
    @property
    def id(self, /) -> str:
        """
        The proposal.
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
    def calendar(self, /) -> Calendar:
        """
        Every recorded day on which something ends, soonest first, with who says so and how old that is.
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
    def matrix(self, /) -> Matrix:
        """
        Every device against what should look after it, with what is not known beside each number.
        """
    def questions(self, /) -> list[Question]:
        """
        What to ask whom: first what makes most answers of rules possible, then what matters most, then by id.
        """
    def questions_csv(self, /) -> str:
        """
        The questions as a sheet to fill in, `questions.csv`. Filled, it is read with the other inputs.
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
    def to_html(self, /) -> str:
        """
        Its coverage, dates and debt as a fragment of HTML, as on the page: no script, no style, no links.
        """
    def to_json(self, /) -> str:
        """
        The document: the same bytes in every language.
        """
    def to_page(self, /, estate: Estate, *, client: str | None = None, budget: Budget | None = None) -> str:
        """
        The page for the client, as one static HTML document. It needs the estate that was reviewed; `budget` adds what the
        next years cost.
        """
    def to_page_text(self, /, estate: Estate, *, client: str | None = None, budget: Budget | None = None) -> str:
        """
        The page as text for a terminal, in about one screen.
        """
    def to_text(self, /) -> str:
        """
        A summary for a terminal. Coverage comes before any count; text from outside is escaped and shortened.
        """
    @property
    def waivers(self, /) -> WaiversTaken | None:
        """
        The waivers that it was given, what each came to, and what is left without what is waived; `None` where it was given none.
        """

@final
class StagedApproval:
    """
    A change that waits for people: L2.
    """
    def __copy__(self, /) -> NoReturn: ...
    def __deepcopy__(self, /, memo: Any) -> NoReturn: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __reduce_ex__(self, /, protocol: Any) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    @property
    def approvals(self, /) -> Approvals:
        """
        How many approvals it needs, and who has approved so far.
        """
    def approve(self, /, approver: str, *, signer: Any, reason: str | None = None, role: str | None = None) -> Approved | Rejected | Waiting:
        """
        Drafts, signs and hands in an approval. The signer is any callable that takes the bytes and gives the signature.
        """
    @property
    def change(self, /) -> Change:
        """
        What is proposed, as it stands in the ledger.
        """
    @property
    def change_digest(self, /) -> str:
        """
        Identifies what is proposed.
        """
    def decide(self, /, text: bytes | str, signature: bytes | str) -> Approved | Rejected | Waiting:
        """
        Hands in a signed decision: the bytes as they were drafted, and the armoured signature.
        """
    def decision(self, /, approver: str, verdict: str, *, reason: str | None = None, role: str | None = None, not_before: str | None = None, not_after: str | None = None) -> bytes:
        """
        The exact bytes to sign: `ssh-keygen -Y sign -n vcto-approval-v1`. The verdict is `approve` or `reject`.
        """
    @property
    def expires_at(self, /) -> str:
        """
        After this time it can no longer start.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal: `tenant.resume(id)` gives this value again.
        """
    @property
    def level(self, /) -> str:
        """
        The level: `L0` to `L3`.
        """
    @property
    def proposer(self, /) -> Actor:
        """
        Who proposed it.
        """
    @property
    def risk(self, /) -> Risk:
        """
        What its level was computed from.
        """
    @property
    def why(self, /) -> list[Band]:
        """
        Why it has its level: what demands it, the highest first.
        """
    def withdraw(self, /, by: str | dict[str, Any]) -> None:
        """
        Takes the proposal back; only who proposed or widened it may.
        """

@final
class StagedAutomatic:
    """
    A change that may run without asking: L0.
    """
    def __copy__(self, /) -> NoReturn: ...
    def __deepcopy__(self, /, memo: Any) -> NoReturn: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __reduce_ex__(self, /, protocol: Any) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    def authorize(self, /) -> Approved:
        """
        What may run.
        """
    @property
    def change(self, /) -> Change:
        """
        What is proposed, as it stands in the ledger.
        """
    @property
    def change_digest(self, /) -> str:
        """
        Identifies what is proposed.
        """
    @property
    def expires_at(self, /) -> str:
        """
        After this time it can no longer start.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal: `tenant.resume(id)` gives this value again.
        """
    @property
    def level(self, /) -> str:
        """
        The level: `L0` to `L3`.
        """
    @property
    def proposer(self, /) -> Actor:
        """
        Who proposed it.
        """
    @property
    def risk(self, /) -> Risk:
        """
        What its level was computed from.
        """
    @property
    def why(self, /) -> list[Band]:
        """
        Why it has its level: what demands it, the highest first.
        """
    def withdraw(self, /, by: str | dict[str, Any]) -> None:
        """
        Takes the proposal back; only who proposed or widened it may.
        """

@final
class StagedHumanOnly:
    """
    A change that a human does: L3. There is no way to execute it.
    """
    def __copy__(self, /) -> NoReturn: ...
    def __deepcopy__(self, /, memo: Any) -> NoReturn: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __reduce_ex__(self, /, protocol: Any) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    def attest(self, /, text: bytes | str, signature: bytes | str) -> Finished:
        """
        Hands in a signed attestation: it is kept, and the proposal is over.
        """
    def attestation(self, /, person: str, what: str, *, note: str | None = None, done_at: str | None = None) -> bytes:
        """
        The exact bytes that the person signs who did it, or declines to: `did` or `declined`. `done_at` says when it was done, a
        whole second within the window of the change; without it, just now. It can be said for 30 days after `expires_at`.
        """
    @property
    def change(self, /) -> Change:
        """
        What is proposed, as it stands in the ledger.
        """
    @property
    def change_digest(self, /) -> str:
        """
        Identifies what is proposed.
        """
    @property
    def expires_at(self, /) -> str:
        """
        After this time it can no longer start.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal: `tenant.resume(id)` gives this value again.
        """
    @property
    def level(self, /) -> str:
        """
        The level: `L0` to `L3`.
        """
    @property
    def proposer(self, /) -> Actor:
        """
        Who proposed it.
        """
    @property
    def risk(self, /) -> Risk:
        """
        What its level was computed from.
        """
    @property
    def why(self, /) -> list[Band]:
        """
        Why it has its level: what demands it, the highest first.
        """
    def withdraw(self, /, by: str | dict[str, Any]) -> None:
        """
        Takes the proposal back; only who proposed or widened it may.
        """

@final
class StagedNotify:
    """
    A change that may run, and is reviewed afterwards: L1.
    """
    def __copy__(self, /) -> NoReturn: ...
    def __deepcopy__(self, /, memo: Any) -> NoReturn: ...
    def __reduce__(self, /) -> NoReturn: ...
    def __reduce_ex__(self, /, protocol: Any) -> NoReturn: ...
    def __repr__(self, /) -> str: ...
    @property
    def amendment(self, /) -> Amendment | None:
        """
        Whose place it took, when it is an amended one.
        """
    def authorize(self, /) -> Approved:
        """
        What may run.
        """
    @property
    def change(self, /) -> Change:
        """
        What is proposed, as it stands in the ledger.
        """
    @property
    def change_digest(self, /) -> str:
        """
        Identifies what is proposed.
        """
    @property
    def expires_at(self, /) -> str:
        """
        After this time it can no longer start.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal: `tenant.resume(id)` gives this value again.
        """
    @property
    def level(self, /) -> str:
        """
        The level: `L0` to `L3`.
        """
    @property
    def proposer(self, /) -> Actor:
        """
        Who proposed it.
        """
    @property
    def risk(self, /) -> Risk:
        """
        What its level was computed from.
        """
    @property
    def why(self, /) -> list[Band]:
        """
        Why it has its level: what demands it, the highest first.
        """
    def withdraw(self, /, by: str | dict[str, Any]) -> None:
        """
        Takes the proposal back; only who proposed or widened it may.
        """

@final
class Table:
    """
    A table, for `polars.DataFrame(table)`, `pyarrow.table(table)` and the like. It can be read as often as one likes.
    """
    def __arrow_c_stream__(self, /, requested_schema: Any | None = None) -> Any:
        """
        The columns as an Arrow stream of one batch. Another schema that is asked for is not followed, as the interface allows.
        """
    def __len__(self, /) -> int: ...
    def __repr__(self, /) -> str: ...

@final
class Tenant:
    """
    A client: the boundary of isolation, with a ledger of its own.
    """
    def __repr__(self, /) -> str: ...
    def amend(self, /, id: str, change: dict[str, Any], by: str | dict[str, Any], reason: str) -> StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify:
        """
        Puts a changed one in the place of a proposal that is open, which stays in the ledger. Every decision on it is a new one;
        who narrows it (fewer of the same steps, a window within the old one, less money) may still approve it, who widens it may not.
        `reason` is a code, alone or with words behind it: `wrong_time: payroll week`.
        """
    def approvers(self, /) -> list[Approver]:
        """
        Who may approve, as the ledger has them now.
        """
    def change_rules(self, /, edit: dict[str, Any], reason: str, by: str | dict[str, Any]) -> StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify:
        """
        Submits a change of the rules, always at level 2, by the strictest approval that the rules in force ask for anywhere and
        by those who are registered now. `edit` has any of `policy` (what it leaves out stays), `areas`, `remove_areas`,
        `add_approvers`, `revoke_keys` (fingerprints or public keys), `freezes` (`name`, `from`, `until`, `reason`, and `areas`
        unless it is all), `unfreeze`, `lift_halt`. The titles of its steps say what differs. It runs during a halt and a freeze.
        """
    def decisions(self, /) -> list[Decision]:
        """
        Every signed statement of the ledger, in order: to show them, to verify them with other tools.
        """
    def halt(self, /, by: str | dict[str, Any], reason: str) -> Halt:
        """
        Turns the kill switch on, at once and by anybody: nothing starts, and what runs turns back before its next step. Only a
        change of the rules turns it off: `{"lift_halt": True}`.
        """
    @property
    def ledger(self, /) -> Ledger:
        """
        Its ledger.
        """
    @property
    def name(self, /) -> str:
        """
        Its name.
        """
    def overrides(self, /) -> list[Override]:
        """
        Every time that a person decided otherwise than was proposed, in order: narrowed, widened, rejected, declined.
        """
    def page(self, /, estate: Estate, review: Review, *, client: str | None = None, budget: Budget | None = None) -> str:
        """
        The page for the client of a recorded review: also what waits, what people decided, and how the ledger verifies.
        """
    def page_text(self, /, estate: Estate, review: Review, *, client: str | None = None, budget: Budget | None = None) -> str:
        """
        That page as text for a terminal, in about one screen.
        """
    def pending(self, /) -> list[Pending]:
        """
        What is not over, the proposal whose time ends first before the others.
        """
    def prove(self, /, directory: str | PathLike[str]) -> Proved:
        """
        Writes the proof into a folder: the ledger, every signed decision, the OSCAL documents, a signed manifest, and
        `verify.sh`, which needs only stock tools. Keep the checkpoint that it gives elsewhere.
        """
    @property
    def region(self, /) -> str:
        """
        The region to which its data belongs.
        """
    def resume(self, /, id: str) -> Approved | Finished | InDoubt | StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify:
        """
        What a proposal is now, whoever staged it and whenever: derived from the ledger.
        """
    def review(self, /, estate: Estate, as_of: str | date, trigger: str = "manual", *, waivers: str | bytes | Sequence[dict[str, Any]] | str | PathLike[str] | None = None, progress: Progress | None = None) -> Review:
        """
        Reviews an estate and records it: the snapshot, sealed, and the review. `trigger` is `manual`, `schedule` or `event`;
        `waivers` are as in `vcto.review`, and stand in the record.
        """
    def rules(self, /) -> RulesInForce:
        """
        The rules that the ledger has in force: policy, process areas, approvers (also those whose key is revoked), freezes, and
        the kill switch while it is on.
        """
    def run_due(self, /) -> WorkReport:
        """
        As `Practice.run_due`, for this tenant.
        """
    def submit(self, /, change: dict[str, Any], by: str | dict[str, Any]) -> StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify:
        """
        Submits a change: it is recorded and routed to its level. `by` is the name of a service, or
        `{"type": "person", "name": ...}`.
        """

@final
class Waiting:
    """
    A decision is recorded, and more approvals are needed.
    """
    def __repr__(self, /) -> str: ...
    @property
    def approvals(self, /) -> Approvals:
        """
        How many approvals it needs, and who has approved so far.
        """
    @property
    def id(self, /) -> str:
        """
        The proposal.
        """
    @property
    def staged(self, /) -> StagedApproval:
        """
        The change, for the next decision.
        """

@final
class WebhookAnchor:
    """
    Posts each checkpoint of an anchor log to a URL, signed as Standard Webhooks says. `secret` is `whsec_` and base64. The URL is
    `https`, or plain `http` to the loopback address.
    """
    def __new__(cls, /, name: str, url: str, secret: str) -> WebhookAnchor: ...
    def __repr__(self, /) -> str: ...
    @property
    def name(self, /) -> str:
        """
        Its name in the records of the anchor logs.
        """

@final
class WorkOrders:
    """
    Writes a work order per step into a folder, and can withdraw it.
    """
    def __new__(cls, /, folder: str | PathLike[str]) -> WorkOrders: ...
    def __repr__(self, /) -> str: ...
    @property
    def folder(self, /) -> Path:
        """
        Where the work orders are.
        """

def budget(estate: Estate, review: Review, prices: bytes | str | PathLike[str], *, fiscal_year_start: SupportsIndex = 1, years: SupportsIndex = 3, lifetimes: dict[str, Any] | None = None) -> Budget:
    """
    The client's edition of the budget: replacements, upgrades and renewals by fiscal year, at the prices of a list
    (`docs/formats/prices-csv.md`), a file or its text as bytes. What has no price stands beside the sums.

    `fiscal_year_start` is a month, `lifetimes` says after how many years hardware of a kind is replaced.
    """

def error_kinds() -> list[str]:
    """
    The names of the kinds of error of core.
    """

def infer(inventory: Estate | Inventory) -> Inference:
    """
    What could be inferred from an inventory or estate, how far each method came, and what was not guessed and why.
    """

def inferred_csv(inventory: Estate | Inventory) -> str:
    """
    The sheet `inferred.csv` of everything that was inferred and of which nobody has decided yet: to be filled in, and read
    beside the inputs.
    """

def internal_budget(estate: Estate, review: Review, prices: bytes | str | PathLike[str], *, fiscal_year_start: SupportsIndex = 1, years: SupportsIndex = 3, lifetimes: dict[str, Any] | None = None) -> InternalBudget:
    """
    The provider's edition of the budget, with what the price list says in `msp_cost`: never for a client.
    """

def is_refusal(kind: str) -> bool:
    """
    Whether an error of this kind is the gate's no, as against something that went wrong.
    """

def open(directory: str | PathLike[str], *, operator: str | dict[str, Any] | None = None, origin: str | None = None, policy: dict[str, Any] | None = None, notifier: Notifier | None = None, reviewer: str | None = None, missed: Missed | None = None, folder: str | PathLike[str] | None = None, accept_missing_mark: SupportsGetItem[int, str] | None = None) -> Practice:
    """
    Opens the practice in this folder, or begins one where the folder is empty or not there. `postgres://user@host/database` names
    a database instead; `folder` is then where the keys of its tenants and the marks of their ledgers are, `~/.vcto` unless it
    is said.

    `operator` is who runs this process, the service `vcto` unless it is said: recorded with each execution, and never an
    approver of it. `policy` is in the shape of `vcto.policy/1`; what it leaves out is as in the default, and it can only be
    stricter. `notifier` is called as `notifier(duty)` with what ran at level 1, and `reviewer` is the person it tells: both or
    none. Without them level 1 asks as level 2 does. With them `missed` may be given too: it is called as `missed(window)` when
    the window of an approved change has passed and it was not started.

    `accept_missing_mark` names tenants whose ledger is opened although its high-water mark is missing, and `anchor/<region>` for
    the anchor log of a region: only for who has compared it with something that was kept elsewhere. It is recorded in the ledger,
    which gets a new mark. A machine that opens a practice in a database for the first time needs it too.
    """

def passkey_challenge(text: bytes) -> bytes:
    """
    The challenge for `navigator.credentials.get`, with which a passkey signs the text of a decision.
    """

def passkey_key(relying_party: str, public_key: bytes) -> str:
    """
    The key of a passkey as an approver has it: from the relying party, a domain, and what `getPublicKey()` gave when the passkey
    was made with `alg: -7`.
    """

def passkey_signature(key: str, authenticator_data: bytes, client_data: bytes, signature: bytes) -> str:
    """
    Packs an assertion as the signature of a decision: `authenticatorData`, `clientDataJSON` and `signature` of the response.
    `key` is that of the approver. Stock `ssh-keygen -Y verify` accepts it too.
    """

def postgres_schema() -> str:
    """
    The statements that set a PostgreSQL database up for vcto, for its owner to run.
    """

def read(path_or_paths: str | PathLike[str] | SupportsGetItem[int, str | PathLike[str]], format: str | None = None, *, scope: str | None = None, infer: bool = False, progress: Progress | None = None) -> Inventory:
    """
    Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations.

    The format is told by the content unless it is named: `vcto`, `netbox`, `ninjaone`, `rvtools`, `relations`, ...
    `scope` chooses the client, by name or id, where an input holds several: an organization of NinjaOne.
    With `infer=True`, relations that nobody recorded are inferred once everything is read: soft, each with its why.

    `progress(stage, done, total)` is called on the way.
    """

def review(estate: Estate, as_of: str | date, *, waivers: str | bytes | Sequence[dict[str, Any]] | str | PathLike[str] | None = None, progress: Progress | None = None) -> Review:
    """
    Reviews an estate as of a day, with all built-in analyzers: a preview that records nothing.

    `waivers` are findings that people accepted for a time: the path or the text of a `waivers.csv`, or a list of
    dictionaries with its columns. `progress(stage, done, total)` is called on the way.
    """

def split_view(evidence: bytes | str) -> SplitView:
    """
    Reads and checks the evidence that a log has told two stories, as `FileAnchor` leaves it (`split-view-*.json`): two checkpoints
    that its key signed and that contradict each other. Offline, for anybody; compare `key` with the log's.
    """

def verify_bundle(directory: str | PathLike[str], *, key: str | None = None, checkpoint: str | None = None, anchors: KeptAnchors | None = None, anchor_key: str | None = None, fresh_within: timedelta | None = None, as_of: str | datetime | None = None, headers_only: bool = False, progress: Progress | None = None) -> Verification:
    """
    Verifies a proof that `prove` wrote, or the ledger bundle alone: the verdicts of `Ledger.verify`, without keys. Of `anchors`
    the checkpoint counts to which the proof leads.
    """
