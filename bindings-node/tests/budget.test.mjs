// The matrix, the calendar and the budget of a review, as Node sees them.

import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as vcto from '../index.mjs'

const office = {
  format: 'vcto.inventory/1',
  source: { name: 'rmm', captured_at: '2026-11-20T08:00:00Z' },
  assets: [
    {
      id: 'pc-1',
      kind: 'workstation',
      name: '=PC',
      facts: { model: 'OptiPlex 7060', purchased: '2022-03-01', warranty_end: '2026-12-05' },
    },
    { id: 'sw-1', kind: 'switch' },
  ],
}
const estate = new vcto.Estate(office)
const review = await vcto.review(estate, '2026-11-22')
const prices = Buffer.from('match,kind,for,term,amount,currency,valid_until,msp_cost\n,workstation,replacement,one_off,950,GBP,2027-03-31,700\n')

test('the matrix and the calendar are those of the document', () => {
  const document = JSON.parse(review.toJson())
  assert.deepEqual(review.matrix, document.matrix)
  assert.deepEqual(review.calendar, document.calendar)
  assert.equal(review.matrix, review.matrix)
  assert.deepEqual(review.matrix.rows.map((row) => [row.asset, row.warranty]), [['pc-1', 'covered'], ['sw-1', 'unknown']])
  assert.deepEqual(review.calendar.entries.map(({ asset, date, days, band }) => [asset, date, days, band]), [['pc-1', '2026-12-05', 13, 'within_30']])
})

test('a budget is of a price list and never tells what the provider pays', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'vcto-')), 'prices.csv')
  await writeFile(file, prices)
  const budget = await vcto.budget(estate, review, prices, { fiscalYearStart: 4 })
  assert.equal((await vcto.budget(estate, review, file, { fiscalYearStart: 4 })).toJson(), budget.toJson())
  assert.deepEqual(budget.fiscalYears.map(({ label }) => label), ['FY2026/27', 'FY2027/28', 'FY2028/29'])
  assert.deepEqual(budget.totals.map(({ total, currency, lines }) => [total, currency, lines]), [['950', 'GBP', 1]])
  assert.deepEqual(budget.lines.map((line) => [line.asset, line.item, line.price.line]), [['pc-1', 'replacement', 2]])
  assert.deepEqual([budget.unpriced, budget.undated.map(({ kind }) => kind), budget.unused], [[], ['switch'], []])
  assert.deepEqual([budget.asOf, budget.estate], ['2026-11-22', estate.digest])
  assert.equal(JSON.stringify(budget), budget.toJson())
  assert.match(budget.toText(), /950/)
  assert.ok(!budget.toJson().includes('700') && !budget.toText().includes('700'))
  assert.equal(budget.toXlsx().subarray(0, 2).toString(), 'PK')
  assert.equal(String(budget), '<Budget as of 2026-11-22: 1 lines>')
})

test("the provider's own edition is a type of its own", async () => {
  const internal = await vcto.internalBudget(estate, review, prices)
  assert.ok(internal instanceof vcto.InternalBudget && !(internal instanceof vcto.Budget))
  assert.deepEqual(internal.costs, [{ cost: '700', margin: '250' }])
  assert.deepEqual(internal.totals.map(({ cost, known, total }) => [cost, known, total]), [['700', 1, 1]])
  assert.equal(internal.client.toJson(), (await vcto.budget(estate, review, prices)).toJson())
  assert.equal(JSON.parse(internal.toJson()).edition, 'internal')
  assert.notDeepEqual(internal.toXlsx(), internal.client.toXlsx())
})

test('a page shows the budget in HTML and on a terminal', async () => {
  const budget = await vcto.budget(estate, review, prices, { fiscalYearStart: 4 })
  const screen = review.toPageText(estate, { client: 'Halden & Pryce', budget })
  for (const shown of ['Halden & Pryce', '950', 'FY2026/27']) assert.ok(screen.includes(shown), shown)
  assert.ok(!review.toPageText(estate, 'Halden & Pryce').includes('950'))
  assert.ok(review.toPage(estate, { client: 'Halden & Pryce', budget }).includes('Halden &amp; Pryce'))
  assert.equal(review.toPage(estate, 'Halden'), review.toPage(estate, { client: 'Halden' }))
  const other = new vcto.Estate({ ...office, assets: [] })
  assert.throws(() => review.toPage(other), { code: 'conflict' })
  const practice = await vcto.open(join(await mkdtemp(join(tmpdir(), 'vcto-')), 'practice'))
  const tenant = await practice.createTenant('halden', { region: 'eu' })
  const recorded = await tenant.review(estate, '2026-11-22')
  assert.ok((await tenant.pageText(estate, recorded, { budget })).includes('950'))
  assert.notEqual(await tenant.page(estate, recorded, { budget }), recorded.toPage(estate, { budget }))
  await assert.rejects(tenant.pageText(other, recorded), { code: 'conflict' })
})

test('options of a budget are refused with their place', async () => {
  assert.deepEqual((await vcto.budget(estate, review, prices, { lifetimes: { workstation: 0 } })).lines, [])
  assert.equal((await vcto.budget(estate, review, prices, { years: 1 })).fiscalYears.length, 1)
  const wrong = [{ years: 0 }, { years: -1 }, { years: 1.5 }, { years: NaN }, { fiscalYearStart: 13 }, { fiscalYearStart: 2 ** 40 }]
  for (const options of [...wrong, { lifetimes: { server: -1 } }, { lifetimes: { server: 101 } }, { lifetimes: { server: 'old' } }]) {
    await assert.rejects(vcto.budget(estate, review, prices, options), { code: 'invalid_input', operation: 'plan.budget' }, JSON.stringify(options))
  }
  await assert.rejects(vcto.budget(estate, review, prices, { lifetimes: { server: NaN } }), { code: 'invalid_input', place: 'lifetimes/server' })
  await assert.rejects(vcto.budget(estate, review, Buffer.from('match,term,amount,currency\nx,once,many,GBP\n')), { code: 'invalid_input', place: 'line 2, `amount`' })
  await assert.rejects(vcto.budget(estate, review, 'absent.csv'), { code: 'not_found', place: 'absent.csv' })
  await assert.rejects(vcto.budget(estate, review, prices.toString()), { remedy: /as bytes/ })
  await assert.rejects(vcto.budget(estate, review, 3), TypeError)
  await assert.rejects(vcto.budget(new vcto.Estate({ ...office, assets: [] }), review, prices), { code: 'conflict' })
})
