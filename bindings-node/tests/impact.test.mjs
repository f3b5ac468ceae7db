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

const redundant = cases[0].inventory
const alone = {
  ...redundant,
  relations: redundant.relations.filter(({ from, to }) => from !== 'erp' || to === 'sql-2'),
  requirements: [{ asset: 'erp', members: ['sql-2'], needs: 1 }],
}

test('whole-estate results are typed arrays in the order of the ids', () => {
  const estate = new vcto.Estate(redundant)
  const radii = estate.blastRadiiArray()
  assert.ok(radii instanceof Uint32Array)
  assert.deepEqual(Object.fromEntries(estate.ids.map((id, at) => [id, radii[at]])), estate.blastRadii())
  const { failed, degraded } = estate.singleFailures()
  for (const [at, id] of estate.ids.entries()) {
    const failure = estate.fail([id])
    assert.deepEqual([failed[at], degraded[at]], [failure.failed.length, failure.degraded.length])
  }
  const { from, to, soft } = estate.edges()
  const pairs = Array.from(from, (start, at) => [estate.ids[start], estate.ids[to[at]]])
  assert.deepEqual(pairs, [['bi', 'sql-1'], ['erp', 'sql-1'], ['erp', 'sql-2'], ['sql-1', 'san'], ['sql-2', 'san'], ['web', 'erp']])
  assert.deepEqual(Array.from(soft), [1, 0, 0, 0, 0, 0])
})

test('pairs, second instances and drawn failures', async () => {
  const estate = new vcto.Estate(redundant)
  assert.deepEqual(await estate.pairFailures('erp'), { asset: 'erp', pairs: [{ pair: ['sql-1', 'sql-2'], fails: 1, breaks_asset: true }] })
  const found = new vcto.Estate(alone).counterfactuals('erp')
  assert.deepEqual([found.singlePoints, found.all, found.proved], [['san', 'sql-2'], ['sql-2'], true])
  assert.ok((await new vcto.Estate(alone).additions()).singlePoints > 0)
  const drawing = { draws: 2000, rates: { 'sql-1': 1 }, kindRates: { storage: 0 }, rate: 0.25 }
  const odds = await estate.monteCarlo(7, drawing)
  assert.deepEqual(odds, await estate.monteCarlo(7n, drawing))
  assert.deepEqual([odds.assets['sql-1'].share, odds.assets.san.failed, odds.seed], [1, 0, '7'])
  await assert.rejects(estate.monteCarlo(7, { rate: 2 }), { code: 'invalid_input' })
  await assert.rejects(estate.monteCarlo(-1, { rate: 0.5 }), { code: 'invalid_input', place: 'seed' })
  await assert.rejects(estate.monteCarlo(0.5, { rate: 0.5 }), { code: 'invalid_input', place: 'seed' })
  await assert.rejects(estate.monteCarlo(7, { rate: 0.5, signal: AbortSignal.abort() }), { code: 'cancelled' })
  await assert.rejects(estate.monteCarlo(7, { rates: {}, draw: 3 }), { code: 'invalid_input' })
})

test('what a change means', async () => {
  const [before, after] = [new vcto.Estate(redundant), new vcto.Estate(alone)]
  const diff = await before.diff(after)
  assert.deepEqual(diff.cuts.map(({ asset, appeared }) => [asset, appeared]), [['erp', [['sql-2']]], ['web', [['sql-2']]]])
  assert.deepEqual(diff.radii.map(({ asset, before, after, lost }) => [asset, before, after, lost]), [['sql-1', 2, 0, 2]])
  assert.deepEqual((await before.diff(after, { assetIds: ['bi'] })).cuts, [])
  await assert.rejects(before.diff(after, { order: 3 }), { code: 'unsupported' })
  await assert.rejects(before.diff(after, { signal: AbortSignal.abort() }), { code: 'cancelled' })
})

test('patch panels are drawn through when asked', () => {
  const assets = [{ id: 'core', kind: 'switch' }, { id: 'floor', kind: 'switch' }, { id: 'panel', kind: 'patch_panel' }]
  const relations = [{ from: 'core', to: 'panel', kind: 'connects_to' }, { from: 'panel', to: 'floor', kind: 'connects_to' }]
  const estate = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'netbox' }, assets, relations })
  assert.deepEqual([estate.network().view, estate.network().blocks()], [{ view: 'raw' }, [['core', 'panel'], ['floor', 'panel']]])
  const drawn = estate.network({ collapsePassThrough: true })
  assert.deepEqual([drawn.view, drawn.bridges()], [{ view: 'collapsed', collapsed: ['panel'], kept: [] }, [['core', 'floor']]])
})
