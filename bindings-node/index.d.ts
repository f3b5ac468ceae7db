/** What an error of the engine carries beside its message. */
export interface VctoError extends Error {
  /** The stable name of the kind: the same in Rust, and the class in Python. */
  code: ErrorKind
  /** The operation that failed, as `module.verb`. */
  operation?: string
  /** Where in the input: a JSON pointer, a cell, a line, behind a file name where there is one. */
  place?: string
  /** What the reader can do about it. */
  remedy?: string
  /** Whether the same call may succeed later without a change by the caller. */
  retryable: boolean
  /** Whether the gate said no, as against something that went wrong. */
  isRefusal: boolean
  /** Further details, by name. */
  context: Record<string, string>
}

/** The kinds of error. */
export type ErrorKind =
  | 'ambiguous'
  | 'busy'
  | 'cancelled'
  | 'conflict'
  | 'consumed'
  | 'corrupt'
  | 'denied'
  | 'expired'
  | 'forked'
  | 'internal'
  | 'invalid_input'
  | 'io'
  | 'not_found'
  | 'permission_denied'
  | 'rollback_detected'
  | 'stale'
  | 'too_large'
  | 'unavailable'
  | 'unsupported'

/** The document of the format `vcto.inventory/1`. */
export interface InventoryDocument {
  format: string
  source: Record<string, unknown>
  assets?: Record<string, unknown>[]
  relations?: Record<string, unknown>[]
  requirements?: Record<string, unknown>[]
}

/** What could be touched when an asset fails. */
export interface BlastRadius {
  asset: string
  total: number
  byKind: Record<string, number>
  byCriticality: Record<string, number>
  withoutCriticality: number
  people: { at_least: number; unrecorded: number }
  assets: string[]
  degraded: string[]
}

/** The pairs below an asset that together fail more than each alone. */
export interface PairFailures {
  asset: string
  pairs: { pair: [string, string]; fails: number; breaks_asset: boolean }[]
}

/** How often assets stop when failures are drawn at random: the share of draws, and the interval of 95 % about it. */
export interface FailureOdds {
  method: string
  seed: string
  draws: number
  confidence: number
  failed: { mean: number; median: number; p95: number; p99: number; most: number }
  assets: Record<string, { failed: number; share: number; low: number; high: number }>
}

/** What runs and could not be started again from nothing. */
export interface ColdStart {
  deadlocks: { assets: string[]; ring: string[]; start_by_hand: string[] }[]
  blocked: { asset: string; waits_for: string; deadlock: number }[]
}

/** What second instances would do for an asset. */
export interface Counterfactuals {
  asset: string
  singlePoints: string[]
  additions: { asset: string; removes: string[]; on_same_foundations: string[] }[]
  all: string[]
  proved: boolean
}

/** What second instances would do for all services together. */
export interface Additions {
  assets: number
  singlePoints: number
  additions: { asset: string; removes: number; on_same_foundations: number; services: string[] }[]
}

/** The nearest asset over which all comes to this one, and how many others come so over this one. */
export interface Dominated {
  immediate: string | null
  dominates: number
}

/** Groups of assets that belong together; how much of all weight of dependencies is cut between them. */
export interface Communities {
  communities: string[][]
  modularity: number
  cut: number
  weight: number
  resolution: [number, number]
}

/** Assets that need each other in a ring, or one alone; `depends_on` are numbers of components. */
export interface Component {
  assets: string[]
  layer: number
  depends_on: number[]
}

/** What changed between two snapshots, and what that means. */
export interface ImpactDiff {
  changes: Record<string, unknown>
  radii: { asset: string; before: number | null; after: number | null; gained: number; lost: number }[]
  cuts: { asset: string; appeared: string[][]; gone: string[][]; absorbed?: string[][]; relieved?: string[][] }[]
}

/** How a network was read. */
export type NetworkView = { view: 'raw' } | { view: 'collapsed'; collapsed: string[]; kept: string[] }

/** How far one method of inference came: relations, then assets. */
export interface MethodCount {
  method: string
  inferred: number
  known: number
  refused: number
  ambiguous: number
  unmatched: number
  without_evidence: number
}

/** What could be inferred: relations as in the inventory format, and what was not guessed. */
export interface Inference {
  relations: Record<string, string>[]
  methods: MethodCount[]
  doubts: { method: string; asset: string; why: string }[]
}

/** What stops, and what only gets worse. */
export interface Failure {
  failed: string[]
  degraded: string[]
}

/** What happens when assets fail; `why` has a sentence for each asset of the four lists. */
export interface WhatIf {
  seeds: string[]
  failed: string[]
  degraded: string[]
  cutOff: string[]
  unknown: string[]
  why: Record<string, string>
  /** Counted once; never too many where the facts are right. */
  people: { at_least: number; degraded: number; unknown: number; unrecorded: number }
  /** The same in words, and of which sites and services nobody recorded a number. */
  summary: string
  sites: SiteEffect[]
  services: { service: string; state: 'cut_off' | 'degraded' | 'failed' | 'unknown'; people: number | null }[]
  elsewhere: number
  questions: OpenQuestion[]
}

/** What becomes of the assets of a site; `people` is what the site states, touched or not. */
export interface SiteEffect {
  site: string
  failed: number
  degraded: number
  cut_off: number
  unknown: number
  people: number | null
  way_out: 'kept' | 'lost' | 'not_recorded' | 'unknown'
}

/** A question whose answer would tell what is unknown now. */
export interface OpenQuestion {
  question: string
  ask: string
  asset: string
  name?: string
  relation?: string
  fact?: string
  unlocks: number
}

/** Something to do to an estate, in the format `vcto.change/1`. */
export interface Change {
  format: string
  title: string
  reason: string
  area: string
  findings: string[]
  steps: Step[]
  reads: { asset: string; fact: string }[]
  not_before: string | null
  not_after: string | null
  cost: { amount: string; currency: string } | null
}

/** One action of one executor on one asset. */
export interface Step {
  id: string
  title: string
  executor: string
  action: string
  target: string
  parameters: Record<string, unknown>
  undo: { action: string; parameters: Record<string, unknown> } | null
}

/** What a review advises, with the change that would carry it out. */
export interface Recommendation {
  id: string
  title: string
  rationale: string
  strategy: string
  effort: { size: 'S' | 'M' | 'L' | 'XL'; hours?: string }
  rank: number
  findings: string[]
  change: Change
}

/** One answer of one rule that somebody has to know. */
export interface Finding {
  id: string
  rule: string
  outcome: string
  severity: string
  confidence: string
  pillar: string
  debt: string
  asset?: string
  name?: string
  part?: string
  title: string
  detail: string
  due?: string
  risk?: number
  reach?: { assets: number; services: number; people?: number }
  related?: string[]
  /** The waiver that is in force for it. */
  waiver?: { reason: string; requested_by: string; approved_by: string; at: string; until: string }
  evidence: { rule_version: number; snapshot: string; inputs: string; reads: Record<string, unknown>[] }
}

/** An input that rules needed and that is not recorded. */
export interface Gap {
  rule: string
  missing: string
  count: number
  examples: string[]
}

/** What to ask whom, and how many answers of rules the answer makes possible. */
export interface Question {
  question: string
  ask: 'engineer' | 'owner' | 'site_contact' | 'vendor'
  assets: string[]
  name: string
  fact: string
  unlocks: number
  unlocks_together?: number
  together_with?: string[]
  rules: string[]
}

/** How many subjects had which outcome. */
export interface Tally {
  satisfied: number
  partially: number
  not_satisfied: number
  manual: number
  not_evaluated: number
  error: number
  not_applicable: number
}

/** One rule, with how its subjects fared. */
export interface RuleResult {
  id: string
  version: number
  title: string
  pillar: string
  debt: string
  reads: string[]
  conclusion: string
  known: number
  total: number
  outcomes: Tally
}

