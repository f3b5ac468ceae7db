// Compiles only when the declared types are right; nothing here runs.

import * as vcto from '../index.mjs'

const estate = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'x' }, assets: [] })
const count: number = estate.assetCount
// @ts-expect-error an estate is not changed
estate.assetCount = 3
// @ts-expect-error an inventory is read, not made
new vcto.Inventory()
const touched: string[] = estate.blastRadius('a').assets
const review: vcto.Review = await vcto.review(estate, { asOf: '2026-11-22', signal: AbortSignal.timeout(1000) })
const change: vcto.Change = review.recommendations[0].change
// @ts-expect-error the day is required
await vcto.review(estate, {})
export { change, count, touched }
