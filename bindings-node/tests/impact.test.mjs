// What breaks what: the answers of core arrive unchanged; names of calls and of results are in camelCase.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as vcto from '../index.mjs'

const cases = JSON.parse(await readFile(new URL('../../tests/data/impact.json', import.meta.url), 'utf8'))
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())

// The names of a result's own fields; those inside are of the formats.
const named = (expected) =>
  expected === null || typeof expected !== 'object' || Array.isArray(expected)
    ? expected
    : Object.fromEntries(Object.entries(expected).map(([name, value]) => [camel(name), value]))

for (const { name, inventory, calls, errors } of cases) {
  test(name, () => {
    const estate = new vcto.Estate(inventory)
    for (const [call, parameters, expected] of calls) {
      assert.deepEqual(estate[camel(call)](...parameters), named(expected), `${call} ${parameters}`)
    }
    for (const [call, parameters, code] of errors) {
      assert.throws(() => estate[camel(call)](...parameters), { code }, `${call} ${parameters}`)
    }
  })
}

test('the order of cut sets is a number or an option', () => {
  const estate = new vcto.Estate(cases[0].inventory)
  assert.deepEqual(estate.cutSets('web', { order: 1 }), estate.cutSets('web', 1))
  assert.deepEqual(estate.cutSets('web'), estate.cutSets('web', 2))
})

test('the network layer answers', () => {
  const assets = ['core', 'floor-1', 'fw'].map((id) => ({ id, kind: 'switch' }))
  const link = (from, to) => ({ from, to, kind: 'connects_to' })
  const relations = [link('core', 'floor-1'), link('floor-1', 'core'), link('fw', 'core')]
  const network = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'lldp' }, assets, relations }).network()
  assert.deepEqual(network.articulationPoints(), ['core'])
  assert.deepEqual(network.bridges(), [['core', 'fw']])
  assert.equal(network.separatedBy('core'), 1)
  assert.throws(() => network.separatedBy('nope'), { code: 'not_found' })
})