/** How much of what was asked could be known. */
export interface Coverage {
  assets: number
  relations: number
  inferred_relations: number
  sources: number
  sites: number
  people?: number
  linked: number
  linkable: number
  known: number
  total: number
  outcomes: Tally
  layers: { layer: string; recorded: number }[]
}

/** Principal, interest and risk: three things that do not add up to one. */
export interface Debt {
  principal: { amounts: { amount: string; currency: string }[]; hours?: string; known: number; total: number }
  interest: { per_month: { amount: string; currency: string }[]; known: number; total: number }
  risk: Record<string, number | string>
  ratio?: { percent: string; grade: string; currency: string; known: number; total: number }
  kinds: { kind: string; problems: number; highest?: string; known: number; total: number }[]
}

/** What one column of the matrix comes to; `in_use` and `stale` count the cells apart. */
export interface MatrixColumn {
  column: MatrixColumnName
  complete: boolean
  /** Covered in whole percent of `known`; absent where nothing is known. */
  percent?: number
  known: number
  total: number
  in_use: MatrixCells
  stale: MatrixCells
}

/** The columns of the matrix. */
export type MatrixColumnName = 'agreement' | 'backup' | 'directory' | 'endpoint_protection' | 'rmm' | 'warranty'

/** How many devices have which cell. */
export type MatrixCells = Record<MatrixCell, number>

/** What is known of one device in one column. */
export type MatrixCell = 'contradicted' | 'covered' | 'gap' | 'not_applicable' | 'unknown'

/** One device, with a cell for each column. */
export interface MatrixRow extends Record<MatrixColumnName, MatrixCell> {
  asset: string
  name?: string
  kind: string
  life: 'live' | 'retired' | 'stale' | 'unknown'
}

/** Every device against what should look after it. */
export interface Matrix {
  devices: { live: number; stale: number; retired: number; unknown: number }
  columns: MatrixColumn[]
  rows: MatrixRow[]
}

/** Something that ends on a day, with who says so. */
export interface Ending {
  date: string
  rule: string
  asset: string
  part: string
  name?: string
  kind: string
  what: string
  days: number
  band: 'later' | 'past' | 'within_180' | 'within_30' | 'within_90'
  ends?: string
  notice_by?: string
  auto_renew?: boolean
  until?: string
  sources: { date: string; source?: string; as_of?: string; age_days?: number }[]
}

/** Every recorded day on which something ends, soonest first. */
export interface Calendar {
  past: number
  within_30: number
  within_90: number
  within_180: number
  later: number
  disputed: number
  not_recorded: { rule: string; count: number }[]
  entries: Ending[]
}

/** A fiscal year: `FY2026`, or `FY2026/27` where it does not begin in January. */
export interface FiscalYear {
  label: string
  starts: string
  ends: string
}

/** A sum of one year in one currency. Amounts are texts with exact decimals. */
export interface BudgetTotal {
  fiscal_year: string
  currency: string
  one_off: string
  recurring: string
  total: string
  expired: string
  lines: number
}

/** What has to be paid for: the same of a line and of what has no price. */
interface BudgetNeed {
  fiscal_year: string
  asset: string
  name?: string
  kind: string
  item: 'contract' | 'expiry' | 'replacement' | 'subscription' | 'support' | 'upgrade' | 'warranty'
  what: string
  due: string
  overdue: boolean
  because: string
  findings: string[]
  facts: { asset: string; fact: string }[]
}

/** What is to be paid in one year for one item of one asset. */
export interface BudgetLine extends BudgetNeed {
  date: string
  instalments: number
  amount: string
  currency: string
  price: {
    source: 'fact' | 'list'
    line?: number
    matched: string
    by: string
    term: 'month' | 'one_off' | 'year'
    amount: string
    valid_until?: string
    expired: boolean
    passed_over: number[]
  }
}

/** Something to be paid for that has no price. */
export interface UnpricedItem extends BudgetNeed {
  why: 'ambiguous' | 'no_price'
  rows?: number[]
}

/** Hardware that cannot be put into a year: nobody knows when it was bought. */
export interface UndatedKind {
  kind: string
  count: number
  examples: string[]
}

/** What the provider pays for a line of the client's; absent where the price list does not say. */
export interface Cost {
  cost?: string
  margin?: string
}

/** What the provider pays for a total of the client's, over the lines of which that is known: `known` of `total`. */
export interface CostTotal {
  fiscal_year: string
  currency: string
  cost: string
  margin: string
  known: number
  total: number
}

/** A finding that people accepted for a time: by its id, or by rule and asset. */
export type Waiver = ({ finding: string } | { rule: string; asset: string; part?: string }) & {
  reason: string
  requested_by: string
  /** Another person. */
  approved_by: string
  /** The day of the approval. */
  at: string
  /** The last day on which it counts, at most 366 days later. */
  until: string
}

/** The waivers that a review was given, and what they came to. They take nothing out of the review. */
export interface WaiversTaken {
  /** The digest of the sheet. */
  document: string
  in_force: number
  not_yet: number
  expired: number
  replaced: number
  unmatched: number
  /** Without what is waived. */
  remaining: Pick<Debt, 'principal' | 'interest' | 'risk' | 'ratio'>
  /** What would be recommended, were nothing waived. */
  withheld?: { id: string; title: string; findings: string[]; targets: string[] }[]
  entries: {
    state: 'expired' | 'in_force' | 'not_yet' | 'replaced' | 'unmatched'
    finding?: string
    asset?: string
    days: number
    waiver: Waiver
  }[]
}

/** What is signed, or the signature: bytes or text. */
export type Said = Uint8Array | string

/** Who acts. */
export interface Actor {
  type: 'engine' | 'person' | 'service'
  name: string
}

/** What a level was computed from: the bands, one for each axis, and what was looked at. */
export interface Risk {
  level: string
  bands: Band[]
  input: Record<string, unknown>
}

/** What the gate demands, in the shape of `vcto.policy/1`; what is left out is as in the default. */
export interface Policy {
  format?: string
  approvals?: number
  roles?: string[]
  decision_valid_s?: number
  proposal_valid_s?: number
  review_within_s?: number
  blast_radius?: { l0?: number; l1?: number; l2?: number }
  /** More targets than this in one change are left to a human; at most 500. */
  targets?: number
  fresh_s?: number
  recent_s?: number
}

/** A part of the work of a practice, with the least human that every change in it needs. */
export interface ProcessArea {
  name: string
  zone: string
  floor: 'L0' | 'L1' | 'L2' | 'L3'
  analysis: string
  approvals?: number
  roles?: string[]
}

/** One key of one person who may approve: as it is given. */
export interface ApproverOptions {
  person: string
  /** As it stands in a `.pub` file. */
  key: string
  /** Of the provider unless it is said. */
  party?: 'client' | 'msp'
  roles?: string[]
  valid_after?: string
  valid_before?: string
}

/** One key of one person who may approve. */
export interface Approver extends ApproverOptions {
  party: 'client' | 'msp'
  roles: string[]
}

/** An approver as the ledger has them. */
export interface RegisteredApprover extends Approver {
  /** The entry of the ledger since which it stands so: what was submitted before that is not approved with it. */
  since: number
  /** Null while the key is in force. */
  revoked_at: string | null
}

/** A time in which changes do not start: from a whole second on, until just before another one. */
export interface Freeze {
  name: string
  from: string
  until: string
  /** None: all. */
  areas?: string[]
  reason: string
}

/** The kill switch, on. */
export interface Halt {
  /** The entry of the ledger that turned it on. */
  seq: number
  by: Actor
  at: string
  why: string
}

/** The rules that the ledger of a tenant has in force. */
export interface RulesInForce {
  policy: Required<Policy>
  areas: Required<ProcessArea>[]
  /** Also those whose key is revoked. */
  approvers: RegisteredApprover[]
  freezes: Required<Freeze>[]
  /** The kill switch: it is on while there is one. */
  halts: Halt[]
}

