// The first steps in Node; `quickstart.rs` and `quickstart.py` print the same bytes.

import { readFile } from 'node:fs/promises'
import * as vcto from '../bindings-node/index.mjs'

const estate = new vcto.Estate(await readFile('examples/data/erp.json', 'utf8'))
console.log(`${estate.assetCount} assets, ${estate.relationCount} relations`)
console.log(estate.digest)
