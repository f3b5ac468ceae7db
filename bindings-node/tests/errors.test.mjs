// Errors: `code` is the kind's name, the same as in Rust and Python.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as vcto from '../index.mjs'

test('kinds have the names of core', () => {
  assert.ok(vcto.errorKinds().includes('invalid_input'))
})

test('an error has a code and says where', () => {
  assert.throws(() => new vcto.Estate('{"format": "vcto.inventory/9"}'), (error) => {
    assert.ok(error instanceof Error)
    assert.ok(vcto.errorKinds().includes(error.code))
    assert.equal(error.retryable, false)
    return true
  })
})

test("the gate's no is told from what went wrong, and near names are named", () => {
  const asset = (id, name) => ({ id, kind: 'database', name })
  const estate = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'x' }, assets: [asset('1', 'SQL A'), asset('2', 'SQL B')] })
  assert.throws(() => estate.find('SQL'), { code: 'not_found', isRefusal: false, remedy: 'did you mean `SQL A` or `SQL B`?' })
  assert.throws(() => estate.find(3), { isRefusal: false })
})

test('both module systems give the same names', async () => {
  const { createRequire } = await import('node:module')
  const cjs = createRequire(import.meta.url)('../index.js')
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(vcto).filter((name) => name !== 'default').sort())
  assert.equal(cjs.Estate, vcto.Estate)
})

test('the declared kinds are those of core', async () => {
  const { readFile } = await import('node:fs/promises')
  const types = await readFile(new URL('../types.d.ts', import.meta.url), 'utf8')
  const [, union] = /type ErrorKind =([^]*?)\n\n/.exec(types)
  assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, kind]) => kind), vcto.errorKinds())
})