/** What is to change of the rules; what is not named stays. */
export interface RulesEdit {
  /** Of the policy only what is to differ. */
  policy?: Policy
  /** New ones, or in place of those of the same names. */
  areas?: ProcessArea[]
  remove_areas?: string[]
  /** New keys, or other roles, another party or other times of registered ones. */
  add_approvers?: ApproverOptions[]
  /** Fingerprints, `SHA256:` and 43 characters, or public keys. */
  revoke_keys?: string[]
  /** New ones, or in place of those of the same names. */
  freezes?: Freeze[]
  unfreeze?: string[]
  lift_halt?: boolean
}

/** A signed statement as the ledger has it. */
export interface Decision {
  seq: number
  at: string
  proposal: string
  person: string
  role: string | null
  statement: 'accept' | 'approve' | 'declined' | 'did' | 'reject'
  reason: string | null
  text: string
  signature: string
  digest: string
}

/** Who must review what ran at level 1, and until when. */
export interface ReviewDue {
  who: string
  by: string
}

/** A duty to review, as a notifier is told of it. */
export interface ReviewDuty extends ReviewDue {
  tenant: string
  proposal: string
}

/** Tells somebody of a duty to review. What it throws becomes a warning, and `execution.isReviewerUntold` is true: the duty stands. */
export type Notifier = (duty: ReviewDuty) => unknown

/** An approved change that was not started within its window; `over` where the proposal is over too. */
export interface MissedWindow {
  tenant: string
  proposal: string
  begin: string
  end: string
  over: boolean
}

/** Tells somebody of a missed window. What it throws becomes a warning. */
export type Missed = (missed: MissedWindow) => unknown

/** What one call of the worker did. */
export interface WorkReport {
  executed: { tenant: string; proposal: string; status: string }[]
  /** What was due and not started; tried again as long as its window lasts. */
  refused: { tenant: string; proposal: string | null; kind: ErrorKind; text: string; remedy: string | null }[]
  missed: MissedWindow[]
  /** What waits for approvals that nobody can give any more. Told at every call. */
  stuck: { tenant: string; proposal: string; why: string }[]
  /** When the next window begins of those that are known now. */
  next: string | null
  /** Whether nothing was missed or refused, nothing waits in vain, and nothing ended in need of a human. */
  isQuiet: boolean
}

/** That a proposal took the place of another one. */
export interface Amendment {
  original: string
  by: Actor
  extent: 'narrower' | 'wider'
  reason: string
}

/** That a person decided otherwise than was proposed. */
export interface Override {
  seq: number
  at: string
  proposal: string
  kind: 'declined' | 'narrowed' | 'rejected' | 'widened'
  replacement: string | null
  by: Actor
  code: string | null
  reason: string | null
}

/** What was seen at the target of a step that a human did. */
export interface ObservedStep {
  step: string
  effect: 'absent' | 'present' | 'unknown'
}

/** Everything an executor may know of a step: all of it comes from the ledger. */
export interface StepContext {
  tenant: string
  proposal: string
  change: Change
  step: Step
  /** The target as the last recorded snapshot knows it. */
  asset: Record<string, unknown> | null
  direction: 'apply' | 'undo'
  idempotencyKey: string
  approvedBy: { person: string; at: string; decision: string }[]
  /** What is to be taken back. */
  undoes: { idempotencyKey: string; before: string | null; after: string | null; receipt: string | null } | null
}

/** What an executor says of one of its actions. */
export interface ActionDeclaration {
  name: string
  reversibility: 'compensation' | 'exact' | 'irreversible' | 'verified'
  idempotency: 'key' | 'natural' | 'none'
  /** Whether others do the work: a work order, a ticket. */
  hands_over?: boolean
}

/** What was seen of a target, with what to remember of it. */
export type Observation = Effect | { effect: Effect; image?: string }
/** Whether the effect of a step is there. */
export type Effect = 'absent' | 'present' | 'unknown'
/** How a step ended. */
export type StepOutcome =
  | 'done'
  | 'handed_over'
  | { outcome: 'done' | 'handed_over'; receipt?: string }
  | { outcome: 'not_done' | 'unknown'; reason: string }

/**
 * What may change the world, registered with `practice.register` before anything that names it is submitted.
 *
 * `apply` and `undo` are called at most once for a step and never again. Where the answer of a remote system is lost, say
 * `unknown`; what is thrown or rejected counts as that. No time limit is set: set your own.
 */
export interface Executor {
  /** By which a step asks for it. */
  readonly name: string
  /** Everything it can do, undo actions included. Read once, when it is registered. */
  actions(): ActionDeclaration[]
  /** Looks, and changes nothing. What it throws stops the execution before anything is done. */
  observe(context: StepContext): Observation | Promise<Observation>
  /** Does the step. */
  apply(permit: Permit): StepOutcome | Promise<StepOutcome>
  /** Takes back what `apply` did, as the step's `undo` says; copes with finding nothing to take back. */
  undo(permit: Permit): StepOutcome | Promise<StepOutcome>
}

/** What one axis of the risk demands, and why. */
export interface Band {
  axis: string
  level: string
  why: string
}

/** How many approvals a change needs, and who has approved so far. */
export interface Approvals {
  needed: number
  roles: string[]
  given: string[]
  /** Why nobody is left who can complete them, with what helps; null while somebody can. */
  stuck: string | null
}

/** What waits, in short: enough to choose, not to decide. */
export interface Pending {
  id: string
  title: string
  area: string
  findings: string[]
  level: string
  state: string
  proposer: Actor
  submittedAt: string
  expiresAt: string
  approvalsNeeded: number
  approvedBy: string[]
  /** Why it waits in vain, with what helps: nobody is left who can complete its approvals. */
  stuck: string | null
  steps: number
}

/** One step of an execution. */
export interface StepReport {
  id: string
  title: string
  target: string
  state: string
  receipt: string | null
  note: string | null
}

/** What an anchor is to keep. */
export interface AnchorRequest {
  /** The checkpoint of the anchor log: a signed note. */
  checkpoint: string
  /** The public key that signed it. */
  key: string
  /** How the anchor log came to that key: each hand-over as a note that the key before and the key after have signed, in order. */
  handovers: string[]
  origin: string
  region: string
  size: number
  /** The size of the newest checkpoint that this anchor has confirmed; 0 for none. */
  confirmed: number
  failures: number
  at: string
}

/**
 * A place outside that keeps checkpoints of anchor logs, registered with `practice.registerAnchor`. It is called by rounds, at least
 * once for each checkpoint that it is owed, and again after a failure. No time limit is set: set your own.
 */
export interface Anchor {
  /** Names it in the records: 1 to 64 of a-z, 0-9 and `-`. The same for ever. */
  readonly name: string
  /** Keeps the checkpoint durably; a text that it gives is recorded. What it throws is a failure: it is tried again later. */
  keep(request: AnchorRequest): string | null | undefined | void | Promise<string | null | undefined | void>
}

/** A checkpoint of an anchor log that a folder keeps, and since when by the clock of its file system. */
export interface KeptCheckpoint {
  note: string
  size?: number
  since?: string | null
}

/** Two checkpoints that a log has signed and that contradict each other: of one size, or, the smaller first, of two. */
export interface SplitView {
  origin: string
  /** The key of the log, as the evidence names it: compare it with the one that you know. */
  key: string
  checkpoints: { note: string; size: number }[]
}

/** What a round of anchoring came to. */
export interface AnchorRound {
  at: string
  regions: {
    region: string
    origin: string | null
    /** The note to keep outside. */
    checkpoint: string | null
    key: string | null
    size: number | null
    /** What is wrong with the anchor log. */
    text: string | null
    anchors: {
      anchor: string
      outcome: 'kept' | 'current' | 'failed' | 'waiting'
      confirmed: number
      next: string | null
      text: string | null
    }[]
  }[]
  tenants: {
    tenant: string
    region: string | null
    outcome: 'anchored' | 'unchanged' | 'shorter' | 'forked' | 'missing' | 'failed'
    size: number | null
    anchored: number | null
    text: string | null
  }[]
  hasFailure: boolean
}

