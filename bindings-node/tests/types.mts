// Compiles only when the declared types are right; nothing here runs.

import * as vcto from '../index.mjs'

const estate = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'x' }, assets: [] })
const count: number = estate.assetCount
// @ts-expect-error an estate is not changed
estate.assetCount = 3
// @ts-expect-error an inventory is read, not made
new vcto.Inventory()
export { count }
