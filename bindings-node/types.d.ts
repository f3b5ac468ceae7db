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