/** What a proof holds. Keep the checkpoint elsewhere: it tells later whether something was cut off. */
export interface Proved {
  checkpoint: string
  decisions: number
  oscal: boolean
  /** Whether it leads to a checkpoint of the region's anchor log. */
  anchored: boolean
}

/**
 * An entry of a ledger, checked and opened. `payload` is its content where that is JSON; otherwise `octets` has it, in base64.
 * Keep `cursor` once your work on the entry is done: `entries({ cursor })` goes on behind it.
 */
export interface LedgerEntry {
  seq: number
  time: string
  type: number
  cursor: string
  payload: unknown
  octets: string | null
}

/** What follows a cursor. A page may be empty although more follows: go on with its `cursor` until `isEnd`. */
export interface LedgerPage {
  entries: LedgerEntry[]
  cursor: string
  isEnd: boolean
}

export interface Ledger {
  /**
   * The entries of the log in order, checked and opened, fetched as they are asked for: all, or those that the options name. Each has
   * a `cursor`: kept after the work on the entry was done, it lets another run go on behind it, so that nothing is left out and
   * only unfinished work is repeated.
   */
  entries(options?: EntriesOptions): AsyncGenerator<LedgerEntry, void, void>
}

/** What a verification of a ledger says: one verdict for each question. */
export interface Verification {
  integrity: string
  authenticity: string
  completeness: string
  freshness: string
  erasure: string
  policy: string
  origin: string
  size: number
  signedSize: number
  root: string
  firstBadIndex: number | null
  problems: { verdict: string; seq?: number; text: string }[]
  /** Whether any verdict is a failure. `unanchored`, `headers_only` and `not_checked` are none: read the verdicts. */
  hasFailure: boolean
  /** 0 without a failure, else the number of the first verdict that is one: 10 integrity, 11 authenticity, 12 completeness, 13 freshness, 15 policy. */
  exitCode: number
}

/** Gives the armoured SSH signature over these bytes. */
export type Signer =
  | ((text: Uint8Array) => string | Uint8Array | Promise<string | Uint8Array>)
  | { sign(text: Uint8Array): string | Uint8Array | Promise<string | Uint8Array> }

/** Signs with a key of OpenSSH: a file, an agent's key named by its public file, or a FIDO token. */
export declare class SshKeygen {
  constructor(key: string, options?: { program?: string })
  /** The signature over these bytes. */
  sign(text: Uint8Array): Promise<string>
}

export interface Estate {
  /** The document of this snapshot, for `JSON.stringify`. */
  toJSON(): InventoryDocument
}

export interface Inventory {
  /** The document, for `JSON.stringify`. */
  toJSON(): InventoryDocument
}

export interface Budget {
  /** The document, for `JSON.stringify`. */
  toJSON(): Record<string, unknown>
}

export interface InternalBudget {
  /** The document, for `JSON.stringify`. */
  toJSON(): Record<string, unknown>
}

export interface Review {
  /** The document, for `JSON.stringify`. */
  toJSON(): Record<string, unknown>
}

export interface StagedApproval {
  /** Drafts, signs and hands in an approval. */
  approve(approver: string, options: { signer: Signer } & DecisionDetails): Promise<Approved | Rejected | Waiting>
}

/** A change that may be executed, as far as its history goes. Whether it still may is checked when it starts. */
export declare class Approved {
  private constructor()
  /** The proposal: `tenant.resume(id)` gives this value again. */
  get id(): string
  /** The level: `L0` to `L3`. */
  get level(): string
  /** After this time it can no longer start. */
  get expiresAt(): string
  /** Who proposed it. */
  get proposer(): Actor
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /** Identifies what is proposed. */
  get changeDigest(): string
  /** What its level was computed from. */
  get risk(): Risk
  /** What is proposed, as it stands in the ledger. */
  get change(): Change
  /** Why it has its level: what demands it, the highest first. */
  get why(): Band[]
  /** Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger. */
  toJSON(): never
  /** Executes the change, as it stands in the ledger. Everything is checked anew, and the start is recorded first. */
  execute(): Promise<Execution>
  /** The text with which a person objects before it starts. */
  objection(approver: string, details?: ReasonDetails | undefined | null): Buffer
  /** Hands in a signed objection: the proposal is rejected although it was approved. */
  object(text: Said, signature: Said): Promise<void>
}

/** What a client may see of the years to come: what the provider pays itself has no place in it. */
export declare class Budget {
  private constructor()
  /** The day of the review that it rests on. */
  get asOf(): string
  /** The digest of the estate. */
  get estate(): string
  /** The years, the first being that of the review. */
  get fiscalYears(): FiscalYear[]
  /** Sums, one a year and currency, in that order. */
  get totals(): BudgetTotal[]
  /** What goes into the sums: by year, then day, asset and item. */
  get lines(): BudgetLine[]
  /** What has to be paid for and has no price: in no sum. */
  get unpriced(): UnpricedItem[]
  /** Hardware of which nobody knows when it was bought: in no year. */
  get undated(): UndatedKind[]
  /** Rows of the price list that priced nothing, by their lines. */
  get unused(): number[]
  /** The document in the format `vcto.budget/1`: the same bytes in every language. Amounts are texts. */
  toJson(): string
  /** The sums for a terminal, with what is not in them. Text from outside is escaped. */
  toText(): string
  /** The budget as a workbook of Excel. Texts can compute nothing, amounts are numbers. */
  toXlsx(): Buffer
}

/** What a client had at one time, checked and frozen, with its dependency graph. */
export declare class Estate {
  /** Takes an inventory, its JSON text, or an object of the same shape. */
  constructor(inventory: Inventory | string | InventoryDocument)
  /** How many assets there are. */
  get assetCount(): number
  /** How many relations there are, each once. */
  get relationCount(): number
  /** How many of the relations nobody stated: a method inferred them. */
  get inferredRelationCount(): number
  /** Identifies the content: equal for equal content, whatever the order of the input was. */
  get digest(): string
  /** The inventory document of this snapshot: the same bytes for the same content, in every language. */
  toJson(): string
  /** A `facts.csv` to fill in: what people know of services, sites and circuits, and this snapshot has not. */
  factsTemplate(): string
  /** The id of the asset with this id, or else of the only one with this name. */
  find(text: string): string
  /** What a failure of this asset could touch, redundancy ignored; the asset itself is not counted. */
  blastRadius(assetId: string): BlastRadius
  /** The totals of all blast radii, by asset id. */
  blastRadii(): Record<string, number>
  /** What stops, and what only gets worse, when these assets fail; they are among the failed. */
  fail(assetIds: Array<string>): Failure
  /**
   * What stops, what is cut off, what gets worse and what is not known when these assets fail, over dependencies and the
   * network together; a reason for each, and the people.
   */
  whatIf(assetIds: Array<string>): WhatIf
  /** The smallest sets of other assets whose failure fails this one; by size, then by ids. */
  cutSets(assetId: string, options?: number | CutSetOptions | undefined | null): string[][]
  /** Groups of assets that need each other in a ring. */
  cycles(): string[][]
  /** The assets by how much stands below them, from the foundations up. */
  layers(): string[][]
  /** The shortest chain by which the first depends on the second, both included; `null` when it does not. */
  path(fromId: string, toId: string): Array<string> | null
  /** What it is, as a fragment of HTML: no script, no style; text from outside is escaped. */
  toHtml(): string
  /** The network layer: its `connects_to` relations, undirected. */
  network(options?: NetworkOptions | undefined | null): Network
  /** The ids of all assets, in the order in which arrays have them. */
  get ids(): Array<string>
  /** The totals of all blast radii, in the order of `ids`. */
  blastRadiiArray(): Uint32Array
  /** Every edge of the dependency graph, by the places of its ends in `ids`: what depends, and on what. */
  edges(): EdgeArrays
  /**
   * How many assets stop, the asset itself included, and how many get worse when each asset fails alone; in the order of
   * `ids`.
   */
  singleFailures(): SingleFailures
  /** The pairs of assets below this one that together fail more than each alone; those that fail most first. */
  pairFailures(assetId: string, options?: WatchOptions | undefined | null): Promise<PairFailures>
  /** Failures drawn at random from a seed, the same on every machine: how often each asset stops, with an interval of 95 %. */
  monteCarlo(seed: number | bigint, options?: MonteCarloOptions | undefined | null): Promise<FailureOdds>
  /** What runs and could not be started again from nothing: rings of assets that wait for each other, and what waits for them. */
  coldStart(): ColdStart
  /** Of which assets a second instance would remove single points of failure of this one; what removes most first. */
  counterfactuals(assetId: string): Counterfactuals
  /** The same for all services together: which second instances remove most single points of failure. */
  additions(options?: WatchOptions | undefined | null): Promise<Additions>
  /**
   * Over which asset all that needs another one comes to it, and how many each asset dominates so; of the whole estate, or of
   * what one asset depends on.
   */
  dominators(assetId?: string | undefined | null): Record<string, Dominated>
  /** Groups of assets that belong together, as a move would take them. */
  communities(options?: CommunityOptions | undefined | null): Promise<Communities>
  /** The components: assets that need each other in a ring, or one alone; by number, with their layer and what they depend on. */
  components(): Component[]
  /** The totals of all blast radii by the kind of what they touch: by asset id, then by kind, without zeros. */
  blastRadiiByKind(): Record<string, Record<string, number>>
  /** The same by criticality; assets without one are not counted. */
  blastRadiiByCriticality(): Record<string, Record<string, number>>
  /**
   * What it means that the estate is this later one now: records that changed, whose blast radius did, and which cut sets of
   * services appeared and went, or of the named assets.
   */
  diff(later: Estate, options?: DiffOptions | undefined | null): Promise<ImpactDiff>
}

