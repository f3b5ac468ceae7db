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

