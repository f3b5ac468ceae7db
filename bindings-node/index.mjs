import vcto from './index.js'

export default vcto
export const { Estate, Inventory, Network, Review, VERSION, errorKinds, read, review } = vcto
