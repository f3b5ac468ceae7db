// Objects of the caller: what has no JSON form is refused with its place, and none of it crashes or hangs.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import * as vcto from '../index.mjs'
import { change, step, world } from './world.mjs'

const { PROMISED } = createRequire(import.meta.url)('../calls.js')
const small = { format: 'vcto.inventory/1', source: { name: 'test' } }
const withFact = (x, name = 'x') => ({ ...small, assets: [{ id: 'a', kind: 'server', facts: { [name]: x } }] })
const X = '/assets/0/facts/x'

function ring() {
  const document = withFact(null)
  document.assets[0].facts.x = document
  return document
}

function deep() {
  let value = []
  for (let at = 0; at < 100_000; at += 1) value = [value]
  return withFact(value)
}

/** Has itself under a key, freshly made each time. */
const endless = () => new Proxy({}, {
  ownKeys: () => ['a'],
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  get: (_, key) => (key === 'a' ? endless() : undefined),
})

const refused = {
  nan: [withFact(NaN), X, /NaN/],
  infinity: [withFact([1, -Infinity]), `${X}/1`, /infinity/],
  'big integer': [withFact(2n ** 53n), X, /whole number/],
  'small big integer': [withFact(-(2n ** 70n)), X, /whole number/],
  'undefined in a list': [withFact([undefined]), `${X}/0`, /undefined/],
  hole: [withFact([, 1]), `${X}/0`, /undefined/],
  ring: [ring(), X, /contains itself/],
  deep: [deep(), undefined, /64 levels/],
  endless: [withFact(endless()), undefined, /64 levels/],
  function: [withFact(() => 1), X, /function/],
  symbol: [withFact(Symbol('x')), X, /symbol/],
  map: [withFact(new Map()), X, /Object.fromEntries/],
  set: [withFact(new Set()), X, /Set/],
  bytes: [withFact(new Uint8Array(2)), X, /Uint8Array/],
  'no date': [withFact(new Date(NaN)), X, /Invalid Date/],
  promise: [vcto.read('nothing.json').catch(() => 0), undefined, /`await` it/],
  surrogate: [withFact('\ud800'), X, /surrogate/],
  long: [withFact('x'.repeat(1e7)), X, /longer than/],
  'name of a fact': [withFact(NaN, 'a/b~c\u202e'), '/assets/0/facts/a~1b~0c\\u{202e}', /NaN/],
  'cut text': ['{', 'line 1', /ends before the document does/],
  'empty text': ['', 'line 1', /is empty/],
  path: ['client.json', 'line 1', /await vcto.read/],
  number: [3, undefined, /an inventory/],
  null: [null, undefined, /an inventory/],
  nothing: [undefined, undefined, /an inventory/],
}

for (const [name, [given, place, says]] of Object.entries(refused)) {
  test(`refused with its place: ${name}`, () => {
    assert.throws(() => new vcto.Estate(given), (error) => {
      assert.match(error.message, says)
      assert.ok(['invalid_input', 'too_large'].includes(error.code), error.code)
      if (place) assert.equal(error.place, place)
      return error instanceof Error
    })
  })
}

test('what code of the caller throws comes out as it was thrown', () => {
  const mine = new RangeError('mine')
  const throwing = () => { throw mine }
  const given = {
    getter: withFact(Object.defineProperty({}, 'value', { enumerable: true, get: throwing })),
    toJSON: withFact({ toJSON: throwing }),
    proxy: withFact(new Proxy({}, { ownKeys: throwing })),
    get: withFact(new Proxy({ a: 1 }, { get: throwing })),
  }
  for (const [name, document] of Object.entries(given)) {
    assert.throws(() => new vcto.Estate(document), (error) => error === mine, name)
  }
})

test('what JSON writes is taken as JSON writes it', () => {
  const values = [0.1, 1e-7, -0.5, 5n, true, false, null, 'é \u{1f600} " \\ \n', new Date(0)]
  const digest = (document) => new vcto.Estate(document).digest
  const written = JSON.stringify(withFact(values.map((value) => (typeof value === 'bigint' ? Number(value) : value))))
  assert.equal(digest(withFact(values)), digest(written))
  assert.equal(digest(new Proxy(withFact(values), {})), digest(written))
  assert.equal(digest({ toJSON: () => withFact(values) }), digest(written))
  assert.equal(digest({ ...small, assets: undefined }), digest(small))
  const shared = { value: 1 }
  assert.equal(digest(withFact([shared, shared])), digest(withFact([{ value: 1 }, { value: 1 }])))
})

