// Inventories and estates.

import assert from 'node:assert/strict'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import * as vcto from '../index.mjs'

const file = new URL('../../examples/data/erp.json', import.meta.url).pathname
const small = { format: 'vcto.inventory/1', source: { name: 'test' } }
const code = (name) => (error) => error instanceof Error && error.code === name

test('text, object and file give the same estate', async () => {
  const text = await readFile(file, 'utf8')
  const given = [text, JSON.parse(text), await vcto.read(file), await vcto.read([file]), await vcto.read(file, 'vcto')]
  assert.equal(new Set(given.map((inventory) => new vcto.Estate(inventory).digest)).size, 1)
})

test('the document reads back to the same estate', async () => {
  const estate = new vcto.Estate(await vcto.read(file))
  assert.equal(new vcto.Estate(estate.toJson()).toJson(), estate.toJson())
  assert.deepEqual([estate.assetCount, estate.relationCount], [5, 5])
})

test('ids come back verbatim', () => {
  const id = 'a\u202e <b>&\n \u{1f600}'
  assert.equal(new vcto.Estate({ ...small, assets: [{ id, kind: 'server', name: 'X' }] }).find('X'), id)
})

test('a promise rejects with kind and place', async () => {
  await assert.rejects(vcto.read('absent.json'), (error) => error.code === 'not_found' && error.place === 'absent.json')
  await assert.rejects(vcto.read(file, { format: 'relations' }), (error) => vcto.errorKinds().includes(error.code))
  await assert.rejects(vcto.read(file, 'no such format'), code('invalid_input'))
})

test('a folder of several clients is read for the one that is chosen', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vcto-'))
  const devices = [5, 6].map((id) => ({ id, organizationId: id, nodeClass: 'MAC' }))
  await writeFile(join(folder, 'devices.json'), JSON.stringify(devices))
  await assert.rejects(vcto.read(folder), code('ambiguous'))
  assert.equal(new vcto.Estate(await vcto.read(folder, { scope: '6' })).assetCount, 1)
  await assert.rejects(vcto.read(folder, { format: 'ninjaone', scope: 'Halden' }), code('not_found'))
})

test('a signal stops the work', async () => {
  await assert.rejects(vcto.read(file, { signal: AbortSignal.abort() }), code('cancelled'))
})

test('what is no inventory is refused', () => {
  assert.throws(() => new vcto.Estate(Object.create(vcto.Inventory.prototype)))
  assert.throws(() => new vcto.Estate(3))
  assert.throws(() => new vcto.Inventory())
})

test('the questions of a review are a sheet that is read back when it is filled', async () => {
  const [printer] = [{ id: 'p', kind: 'printer', name: 'MFP' }]
  const inventory = { format: 'vcto.inventory/1', source: { name: 'rmm' }, assets: [printer] }
  const review = await vcto.review(new vcto.Estate(inventory), '2026-11-22')
  const owner = review.questions().find((question) => question.fact === 'owner')
  assert.deepEqual([owner.ask, owner.assets, owner.unlocks], ['owner', ['p'], 1])
  const folder = await mkdtemp(join(tmpdir(), 'vcto-'))
  const [rmm, sheet] = ['rmm.json', 'questions.csv'].map((name) => join(folder, name))
  await writeFile(rmm, JSON.stringify(inventory))
  await writeFile(sheet, review.questionsCsv().replace(/,owner,1,,,/, ',owner,1,IT,A. Jones,2026-11-20'))
  const answered = new vcto.Estate(await vcto.read([rmm, sheet]))
  const again = await vcto.review(answered, '2026-11-22')
  assert.ok(!again.questions().some((question) => question.fact === 'owner'))
  assert.equal(answered.factsTemplate(), 'asset,fact,value,author,at\n')
})

test('a review is a document and its parts are objects', async () => {
  const estate = new vcto.Estate(await vcto.read(file))
  const review = await vcto.review(estate, { asOf: '2026-11-22' })
  const document = JSON.parse(review.toJson())
  assert.equal(document.format, 'vcto.review/1')
  for (const part of ['findings', 'recommendations', 'gaps', 'rules', 'debt', 'coverage']) {
    assert.deepEqual(review[part], document[part])
    assert.equal(review[part], review[part])
  }
  await assert.rejects(vcto.review(estate, '22.11.2026'), code('invalid_input'))
})

test('a value shows what it is, and a document is written out whole', async () => {
  const estate = new vcto.Estate(await vcto.read(file))
  const review = await vcto.review(estate, '2026-11-22')
  assert.equal(String(estate), '<Estate of 5 assets, 5 relations>')
  assert.equal(inspect(estate), String(estate))
  assert.match(inspect({ review }), /<Review as of 2026-11-22: \d+ findings>/)
  assert.deepEqual(JSON.parse(JSON.stringify({ review, estate })), { review: JSON.parse(review.toJson()), estate: JSON.parse(estate.toJson()) })
  for (const item of Object.values(vcto)) {
    if (typeof item === 'function' && item.prototype) assert.equal(typeof inspect(item.prototype), 'string')
  }
  assert.deepEqual(Object.keys(estate.blastRadius('san')), ['asset', 'total', 'byKind', 'byCriticality', 'withoutCriticality', 'people', 'assets', 'degraded'])
})
