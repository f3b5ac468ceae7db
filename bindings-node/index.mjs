import vcto from './index.js'

export default vcto
export const { Estate, Inventory, VERSION, errorKinds, read } = vcto
