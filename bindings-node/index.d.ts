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
}

/** What is known of a client, as one source or a merge of several told it; not checked yet. `read` gives it. */
export declare class Inventory {
  private constructor()
  /** The document in the format `vcto.inventory/1`. */
  toJson(): string
}

/** The names of the kinds of error of core: the values of `err.code`. */
export declare function errorKinds(): Array<string>

/** The version of the engine. */
export declare const VERSION: string
