// Waivers reach the review in every form, and what is wrong with one is said with its place.

import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as vcto from '../index.mjs'

const estate = new vcto.Estate({
  format: 'vcto.inventory/1',
  source: { name: 'rmm' },
  assets: [{ id: '7', kind: 'storage', name: 'NAS-01', facts: { warranty_end: '2026-10-01', owner: 'IT' } }],
})
const waiver = {
  rule: 'warranty.in_force',
  asset: 'NAS-01',
  reason: 'Replaced in spring',
  requested_by: 'B. Holt',
  approved_by: 'A. Jones',
  at: '2026-11-02',
  until: '2027-04-30',
}
const sheet = `${Object.keys(waiver).join(',')}\n${Object.values(waiver).join(',')}\n`
const waived = (waivers) => vcto.review(estate, { asOf: '2026-11-22', waivers })

test('a sheet, its path and a list of objects say the same', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'vcto-')), 'waivers.csv')
  await writeFile(path, sheet)
  for (const given of [sheet, Buffer.from(sheet), path, [waiver]]) {
    const review = await waived(given)
    assert.equal(review.waivers.in_force, 1)
    const marked = review.findings.filter((finding) => finding.waiver)
    assert.deepEqual(marked.map((finding) => [finding.rule, finding.waiver.approved_by]), [['warranty.in_force', 'A. Jones']])
    assert.deepEqual([review.debt.risk.medium, review.waivers.remaining.risk.medium], [1, 0])
  }
  assert.equal((await waived(undefined)).waivers, null)
  assert.equal((await waived(sheet)).toJson(), (await waived(path)).toJson())
})

test('a waiver that is none is refused with its place', async () => {
  for (const [change, place] of [
    [{ approved_by: 'b holt' }, 'waivers/0, `approved_by`'],
    [{ until: undefined }, 'waivers/0, `until`'],
    [{ asset: null }, 'waivers/0, `asset`'],
  ]) {
    await assert.rejects(waived([{ ...waiver, ...change }]), (error) => {
      assert.deepEqual([error.code, error.place, error.operation], ['invalid_input', place, 'waivers.read'])
      return true
    })
  }
})

test('a recorded review says which waivers it took', async () => {
  const practice = await vcto.open(join(await mkdtemp(join(tmpdir(), 'vcto-')), 'practice'))
  const tenant = await practice.createTenant('halden', { region: 'eu' })
  const review = await tenant.review(estate, { asOf: '2026-11-22', waivers: sheet })
  assert.equal(JSON.parse(review.toJson()).waivers.document, review.waivers.document)
})