/** An execution as far as its ledger tells. */
export declare class Execution {
  private constructor()
  /** The proposal that was executed. */
  get id(): string
  /** How far it came: `succeeded`, `handed_over`, `rolled_back`, `in_doubt`, ... */
  get status(): string
  /** The steps, in order. */
  get steps(): StepReport[]
  /** What was executed. */
  get change(): Change
  /** Who ran it. */
  get operator(): Actor | null
  /** At level 1: who must review it, and until when. */
  get reviewDue(): ReviewDue | null
  /** Whether what was approved came about: done, or in the hands of those who do it; of a way back, taken back. */
  get cameAbout(): boolean
  /** Whether telling who must review failed. The duty stands all the same. */
  get isReviewerUntold(): boolean
  /** When it began. */
  get startedAt(): string | null
  /** When it ended. */
  get endedAt(): string | null
  /** Stages the way back: a proposal of its own, with a level and approvals of its own. */
  rollback(): Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>
}

/**
 * Keeps each checkpoint of an anchor log as a file of its own in a folder, and never writes over one. It is worth as much as the
 * folder is out of reach of who could change the practice's.
 */
export declare class FileAnchor {
  /** An anchor of this name over this folder, which is made when it is first used. */
  constructor(name: string, folder: string)
  /** Its name in the records of the anchor logs. */
  get name(): string
  /** Where the checkpoints are. */
  get folder(): string
  /** What it keeps of the anchor log of this origin, by size: what `verify` takes as `anchors`. */
  kept(origin: string): Promise<KeptCheckpoint[]>
}

/** A proposal that is over. */
export declare class Finished {
  private constructor()
  /** The proposal. */
  get id(): string
  /** How it ended. */
  get outcome(): string
  /** What was proposed. */
  get change(): Change
  /** The proposal that took its place, when it was amended. */
  get supersededBy(): string | null
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /**
   * What the registered executors saw at the targets when a person attested that they did it. A step is left out where no
   * executor could look.
   */
  get observed(): ObservedStep[]
  /** The execution, when there was one. */
  get execution(): Execution | null
}

/** An execution that was interrupted, or lost an answer. It never runs on. */
export declare class InDoubt {
  private constructor()
  /** The proposal: `tenant.resume(id)` gives this value again. */
  get id(): string
  /** The level: `L0` to `L3`. */
  get level(): string
  /** After this time it can no longer start. */
  get expiresAt(): string
  /** Who proposed it. */
  get proposer(): Actor
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /** Identifies what is proposed. */
  get changeDigest(): string
  /** What its level was computed from. */
  get risk(): Risk
  /** What is proposed, as it stands in the ledger. */
  get change(): Change
  /** Why it has its level: what demands it, the highest first. */
  get why(): Band[]
  /** Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger. */
  toJSON(): never
  /** The steps, as far as is known. */
  get steps(): StepReport[]
  /** Looks at the targets; settles where everything turns out to be done, or nothing. Does nothing itself. */
  probe(): Promise<Finished | InDoubt>
  /** The text with which a person accepts what was left as it is. */
  acceptance(approver: string, details?: ReasonDetails | undefined | null): Buffer
  /** Hands in a signed acceptance. With as many as the level needs the execution is over. */
  accept(text: Said, signature: Said): Promise<Finished | InDoubt>
}

/** What only the provider may see: the client's edition, and what it costs the provider. */
export declare class InternalBudget {
  private constructor()
  /** What the client gets. */
  get client(): Budget
  /** One for each of the client's lines, in the same order. */
  get costs(): Cost[]
  /** One for each of the client's totals, in the same order. */
  get totals(): CostTotal[]
  /** The document in the format `vcto.budget/1`, edition `internal`. Amounts are texts. */
  toJson(): string
  /** As `Budget.toXlsx`, with cost and margin. */
  toXlsx(): Buffer
}

/** What is known of a client, as one source or a merge of several told it; not checked yet. `read` gives it. */
export declare class Inventory {
  private constructor()
  /** The document in the format `vcto.inventory/1`. */
  toJson(): string
}

/** The audit ledger of a tenant. */
export declare class Ledger {
  private constructor()
  /** The name under which the log is known. */
  get origin(): string
  /** How many entries there are. */
  size(): Promise<number>
  /** The key that signs its checkpoints. Keep it elsewhere. */
  get verifierKey(): string
  /**
   * How far the entry at this place has come: `durable`, `included` under a checkpoint that the log has signed, or `anchored`
   * once an anchor outside keeps a checkpoint over it. Signs the log where the entry is not under a checkpoint yet.
   */
  level(seq: number): Promise<'durable' | 'included' | 'anchored'>
  /** A page of entries behind a cursor, checked and opened: what `entries` gives one by one. */
  readOn(options?: EntriesOptions | undefined | null): Promise<LedgerPage>
  /**
   * Verifies every entry: one verdict for each question, never a bare "valid". Where there were rounds, the log is compared with
   * the anchor log of its region.
   */
  verify(options?: VerifyOptions | undefined | null): Promise<Verification>
}

/** The network layer of an estate. */
export declare class Network {
  private constructor()
  /** How many assets are linked. */
  get assetCount(): number
  /** Assets without which their part of the network falls apart. */
  articulationPoints(): Array<string>
  /** Links without which their part of the network falls apart, as pairs of ids. */
  bridges(): [string, string][]
  /** The two-connected components: sets of assets of which no single one holds the others together. */
  blocks(): string[][]
  /** How it was read: raw, or with which devices drawn as wires. */
  get view(): NetworkView
  /** How many other assets of its part end up outside the largest rest when this asset goes. */
  separatedBy(assetId: string): number
}

/** The permission to do one step once, lent until the method's promise settles: after that every property throws. */
export declare class Permit {
  private constructor()
  /** Everything that may be known of the step. */
  get context(): StepContext
  /** The step that may be done, and in `undo` its `undo`. */
  get step(): Step
  /** 64 hexadecimal digits: the same for the same step over every restart, and no other. */
  get idempotencyKey(): string
}

