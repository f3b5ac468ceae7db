// Inference, and the sheet on which people decide, as Node sees them.

import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as vcto from '../index.mjs'

const folder = await mkdtemp(join(tmpdir(), 'vcto-'))
const office = join(folder, 'rmm.json')
await writeFile(office, JSON.stringify({
  format: 'vcto.inventory/1',
  source: { name: 'rmm' },
  assets: [
    { id: 'pc', kind: 'workstation', name: 'PC', facts: { gateways: '10.0.0.1' } },
    { id: 'fw', kind: 'firewall', name: 'FW', facts: { addresses: '10.0.0.1' } },
  ],
}))

test('relations are inferred only where it is asked for', async () => {
  const plain = new vcto.Estate(await vcto.read(office))
  assert.deepEqual([plain.relationCount, plain.inferredRelationCount], [0, 0])
  for (const given of [office, [office]]) {
    const estate = new vcto.Estate(await vcto.read(given, { infer: true }))
    assert.deepEqual([estate.relationCount, estate.inferredRelationCount], [1, 1])
    assert.deepEqual(estate.blastRadius('fw').degraded, ['pc'])
  }
})

test('what was inferred and what was not is counted', async () => {
  const inventory = await vcto.read(office)
  for (const records of [inventory, new vcto.Estate(inventory)]) {
    const { relations, methods, doubts } = vcto.infer(records)
    assert.deepEqual(doubts, [])
    assert.equal(relations.length, 1)
    const { from, to, strength, inferred_by, confidence } = relations[0]
    assert.deepEqual([from, to, strength, inferred_by, confidence], ['pc', 'fw', 'soft', 'gateway', 'medium'])
    const counts = Object.fromEntries(methods.map((count) => [count.method, count]))
    assert.equal(counts.gateway.inferred, 1)
    assert.equal(counts.dns.without_evidence, 1)
  }
  assert.throws(() => vcto.infer('pc'), { code: 'invalid_input' })
})

test('a filled sheet decides', async () => {
  const inferred = await vcto.read(office, { infer: true })
  const sheet = vcto.inferredCsv(inferred)
  const [head, row] = sheet.split('\n')
  assert.equal(head, 'from,to,kind,method,confidence,why,verdict,author,at')
  assert.ok(row.startsWith('pc,fw,uses,gateway,medium,') && row.endsWith(',,,'))
  const filled = join(folder, 'inferred.csv')
  for (const [verdict, degraded, total] of [['confirm', [], 1], ['confirm_soft', ['pc'], 0], ['refuse', [], 0]]) {
    await writeFile(filled, `${head}\n${row.slice(0, -3)},${verdict},Jane,2026-11-22\n`)
    const estate = new vcto.Estate(await vcto.read([office, filled], { infer: true }))
    const radius = estate.blastRadius('fw')
    assert.deepEqual([radius.degraded, radius.total, estate.inferredRelationCount], [degraded, total, 0], verdict)
  }
})