test('options and changes are refused with their place', async () => {
  const { practice, tenant } = await world()
  const create = (given) => practice.createTenant('b', { region: 'eu', ...given })
  const cases = [
    ['/steps/0/target', () => tenant.submit({ ...change, steps: [{ ...step, target: 3 }] }, 'svc')],
    ['/steps/0/id', () => tenant.submit({ ...change, steps: [{ ...step, id: NaN }] }, 'svc')],
    [undefined, () => tenant.submit({}, 'svc')],
    ['by/type', () => tenant.submit(change, { by: { type: 'robot', name: 'x' } })],
    ['policy/aprovals', () => create({ policy: { aprovals: 2 } })],
    ['policy/blast_radius/l0', () => create({ policy: { blast_radius: { l0: 'none' } } })],
    ['/approvals', () => create({ policy: { approvals: 0 } })],
    ['approvers/0/key', () => create({ approvers: [{ person: 'alice', key: 'k' }] })],
    ['approvers/0/key', () => create({ approvers: [{ person: 'alice', key: 1n << 80n }] })],
    ['areas/0', () => create({ areas: [{ name: 'x' }] })],
    ['operator', () => vcto.open('nowhere', { operator: { type: 'service' } })],
    ['reviewer', () => vcto.open('nowhere', { reviewer: 'alice' })],
    ['reviewer', () => vcto.open('nowhere', { notifier() {} })],
  ]
  for (const [place, call] of cases) {
    await assert.rejects(call(), (error) => {
      assert.ok(!/column/.test(error.message))
      assert.deepEqual([error.code, error.place], ['invalid_input', place], error.message)
      return true
    })
  }
  assert.deepEqual(await practice.tenants(), ['halden'])
})

test('an argument of another type is named in words of JavaScript', async () => {
  const { practice, tenant } = await world()
  const estate = new vcto.Estate(small)
  const wrong = [
    [() => estate.find(), /^Estate.find: a string belongs here, not undefined$/],
    [() => estate.fail('a'), /^Estate.fail: a list belongs here$/],
    [() => vcto.review({}, '2026-11-22'), /^review: an instance of Estate belongs here$/],
    [() => vcto.review(estate), /^review: an argument is none of: String, ReviewOptions$/],
    [() => vcto.read(3), /^read: an argument is none of: String, a list$/],
    [() => practice.createTenant('b'), /^Practice.createTenant: options belong here$/],
    [() => practice.createTenant('b', { region: 'eu', approvers: 3 }), /^Practice.createTenant: `approvers` is none of: String, Object$/],
    [() => tenant.submit(change), /^Tenant.submit: an argument is none of: String, SubmitOptions$/],
    [() => tenant.prove(), /^Tenant.prove: a string belongs here, not undefined$/],
  ]
  for (const [call, message] of wrong) {
    await assert.rejects(async () => call(), (error) => error instanceof TypeError && error.code === 'invalid_input' && message.test(error.message), String(call))
  }
  // What gives a promise does not throw.
  await Promise.all([vcto.read(3).catch(() => 0), tenant.prove().catch(() => 0)])
  assert.throws(() => new vcto.WorkOrders(), { code: 'invalid_input' })
  assert.throws(() => new vcto.SshKeygen(), TypeError)
  for (const order of [0, -1, 1.5, NaN]) assert.throws(() => estate.cutSets('a', order), { code: /invalid_input|not_found/ })
})

test('what is declared to give a promise gives one, also for its errors', async () => {
  const declared = await readFile(new URL('../index.d.ts', import.meta.url), 'utf8')
  const promised = []
  for (const [, name, body] of declared.matchAll(/^export declare class (\w+) \{\n([^]*?)^\}/gm)) {
    for (const [, method] of body.matchAll(/^  (\w+)\(.*\): Promise</gm)) promised.push(`${name}.${method}`)
  }
  for (const [, name] of declared.matchAll(/^export declare function (\w+)\(.*\): Promise</gm)) promised.push(name)
  assert.deepEqual([...PROMISED].sort(), promised.filter((name) => name !== 'SshKeygen.sign').sort())
})

test('a page shows what the engine writes with names escaped', async () => {
  const evil = '<script>alert(1)</script>\u202e\'"&'
  const asset = { id: 'a', kind: 'server', name: evil, criticality: 'critical', facts: { os_name: 'Windows Server 2012' } }
  const estate = new vcto.Estate({ ...small, source: { name: evil }, assets: [asset] })
  const review = await vcto.review(estate, '2026-11-22')
  for (const shown of [estate.toHtml(), review.toHtml()]) {
    assert.ok(!shown.includes('<script') && !shown.includes('\u202e'))
    assert.ok(shown.includes('&lt;script&gt;') && shown.includes('\\u{202e}') && shown.includes('&quot;&amp;'))
  }
  assert.ok(!review.toText().includes('\u202e'))
})

test('the package alone has what it needs', async () => {
  const { files } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  const texts = await Promise.all(files.filter((name) => name.endsWith('js')).map((name) => readFile(new URL(join('..', name), import.meta.url), 'utf8')))
  const needed = texts.flatMap((text) => [...text.matchAll(/(?:require\(|from )'\.\/(.*?)'/g)].map(([, name]) => name))
  for (const name of needed) assert.ok(files.includes(name), name)
})