/** A managed service provider: its clients, and the executors that it registered. */
export declare class Practice {
  private constructor()
  /** Registers an executor for all tenants: `WorkOrders`, or any object with the methods of `Executor`. */
  register(executor: WorkOrders | Executor): void
  /**
   * Registers a place outside that keeps the checkpoints of the anchor logs: `FileAnchor`, `WebhookAnchor`, or any object with
   * the members of `Anchor`.
   */
  registerAnchor(anchor: FileAnchor | WebhookAnchor | Anchor): void
  /**
   * One round: signs every tenant's log, compares it with what was anchored of it before, takes its new head into the anchor
   * log of its region, and hands the checkpoint to the registered anchors. A log that is missing, shorter or of another
   * history is told and not taken.
   */
  anchor(options?: AnchorOptions | undefined | null): Promise<AnchorRound>
  /**
   * Hands the signing of a tenant's ledger over to a new key, in a file beside the first (`keys/<tenant>.key.1`), and gives its
   * public key. It may be done at any time: the tenant stays open, here and in other processes. What was signed before stays
   * valid, and any public key of the ledger verifies it as a whole. Other machines of a practice in a database need a copy of
   * the new file: until then their appends are `unavailable`.
   */
  rotateTenantKey(name: string): Promise<string>
  /** As `rotateTenantKey`, for the anchor log of a region: anchors learn of it with the next checkpoint. */
  rotateAnchorKey(region: string): Promise<string>
  /** Makes a tenant and opens it. */
  createTenant(name: string, options: CreateTenantOptions): Promise<Tenant>
  /**
   * Brings a tenant back from the proof that `prove` wrote, or from the bundle of its ledger: on another machine, or after
   * a loss. Its key must be in place. Everything is verified first, then all of it is written, or nothing. A proof that lacks
   * something of the `checkpoint` is refused. A ledger that went on elsewhere after the proof was written forks by this.
   */
  importTenant(name: string, directory: string, options?: VerifyOptions | undefined | null): Promise<Tenant>
  /** Opens a tenant; never makes one. */
  tenant(name: string): Promise<Tenant>
  /**
   * Starts what was approved for a window that has begun, for every tenant, and records what was missed. A tenant that
   * cannot be worked on is in the report, and the others are worked on all the same. Call it again at `next`, and every few
   * minutes besides. An abort stops it between two executions.
   */
  runDue(options?: RunDueOptions | undefined | null): Promise<WorkReport>
  /** The names of the tenants, in order. */
  tenants(): Promise<string[]>
}

/** A change that was rejected, for good. */
export declare class Rejected {
  private constructor()
  /** The proposal. */
  get id(): string
}

/** What a review concluded: a function of the estate, the reference data and the day. */
export declare class Review {
  private constructor()
  /** The day as of which everything was judged. */
  get asOf(): string
  /** The digest of the estate that was reviewed. */
  get estate(): string
  /** What somebody has to know, gravest first. */
  get findings(): Finding[]
  /** What to do, in order of the rank; each with the change that would carry it out. */
  get recommendations(): Recommendation[]
  /** What could not be judged since it is not recorded, most frequent first. */
  get gaps(): Gap[]
  /** What to ask whom: first what makes most answers of rules possible, then what matters most, then by id. */
  questions(): Question[]
  /** The questions as a sheet to fill in, `questions.csv`. Filled, it is read with the other inputs. */
  questionsCsv(): string
  /** Each rule that was carried out, with how its subjects fared. */
  get rules(): RuleResult[]
  /** What the problems are worth: principal, interest and risk, which do not add up to one. */
  get debt(): Debt
  /** The waivers that it was given, what each came to, and what is left without what is waived; null where it was given none. */
  get waivers(): WaiversTaken | null
  /** How much of what was asked could be known. */
  get coverage(): Coverage
  /** Every device against what should look after it, with what is not known beside each number. */
  get matrix(): Matrix
  /** Every recorded day on which something ends, soonest first, with who says so and how old that is. */
  get calendar(): Calendar
  /** The document: the same bytes in every language. */
  toJson(): string
  /** A summary for a terminal. Coverage comes before any count; text from outside is escaped and shortened. */
  toText(): string
  /** The page for the client, as one static HTML document. It needs the estate that was reviewed. */
  toPage(estate: Estate, options?: string | PageOptions | undefined | null): string
  /** The page as text for a terminal, in about one screen. */
  toPageText(estate: Estate, options?: string | PageOptions | undefined | null): string
  /** Its coverage, dates and debt as a fragment of HTML, as on the page: no script, no style, no links. */
  toHtml(): string
}

/** A change that waits for people: L2. */
export declare class StagedApproval {
  private constructor()
  /** The proposal: `tenant.resume(id)` gives this value again. */
  get id(): string
  /** The level: `L0` to `L3`. */
  get level(): string
  /** After this time it can no longer start. */
  get expiresAt(): string
  /** Who proposed it. */
  get proposer(): Actor
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /** Identifies what is proposed. */
  get changeDigest(): string
  /** What its level was computed from. */
  get risk(): Risk
  /** What is proposed, as it stands in the ledger. */
  get change(): Change
  /** Why it has its level: what demands it, the highest first. */
  get why(): Band[]
  /** Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger. */
  toJSON(): never
  /** Takes the proposal back; only who proposed or widened it may. */
  withdraw(by: string | Actor): Promise<void>
  /** The exact bytes to sign: `ssh-keygen -Y sign -n vcto-approval-v1`. */
  decision(approver: string, verdict: 'approve' | 'reject', details?: DecisionDetails): Buffer
  /** Hands in a signed decision: the bytes as they were drafted, and the armoured signature. */
  decide(text: Said, signature: Said): Promise<Approved | Rejected | Waiting>
  /** How many approvals it needs, and who has approved so far. */
  get approvals(): Approvals
}

/** A change that may run without asking: L0. */
export declare class StagedAutomatic {
  private constructor()
  /** The proposal: `tenant.resume(id)` gives this value again. */
  get id(): string
  /** The level: `L0` to `L3`. */
  get level(): string
  /** After this time it can no longer start. */
  get expiresAt(): string
  /** Who proposed it. */
  get proposer(): Actor
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /** Identifies what is proposed. */
  get changeDigest(): string
  /** What its level was computed from. */
  get risk(): Risk
  /** What is proposed, as it stands in the ledger. */
  get change(): Change
  /** Why it has its level: what demands it, the highest first. */
  get why(): Band[]
  /** Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger. */
  toJSON(): never
  /** What may run. */
  authorize(): Promise<Approved>
  /** Takes the proposal back; only who proposed or widened it may. */
  withdraw(by: string | Actor): Promise<void>
}

/** A change that a human does: L3. There is no way to execute it. */
export declare class StagedHumanOnly {
  private constructor()
  /** The proposal: `tenant.resume(id)` gives this value again. */
  get id(): string
  /** The level: `L0` to `L3`. */
  get level(): string
  /** After this time it can no longer start. */
  get expiresAt(): string
  /** Who proposed it. */
  get proposer(): Actor
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /** Identifies what is proposed. */
  get changeDigest(): string
  /** What its level was computed from. */
  get risk(): Risk
  /** What is proposed, as it stands in the ledger. */
  get change(): Change
  /** Why it has its level: what demands it, the highest first. */
  get why(): Band[]
  /** Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger. */
  toJSON(): never
  /** Takes the proposal back; only who proposed or widened it may. */
  withdraw(by: string | Actor): Promise<void>
  /** The exact bytes that the person signs who did it, or declines to, until 30 days after `expiresAt`. */
  attestation(person: string, what: 'did' | 'declined', details?: AttestationDetails): Buffer
  /** Hands in a signed attestation: it is kept, and the proposal is over. */
  attest(text: Said, signature: Said): Promise<Finished>
}

/** A change that may run, and is reviewed afterwards: L1. */
export declare class StagedNotify {
  private constructor()
  /** The proposal: `tenant.resume(id)` gives this value again. */
  get id(): string
  /** The level: `L0` to `L3`. */
  get level(): string
  /** After this time it can no longer start. */
  get expiresAt(): string
  /** Who proposed it. */
  get proposer(): Actor
  /** Whose place it took, when it is an amended one. */
  get amendment(): Amendment | null
  /** Identifies what is proposed. */
  get changeDigest(): string
  /** What its level was computed from. */
  get risk(): Risk
  /** What is proposed, as it stands in the ledger. */
  get change(): Change
  /** Why it has its level: what demands it, the highest first. */
  get why(): Band[]
  /** Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger. */
  toJSON(): never
  /** What may run. */
  authorize(): Promise<Approved>
  /** Takes the proposal back; only who proposed or widened it may. */
  withdraw(by: string | Actor): Promise<void>
}

