// A first afternoon in Node: from an RMM export to a page for the client. `afternoon.py` goes the same way in Python.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as vcto from '../bindings-node/index.mjs'

const client = 'examples/data/halden-pryce'
const out = mkdtempSync(join(tmpdir(), 'vcto-'))

// The saved answers of NinjaOne, and what people wrote by hand. What nobody wrote is inferred, soft, each with its why.
const inputs = ['ninjaone', 'documentation.json', 'services.json', 'facts.csv', 'relations.csv']
const inventory = await vcto.read(inputs.map((input) => join(client, input)), { infer: true })
const estate = new vcto.Estate(inventory)

const dies = estate.whatIf([estate.find('FW-LDS-01')])
console.log(dies.people.at_least, 'people;', dies.failed.length, 'assets fail,', dies.unknown.length, 'cannot be told')

const review = await vcto.review(estate, { asOf: '2026-11-22', waivers: join(client, 'waivers.csv') })
const budget = await vcto.budget(estate, review, join(client, 'prices.csv'), { fiscalYearStart: 4 })
writeFileSync(join(out, 'review.html'), review.toPage(estate, { client: 'Halden & Pryce LLP', budget }))
writeFileSync(join(out, 'budget.xlsx'), budget.toXlsx())

// What to ask whom, and what to confirm: filled in, both are read beside the inputs the next time.
writeFileSync(join(out, 'questions.csv'), review.questionsCsv())
writeFileSync(join(out, 'inferred.csv'), vcto.inferredCsv(inventory))
console.log(review.toPageText(estate, { client: 'Halden & Pryce LLP', budget }))
