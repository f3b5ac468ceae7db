// Reading a tenant's ledger: which entries, in which order, and going on where one stopped.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import * as vcto from '../index.mjs'
import { world } from './world.mjs'

const PROPOSED = 0x0110

async function filled() {
  const made = await world()
  for (const title of ['One', 'Two', 'Three']) await made.staged({ title })
  return made
}

async function all(ledger, options) {
  const entries = []
  for await (const entry of ledger.entries(options)) entries.push(entry)
  return entries
}

test('all entries come in order with their content', async () => {
  const { tenant } = await filled()
  for (const limit of [1, 1000]) {
    const entries = await all(tenant.ledger, { limit })
    assert.deepEqual(entries.map(({ seq }) => seq), [...Array(await tenant.ledger.size()).keys()])
    assert.equal(entries[0].payload.origin, tenant.ledger.origin)
    assert.ok(entries.every(({ octets }) => octets === null))
  }
})

test('conditions are met all at once, and a kept cursor goes on behind the work that was done', async () => {
  const { tenant, staged } = await filled()
  const { ledger } = tenant
  const whole = await all(ledger)
  const proposed = await all(ledger, { types: [PROPOSED] })
  assert.deepEqual(proposed, whole.filter(({ type }) => type === PROPOSED))
  assert.equal(proposed.length, 3)
  assert.deepEqual(await all(ledger, { subject: proposed[1].payload.record.proposal }), [proposed[1]])
  assert.deepEqual(await all(ledger, { start: 2, stop: 5 }), whole.slice(2, 5))
  const tomorrow = new Date(Date.now() + 86_400_000)
  assert.deepEqual(await all(ledger, { since: tomorrow }), [])
  assert.deepEqual(await all(ledger, { since: whole[0].time, until: tomorrow }), whole)
  assert.deepEqual(await all(ledger, { types: [PROPOSED], cursor: proposed[0].cursor }), proposed.slice(1))
  const page = await ledger.readOn({ types: [PROPOSED] })
  assert.ok(page.isEnd)
  await staged({ title: 'Four' })
  assert.deepEqual((await all(ledger, { cursor: page.cursor })).map(({ type }) => type), [PROPOSED])
})

test('what is no condition is refused', async () => {
  const { tenant } = await world()
  const wrong = [{ cursor: '5' }, { since: 'yesterday' }, { start: -1 }, { types: [70_000] }, { limit: 0 }, { limit: 9_999 }]
  for (const options of wrong) {
    await assert.rejects(all(tenant.ledger, options), { code: 'invalid_input' }, JSON.stringify(options))
  }
})

test('both languages give the same verdict', async () => {
  const { folder, tenant } = await filled()
  const proof = join(folder, 'proof')
  const { checkpoint } = await tenant.prove(proof)
  const key = tenant.ledger.verifierKey
  const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url))
  const program = `
import json, sys, vcto
folder, key, checkpoint = sys.argv[1:]
print(json.dumps([vcto.verify_bundle(folder), vcto.verify_bundle(folder, key=key, checkpoint=checkpoint)]))`
  const snake = (verdict) =>
    Object.fromEntries(Object.entries(verdict).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]))
  const agreed = async () => {
    const theirs = JSON.parse(execFileSync(python, ['-c', program, proof, key, checkpoint], { encoding: 'utf8' }))
    const ours = [await vcto.verifyBundle(proof), await vcto.verifyBundle(proof, { key, checkpoint })]
    assert.deepEqual(ours.map(snake), theirs)
    return ours[1]
  }
  assert.deepEqual([(await agreed()).integrity, (await agreed()).completeness], ['ok', 'ok'])
  const entries = join(proof, 'ledger', 'tile', 'entries', '000.p')
  const [name] = readdirSync(entries)
  const bytes = readFileSync(join(entries, name))
  bytes[300] ^= 1
  writeFileSync(join(entries, name), bytes)
  assert.equal((await agreed()).integrity, 'failed')
})

test('a number that is none of a place, a type or a page is refused by its name', async () => {
  const { tenant } = await filled()
  for (const given of [{ start: 1.5 }, { stop: NaN }, { start: -1 }, { types: [70000] }, { types: [1.5] }, { limit: 0.5 }, { stop: 2 ** 60 }]) {
    const [name] = Object.keys(given)
    await assert.rejects(all(tenant.ledger, given), (error) => error.code === 'invalid_input' && error.message.includes(name), name)
  }
  await assert.rejects(tenant.ledger.level(1.5), { code: 'invalid_input' })
  assert.equal((await all(tenant.ledger, null)).length, await tenant.ledger.size())
})

test('an abort ends the reading before the next entry', async () => {
  const { tenant } = await filled()
  const stop = new AbortController()
  const seen = []
  const reading = async () => {
    for await (const { seq } of tenant.ledger.entries({ signal: stop.signal })) {
      seen.push(seq)
      stop.abort()
    }
  }
  await assert.rejects(reading(), { code: 'cancelled' })
  assert.deepEqual(seen, [0])
})