/** A client: the boundary of isolation, with a ledger of its own. */
export declare class Tenant {
  private constructor()
  /** Its name. */
  get name(): string
  /** The region to which its data belongs. */
  get region(): string
  /** Its ledger. */
  get ledger(): Ledger
  /** Reviews an estate and records it: the snapshot, sealed, and the review. */
  review(estate: Estate, options: string | TenantReviewOptions): Promise<Review>
  /** Submits a change: it is recorded and routed to its level. */
  submit(change: Change, options: string | SubmitOptions): Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>
  /**
   * Puts a changed one in the place of a proposal that is open, which stays in the ledger. Every decision on it is a new one;
   * who narrows it (fewer of the same steps, a window within the old one, less money) may still approve it, who widens it may not.
   * `reason` is a code, alone or with words behind it: `wrong_time: payroll week`.
   */
  amend(id: string, change: Change, options: AmendOptions): Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>
  /** Every time that a person decided otherwise than was proposed, in order: narrowed, widened, rejected, declined. */
  overrides(): Promise<Override[]>
  /**
   * The rules that the ledger has in force: policy, process areas, approvers (also those whose key is revoked), freezes, and
   * the kill switch while it is on.
   */
  rules(): Promise<RulesInForce>
  /**
   * Submits a change of the rules, always at level 2, by the strictest approval that the rules in force ask for anywhere and
   * by those who are registered now. The titles of its steps say what differs. It runs during a halt and a freeze.
   */
  changeRules(edit: RulesEdit, options: ChangeRulesOptions): Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>
  /**
   * Turns the kill switch on, at once and by anybody: nothing starts, and what runs turns back before its next step. Only a
   * change of the rules turns it off: `{ lift_halt: true }`.
   */
  halt(by: string | Actor, reason: string): Promise<Halt>
  /** As `Practice.runDue`, for this tenant. */
  runDue(options?: RunDueOptions | undefined | null): Promise<WorkReport>
  /** What is not over, the proposal whose time ends first before the others. */
  pending(): Promise<Pending[]>
  /** The page for the client of a recorded review: also what waits, what people decided, and how the ledger verifies. */
  page(estate: Estate, review: Review, options?: string | PageOptions | undefined | null): Promise<string>
  /** That page as text for a terminal, in about one screen. */
  pageText(estate: Estate, review: Review, options?: string | PageOptions | undefined | null): Promise<string>
  /** What a proposal is now, whoever staged it and whenever: derived from the ledger. */
  resume(id: string): Promise<Approved | Finished | InDoubt | StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>
  /** Who may approve, as the ledger has them now. */
  approvers(): Promise<Approver[]>
  /** Every signed statement of the ledger, in order: to show them, to verify them with other tools. */
  decisions(): Promise<Decision[]>
  /**
   * Writes the proof into a folder: the ledger, every signed decision, the OSCAL documents, a signed manifest, and
   * `verify.sh`, which needs only stock tools. Keep the checkpoint that it gives elsewhere.
   */
  prove(directory: string): Promise<Proved>
}

/** A decision is recorded, and more approvals are needed. */
export declare class Waiting {
  private constructor()
  /** The proposal. */
  get id(): string
  /** The change, for the next decision. */
  get staged(): StagedApproval
  /** How many approvals it needs, and who has approved so far. */
  get approvals(): Approvals
}

/** Posts each checkpoint of an anchor log to a URL, signed as Standard Webhooks says. */
export declare class WebhookAnchor {
  /** An anchor of this name behind this URL: `https`, or plain `http` to the loopback address. The secret is `whsec_` and base64. */
  constructor(name: string, url: string, secret: string)
  /** Its name in the records of the anchor logs. */
  get name(): string
}

/** Writes a work order per step into a folder, and can withdraw it. */
export declare class WorkOrders {
  /** Work orders in this folder; it is made with the first of them. */
  constructor(folder: string)
  /** Where the work orders are. */
  get folder(): string
}

/** Who amends, and why. */
export interface AmendOptions {
  /** The name of a service, or any actor. */
  by: string | Actor
  /** A code, alone or with words behind it: `wrong_time: payroll week`. */
  reason: string
}

/** How to do a round. */
export interface AnchorOptions {
  /** Takes a log that did not grow too when its last head is as old as this, in seconds. */
  heartbeat?: number
}

/** What an attestation says beside what was done. */
export interface AttestationDetails {
  /** In words. */
  note?: string
  /** When it was done, a whole second within the window of the change; just now where it is left out. */
  doneAt?: string
}

/**
 * The client's edition of the budget: replacements, upgrades and renewals by fiscal year, at the prices of a list
 * (`docs/formats/prices-csv.md`), a file or its text as bytes. What has no price stands beside the sums.
 */
export declare function budget(estate: Estate, review: Review, prices: string | Uint8Array, options?: BudgetOptions | undefined | null): Promise<Budget>

/** How to plan. */
export interface BudgetOptions {
  /** The month in which the client's fiscal year begins, 1 to 12. The default is 1. */
  fiscalYearStart?: number
  /** How many years, the first being that of the review. The default is 3. */
  years?: number
  /** After how many years from its purchase hardware of a kind is to be replaced; 0: never by age. */
  lifetimes?: Record<string, number>
}

/** Who changes the rules, and why. */
export interface ChangeRulesOptions {
  /** The name of a service, or any actor. */
  by: string | Actor
  /** Why, on one line, for those who decide. */
  reason: string
}

/** How to group. */
export interface CommunityOptions {
  /** A fraction of two whole numbers: above 1 more and smaller groups. The default is [1, 1]. */
  resolution?: [number, number]
  /** Stops the work. */
  signal?: AbortSignal
}

/** What a tenant is created with. */
export interface CreateTenantOptions {
  /** The region to which its data belongs. */
  region: string
  /** The text of an `allowed_signers` file, where the principal is the person, or a list with parties and roles. */
  approvers?: string | ApproverOptions[]
  /** A policy of its own; what it leaves out is as in the default, and it can only be stricter. */
  policy?: Policy
  /** Process areas besides the standard ones, or in place of one of the same name. */
  areas?: ProcessArea[]
}

/** How far to search for cut sets; a bare number is the order. */
export interface CutSetOptions {
  /** The largest size of a set: 1 or 2. The default is 2. */
  order?: number
}

/** What a decision says beside its verdict. */
export interface DecisionDetails {
  /** Why. */
  reason?: string
  /** In which of their roles the person decides. */
  role?: string
  /** The change may not start before this time. */
  notBefore?: string
  /** The change may not start after this time. */
  notAfter?: string
}

/** How to compare. */
export interface DiffOptions {
  /** The largest size of a cut set: 1 or 2. The default is 2. */
  order?: number
  /** The assets of which cut sets are compared. The default is all services. */
  assetIds?: Array<string>
  /** Stops the work. */
  signal?: AbortSignal
}

/** The edges of a dependency graph, by the places of their ends in `ids`. */
export interface EdgeArrays {
  /** What depends. */
  from: Uint32Array
  /** What it depends on. */
  to: Uint32Array
  /** 1 where the dependant only gets worse without it, 0 where it stops. */
  soft: Uint8Array
}

/** Which entries are wanted, and from where on. */
export interface EntriesOptions {
  /** Of these types. */
  types?: Array<number>
  /** From this place on. */
  start?: number
  /** Before this place. */
  stop?: number
  /** From this time on. */
  since?: string | Date
  /** Before this time. */
  until?: string | Date
  /** About this: the id of a proposal, an asset, a person. */
  subject?: string
  /** Behind the entry that had this cursor. */
  cursor?: string
  /** At most so many at once. */
  limit?: number
  /** Stops before the next entry. */
  signal?: AbortSignal
}

