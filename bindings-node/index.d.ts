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
  assets: string[]
  degraded: string[]
}

/** What stops, and what only gets worse. */
export interface Failure {
  failed: string[]
  degraded: string[]
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
  discriminator?: string
  title: string
  detail: string
  due?: string
  risk?: number
  reach?: { assets: number; services: number; people?: number }
  related?: string[]
  evidence: { rule_version: number; snapshot: string; inputs: string; reads: Record<string, unknown>[] }
}

/** An input that rules needed and that is not recorded. */
export interface Gap {
  rule: string
  missing: string
  count: number
  examples: string[]
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

/** What a client had at one time, checked and frozen, with its dependency graph. */
export declare class Estate {
  /** Takes an inventory, its JSON text, or an object of the same shape. */
  constructor(inventory: Inventory | string | InventoryDocument)
  /** How many assets there are. */
  get assetCount(): number
  /** How many relations there are, each once. */
  get relationCount(): number
  /** Identifies the content: equal for equal content, whatever the order of the input was. */
  get digest(): string
  /** The inventory document of this snapshot: the same bytes for the same content, in every language. */
  toJson(): string
  /** The id of the asset with this id, or else of the only one with this name. */
  find(text: string): string
  /** What a failure of this asset could touch, redundancy ignored; the asset itself is not counted. */
  blastRadius(assetId: string): BlastRadius
  /** The totals of all blast radii, by asset id. */
  blastRadii(): Record<string, number>
  /** What stops, and what only gets worse, when these assets fail; they are among the failed. */
  fail(assetIds: Array<string>): Failure
  /** The smallest sets of other assets whose failure fails this one; by size, then by ids. */
  cutSets(assetId: string, options?: number | CutSetOptions | undefined | null): string[][]
  /** Groups of assets that need each other in a ring. */
  cycles(): string[][]
  /** The assets by how much stands below them, from the foundations up. */
  layers(): string[][]
  /** The shortest chain by which the first depends on the second, both included; `null` when it does not. */
  path(fromId: string, toId: string): Array<string> | null
  /** The network layer: its `connects_to` relations, undirected. */
  network(): Network
}

/** What is known of a client, as one source or a merge of several told it; not checked yet. `read` gives it. */
export declare class Inventory {
  private constructor()
  /** The document in the format `vcto.inventory/1`. */
  toJson(): string
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
  /** How many other assets of its part end up outside the largest rest when this asset goes. */
  separatedBy(assetId: string): number
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
  /** Each rule that was carried out, with how its subjects fared. */
  get rules(): RuleResult[]
  /** What the problems are worth: principal, interest and risk, which do not add up to one. */
  get debt(): Debt
  /** How much of what was asked could be known. */
  get coverage(): Coverage
  /** The document: the same bytes in every language. */
  toJson(): string
}

/** How far to search for cut sets; a bare number is the order. */
export interface CutSetOptions {
  /** The largest size of a set: 1 or 2. The default is 2. */
  order?: number
}

/** The names of the kinds of error of core: the values of `err.code`. */
export declare function errorKinds(): Array<string>

/** Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations. */
export declare function read(paths: string | Array<string>, options?: string | ReadOptions | undefined | null): Promise<Inventory>

/** How to read; a bare text is the format. */
export interface ReadOptions {
  /** `vcto`, `netbox`, `rvtools`, `relations`, ...; told by the content unless it is named. */
  format?: string
  /** Stops the work. */
  signal?: AbortSignal
}

/** Reviews an estate as of a day, with all built-in analyzers: a preview that records nothing. */
export declare function review(estate: Estate, options: string | ReviewOptions): Promise<Review>

/** How to review; a bare text is the day. */
export interface ReviewOptions {
  /** The day as of which everything is judged: `2026-11-22`. */
  asOf: string
  /** Stops the work. */
  signal?: AbortSignal
}

/** The version of the engine. */
export declare const VERSION: string
