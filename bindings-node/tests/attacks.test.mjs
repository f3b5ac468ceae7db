// Attacks from threads and with what is given out: nothing runs twice and nothing runs unapproved.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import v8 from 'node:v8'
import vm from 'node:vm'
import { MessageChannel, Worker } from 'node:worker_threads'
import * as vcto from '../index.mjs'
import { world } from './world.mjs'

const load = `const vcto = require(${JSON.stringify(join(import.meta.dirname, '../index.js'))})`

/** Runs code in a thread and gives the first message of it. */
const inThread = (code, workerData) => new Promise((resolve, reject) => {
  const worker = new Worker(`const { parentPort, workerData } = require('node:worker_threads')\n${load}\n${code}`, { eval: true, workerData })
  worker.once('message', (message) => { resolve(message); worker.terminate() })
  worker.once('error', reject)
})

const derive = `
  const { folder, id, gate } = workerData
  vcto.open(folder + '/practice').then(async (practice) => {
    practice.register(new vcto.WorkOrders(folder + '/orders'))
    const found = await (await practice.tenant('halden')).resume(id)
    const cells = new Int32Array(gate)
    Atomics.add(cells, 0, 1)
    Atomics.notify(cells, 0)
    while (Atomics.load(cells, 0) < 3) Atomics.wait(cells, 0, Atomics.load(cells, 0), 100)
    parentPort.postMessage(await found.execute().then(({ status }) => status, ({ code }) => code))
  })`

test('threads that derive the same approval start it once', async () => {
  const { approved, folder, orders } = await world()
  const token = await approved()
  const gate = new SharedArrayBuffer(4)
  const said = await Promise.all([1, 2, 3].map(() => inThread(derive, { folder, id: token.id, gate })))
  assert.equal(said.filter((word) => word === 'handed_over').length, 1, said.join())
  assert.ok(said.every((word) => ['busy', 'consumed', 'handed_over'].includes(word)), said.join())
  assert.equal(orders().length, 1)
  await assert.rejects(token.execute(), { code: 'consumed' })
})

test('an approval does not travel to a thread', async () => {
  const { approved, orders } = await world()
  const token = await approved()
  const said = await inThread(`
    const token = workerData
    parentPort.postMessage([typeof token.execute, token instanceof vcto.Approved, Object.keys(token).length])`, token)
  assert.deepEqual(said, ['undefined', false, 0])
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(token)
  const received = await new Promise((resolve) => port2.once('message', resolve))
  assert.ok(!(received instanceof vcto.Approved))
  await assert.rejects(async () => vcto.Approved.prototype.execute.call(received), /Illegal invocation/)
  port1.close()
  assert.equal(orders().length, 0)
  assert.equal((await token.execute()).status, 'handed_over')
})

test('in a thread the classes are frozen too', async () => {
  const said = await inThread(`void function () {
    'use strict'
    const tries = {
      construct: () => new vcto.Approved(),
      extend: () => new (class extends vcto.StagedApproval {})(),
      patch: () => { vcto.Approved.prototype.execute = () => 'done' },
      add: () => { vcto.Approved.prototype.again = () => 'done' },
      replace: () => { vcto.Approved = class {} },
      getter: () => Object.defineProperty(vcto.StagedApproval.prototype, 'level', { get: () => 'L0' }),
    }
    parentPort.postMessage(Object.entries(tries).filter(([, attempt]) => { try { attempt(); return true } catch { return false } }).map(([name]) => name))
  }()`)
  assert.deepEqual(said, [])
})

test('no attack makes or keeps a second approval', async () => {
  const { approved, folder, orders, staged, tenant } = await world()
  const token = await approved()
  const waiting = await staged({ title: 'Another' })
  const { Approved, Finished, StagedApproval } = vcto
  const attacks = {
    'own class of another realm': () => vm.runInNewContext('new Approved()', { Approved }),
    'prototype of another realm': () => vm.runInNewContext('Object.create(p).execute()', { p: Approved.prototype }),
    'instance check': () => Approved.prototype.execute.call({ [Symbol.toStringTag]: 'Approved' }),
    'symbol of the instance check': () => Object.defineProperty(Approved, Symbol.hasInstance, { value: () => true }),
    'prototype of a staged one': () => Object.setPrototypeOf(waiting, Approved.prototype).execute(),
    'method of a staged one': () => Approved.prototype.execute.call(waiting),
    'method of a finished one': () => Object.getOwnPropertyDescriptor(Finished.prototype, 'outcome').get.call(token),
    'bound to nothing': () => Approved.prototype.execute.bind(undefined)(),
    'applied to a proxy': () => Reflect.apply(Approved.prototype.execute, new Proxy(token, {}), []),
    'through a getter': () => Reflect.get(Approved.prototype, 'id', { id: token.id }),
    'change the id': () => { 'use strict'; token.id = 'p-00' },
    'delete the id': () => { if (!delete Approved.prototype.id) throw new Error('it stays') },
    'defined on it': () => Object.defineProperty(Approved.prototype, 'level', { value: 'L0' }),
    'promise of it': async () => (await { then: (resolve) => resolve(structuredClone(token)) }).execute(),
    'deserialised': () => v8.deserialize(v8.serialize({ token })).token.execute(),
    'json with a replacer': () => JSON.stringify({ token }, (_, value) => value),
    'iterated': () => [...token],
    'assigned': () => Object.assign({}, token).execute(),
    'another staged value decides': () => Reflect.construct(StagedApproval, [token.id]),
    'id of nothing': () => tenant.resume('p-00000000000000000000'),
    'id as an object': () => tenant.resume(token),
  }
  for (const [name, attack] of Object.entries(attacks)) await assert.rejects(async () => attack(), undefined, name)
  const races = await Promise.allSettled([token.execute(), token.execute(), tenant.resume(token.id).then((again) => again.execute())])
  assert.equal(races.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(orders().length, 1)
  assert.ok(folder)
})

test('a signer that never answers approves nothing', async () => {
  const { signer, staged, tenant } = await world()
  const waiting = await staged()
  let asked
  const began = new Promise((resolve) => { asked = resolve })
  void waiting.approve('alice', { signer: () => { asked(); return new Promise(() => {}) } })
  await began
  const [pending] = await tenant.pending()
  assert.deepEqual([pending.state, pending.approvedBy], ['staged', []])
  const again = await tenant.resume(waiting.id)
  assert.ok((await again.approve('alice', { signer: signer('alice') })) instanceof vcto.Approved)
})