/** The names of the kinds of error of core: the values of `err.code`. */
export declare function errorKinds(): Array<string>

/** What could be inferred from an inventory or estate, how far each method came, and what was not guessed and why. */
export declare function infer(inventory: Estate | Inventory): Inference

/**
 * The sheet `inferred.csv` of everything that was inferred and of which nobody has decided yet: to be filled in, and read
 * beside the inputs.
 */
export declare function inferredCsv(inventory: Estate | Inventory): string

/** The provider's edition of the budget, with what the price list says in `msp_cost`: never for a client. */
export declare function internalBudget(estate: Estate, review: Review, prices: string | Uint8Array, options?: BudgetOptions | undefined | null): Promise<InternalBudget>

/** What to draw. */
export interface MonteCarloOptions {
  /** How many times. The default is 1,000. */
  draws?: number
  /** How likely each asset is down by itself, 0 to 1. */
  rate?: number
  /** The same of assets of a kind. */
  kindRates?: Record<string, number>
  /** The same of single assets. */
  rates?: Record<string, number>
  /** Stops the work. */
  signal?: AbortSignal
}

/** How to read the network layer. */
export interface NetworkOptions {
  /** Draws patch panels and circuits as the wires they are. */
  collapsePassThrough?: boolean
}

/**
 * Opens the practice in this folder, or begins one where the folder is empty or not there. `postgres://user@host/database` names
 * a database instead.
 */
export declare function open(directory: string, options?: OpenOptions | undefined | null): Promise<Practice>

/** How to open a practice. */
export interface OpenOptions {
  /** Who runs this process, the service `vcto` unless it is said: recorded with each execution, and never an approver of it. */
  operator?: string | Actor
  /** The name under which this practice's ledgers are known, as a URL without scheme. */
  origin?: string
  /** The policy of this practice; what it leaves out is as in the default, and it can only be stricter. */
  policy?: Policy
  /** Tells the reviewer of what ran at level 1, and goes with `reviewer`. Without it level 1 asks as level 2 does. */
  notifier?: Notifier
  /** Who reviews what runs at level 1. */
  reviewer?: string
  /** Tells of approved changes that were not started within their window. Goes with `notifier`. */
  missed?: Missed
  /** Where a practice in a database keeps the keys of its tenants and the marks of their ledgers; `~/.vcto` unless it is said. */
  folder?: string
  /**
   * Tenants whose ledger is opened although its high-water mark is missing, and `anchor/<region>` for the anchor log of a region:
   * only for who has compared it with something that was kept elsewhere. It is recorded in the ledger, which gets a new mark. A
   * machine that opens a practice in a database for the first time needs it too.
   */
  acceptMissingMark?: Array<string>
}

/** What a page says beside the review; a bare text is the client. */
export interface PageOptions {
  /** The name of the client, as the reader knows it. */
  client?: string
  /** What the next years cost. */
  budget?: Budget
}

/** The parts of an assertion, as the response of `navigator.credentials.get` has them. */
export interface PasskeyAssertion {
  /** `response.authenticatorData`. */
  authenticatorData: Uint8Array
  /** `response.clientDataJSON`. */
  clientDataJSON: Uint8Array
  /** `response.signature`. */
  signature: Uint8Array
}

/** The challenge for `navigator.credentials.get`, with which a passkey signs the text of a decision. */
export declare function passkeyChallenge(text: Uint8Array): Buffer

/**
 * The key of a passkey as an approver has it: from the relying party, a domain, and what `getPublicKey()` gave when the passkey
 * was made with `alg: -7`.
 */
export declare function passkeyKey(relyingParty: string, publicKey: Uint8Array): string

/**
 * Packs an assertion as the signature of a decision. `key` is that of the approver. Stock `ssh-keygen -Y verify` accepts it
 * too.
 */
export declare function passkeySignature(key: string, assertion: PasskeyAssertion): string

/** The statements that set a PostgreSQL database up for vcto, for its owner to run. */
export declare function postgresSchema(): string

/** Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations. */
export declare function read(paths: string | Array<string>, options?: string | ReadOptions | undefined | null): Promise<Inventory>

/** How to read; a bare text is the format. */
export interface ReadOptions {
  /** `vcto`, `netbox`, `ninjaone`, `rvtools`, `relations`, ...; told by the content unless it is named. */
  format?: string
  /** The client, by name or id, where an input holds several: an organization of `NinjaOne`. */
  scope?: string
  /** Whether to infer relations that nobody recorded, once everything is read: soft, each with its why. */
  infer?: boolean
  /** Stops the work. */
  signal?: AbortSignal
}

/** Why a person objects or accepts. */
export interface ReasonDetails {
  /** In words. */
  reason?: string
}

/** Reviews an estate as of a day, with all built-in analyzers: a preview that records nothing. */
export declare function review(estate: Estate, options: string | ReviewOptions): Promise<Review>

/** How to review; a bare text is the day. */
export interface ReviewOptions {
  /** The day as of which everything is judged: `2026-11-22`. */
  asOf: string
  /** Findings that people accepted for a time: the path or the text of a `waivers.csv`, or a list of waivers. */
  waivers?: string | Uint8Array | Waiver[]
  /** Stops the work. */
  signal?: AbortSignal
}

/** How to start what is due. */
export interface RunDueOptions {
  /** Stops the work between two executions. */
  signal?: AbortSignal
}

/** What each asset does when it fails alone, in the order of `ids`. */
export interface SingleFailures {
  /** How many assets stop, itself included. */
  failed: Uint32Array
  /** How many only get worse. */
  degraded: Uint32Array
}

/**
 * Reads and checks the evidence that a log has told two stories, as `FileAnchor` leaves it (`split-view-*.json`): two checkpoints
 * that its key signed and that contradict each other. Offline, for anybody; compare `key` with the log's.
 */
export declare function splitView(evidence: string | Uint8Array): SplitView

/** How to submit; a bare text is the name of the service that does. */
export interface SubmitOptions {
  /** The name of a service, or any actor. */
  by: string | Actor
}

/** How to review and record; a bare text is the day. */
export interface TenantReviewOptions {
  /** The day as of which everything is judged: `2026-11-22`. */
  asOf: string
  /** What set it off; `manual` unless it is said. */
  trigger?: 'manual' | 'schedule' | 'event'
  /** Findings that people accepted for a time: the path or the text of a `waivers.csv`, or a list of waivers. */
  waivers?: string | Uint8Array | Waiver[]
  /** Stops the work. */
  signal?: AbortSignal
}

/** Verifies a proof that `prove` wrote, or the ledger bundle alone: the verdicts of `Ledger.verify`, without keys. */
export declare function verifyBundle(directory: string, options?: VerifyOptions | undefined | null): Promise<Verification>

/** How to verify, and what was kept elsewhere: without it authenticity is `self_signed` and completeness `unanchored` at best. */
export interface VerifyOptions {
  /** The key that signs the checkpoints, as `verifierKey` gives it. */
  key?: string
  /** A checkpoint of the log, as `prove` gives it. */
  checkpoint?: string
  /**
   * Checkpoints of the region's anchor log that were kept outside, as texts or as `FileAnchor.kept` gives them: with one that holds,
   * completeness is `ok`.
   */
  anchors?: (string | KeptCheckpoint)[]
  /** The key of the anchor log. */
  anchorKey?: string
  /** How old what vouches for the log may be, in seconds, at the time `asOf`. */
  freshWithin?: number
  /** See `freshWithin`. */
  asOf?: string | Date
  /** Leaves the payloads unread: a lesser check, which a changed payload passes, and whose integrity is `headers_only` at best. */
  headersOnly?: boolean
  /** Stops the work. */
  signal?: AbortSignal
}

/** The version of the engine. */
export declare const VERSION: string

/** How to watch long work. */
export interface WatchOptions {
  /** Stops the work. */
  signal?: AbortSignal
}
