// The first steps in Node; `quickstart.rs` and `quickstart.py` print the same bytes.

import * as vcto from '../bindings-node/index.mjs'

const estate = new vcto.Estate(await vcto.read('examples/data/erp.json'))
console.log(`${estate.assetCount} assets, ${estate.relationCount} relations`)

const san = estate.find('SAN')
console.log('could be touched:', estate.blastRadius(san).total)
console.log('stops with SQL A:', estate.fail(['sql-1']).failed.length - 1)
console.log('stops with the SAN:', estate.fail([san]).failed.length - 1)

const review = await vcto.review(estate, { asOf: '2026-11-22' })
console.log(review.findings.length, 'findings')
console.log(review.toJson())
