// Executors and notifiers that are written in JavaScript.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import * as vcto from '../index.mjs'
import { change, fresh, step, world } from './world.mjs'

/** Switches on, in a file. */
class Lamp {
  name = 'lamp'
  contexts = []
  permits = []
  answer = { outcome: 'done', receipt: 'r-1' }
  during = async () => {}

  constructor(folder) {
    this.file = join(folder, 'lamp')
  }

  actions() {
    return ['on', 'off'].map((name) => ({ name, reversibility: 'exact', idempotency: 'natural' }))
  }

  get lit() {
    return existsSync(this.file)
  }

  async observe(context) {
    this.contexts.push(context)
    await setTimeout(1)
    return this.lit ? { effect: 'present', image: readFileSync(this.file, 'utf8') } : 'absent'
  }

  async apply(permit) {
    this.permits.push(permit)
    writeFileSync(this.file, permit.step.target)
    await this.during(permit)
    return this.answer
  }

  undo(permit) {
    this.permits.push(permit)
    unlinkSync(this.file)
    return 'done'
  }
}

const light = { ...step, executor: 'lamp', action: 'on', undo: { action: 'off' } }

async function lit(options) {
  let lamp
  const made = await world({ ...options, executors: (folder) => [(lamp = new Lamp(folder))] })
  return { ...made, approved: (steps = [light]) => made.approved({ steps }), lamp }
}

/** The warnings of the process while this runs. */
async function warnings(run) {
  const seen = []
  const listen = (warning) => seen.push(warning)
  process.on('warning', listen)
  await run()
  await setTimeout(10)
  process.off('warning', listen)
  return seen
}

test('an executor of ones own does a step and takes it back', async () => {
  const { approved, lamp, signer, tenant } = await lit()
  const execution = await (await approved()).execute()
  assert.equal(execution.status, 'succeeded')
  assert.deepEqual(execution.steps.map(({ state, receipt }) => [state, receipt]), [['done', 'r-1']])
  const [context] = lamp.contexts
  assert.deepEqual([context.tenant, context.step.id, context.direction, context.asset.name], ['halden', 's1', 'apply', 'SQL'])
  assert.deepEqual(context.approvedBy.map(({ person }) => person), ['alice'])
  assert.deepEqual([context.undoes, context.idempotencyKey.length], [null, 64])
  const undone = await (await execution.rollback()).approve('bob', { signer: signer('bob') })
  assert.equal((await undone.execute()).status, 'rolled_back')
  assert.ok(!lamp.lit)
  const { before, after, receipt } = lamp.contexts.at(-1).undoes
  assert.deepEqual([before, after, receipt], [null, 'sql', 'r-1'])
  assert.equal((await tenant.ledger.verify()).policy, 'ok')
})

test('a permit says nothing after its step', async () => {
  const { approved, lamp } = await lit()
  lamp.during = async (permit) => {
    await setTimeout(5)
    assert.deepEqual(permit.context.step, permit.step)
    assert.equal(permit.idempotencyKey, permit.context.idempotencyKey)
    assert.throws(() => new vcto.Permit())
    assert.throws(() => structuredClone(permit).step.id)
  }
  assert.equal((await (await approved()).execute()).status, 'succeeded')
  for (const name of ['context', 'step', 'idempotencyKey']) {
    assert.throws(() => lamp.permits[0][name], { code: 'consumed' })
  }
})

for (const [name, fail, says] of [
  ['a rejection', () => Promise.reject(new TypeError('\u202eno lamp')), /TypeError/],
  ['an exception', () => { throw 3 }, /3/],
  ['what cannot be shown', () => { throw { toString() { throw new Error('x') } } }, /cannot be shown/],
]) {
  test(`${name} after the deed is unknown and found out by looking`, async () => {
    const { approved, lamp } = await lit()
    lamp.during = fail
    const seen = await warnings(async () => {
      assert.equal((await (await approved()).execute()).status, 'succeeded')
    })
    assert.equal(seen.length, 1)
    assert.match(String(seen[0]), says)
  })
}

test('what cannot be seen stays in doubt until it can', async () => {
  const { approved, lamp, tenant } = await lit()
  lamp.during = () => Promise.reject(new Error('lost'))
  lamp.observe = () => (lamp.lit ? 'unknown' : 'absent')
  const token = await approved()
  await warnings(async () => assert.equal((await token.execute()).status, 'in_doubt'))
  const doubt = await tenant.resume(token.id)
  assert.ok(doubt instanceof vcto.InDoubt && doubt.execute === undefined)
  assert.match(doubt.steps[0].note, /Error: lost/)
  delete lamp.observe
  const settled = await doubt.probe()
  assert.equal(settled.outcome, 'succeeded')
})

test('an answer that is none counts as unknown', async () => {
  for (const answer of [undefined, null, false, 'perhaps', {}, { outcome: 'done', extra: 1 }, 1n << 80n, { outcome: NaN }, new Proxy({}, { ownKeys() { throw new Error('trap') } })]) {
    const { approved, lamp } = await lit()
    lamp.answer = answer
    lamp.observe = () => 'unknown'
    assert.equal((await (await approved()).execute()).status, 'in_doubt')
    assert.equal(lamp.permits.length, 1)
  }
})

test('a promise that is lost counts as unknown', async () => {
  const code = `
    import { setFlagsFromString } from 'node:v8'
    import { runInNewContext } from 'node:vm'
    import { world, step } from ${JSON.stringify(new URL('world.mjs', import.meta.url).href)}
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc')
    const lamp = {
      name: 'lamp',
      actions: () => ['on', 'off'].map((name) => ({ name, reversibility: 'exact', idempotency: 'none' })),
      observe: () => 'unknown',
      apply: () => new Promise(() => {}),
      undo: () => 'done',
    }
    const { approved } = await world({ executors: () => [lamp] })
    const token = await approved({ steps: [{ ...step, executor: 'lamp', action: 'on', undo: { action: 'off' } }] })
    const timer = setInterval(gc, 20)
    const execution = await token.execute()
    clearInterval(timer)
    console.log(execution.status, execution.steps[0].note)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  assert.match(stdout, /^in_doubt .*gone without an answer/)
})

test('what was surely not done turns the execution back', async () => {
  const { approved, lamp } = await lit()
  lamp.apply = () => ({ outcome: 'not_done', reason: 'the fuse is out' })
  const execution = await (await approved([light, { ...light, id: 's2' }])).execute()
  assert.equal(execution.status, 'not_done')
  assert.match(execution.steps[0].note, /the fuse is out/)
})

test('without a look at the target nothing is done', async () => {
  for (const observe of [() => 'nonsense', () => undefined, () => ({ effect: 'absent', image: 'x'.repeat(100_000) }), () => Promise.reject(new Error('no'))]) {
    const { approved, lamp } = await lit()
    lamp.observe = observe
    await warnings(async () => assert.equal((await (await approved()).execute()).status, 'not_done'))
    assert.deepEqual(lamp.permits, [])
  }
})

test('sixteen executions wait for each other, and for files', async () => {
  const worlds = await Promise.all(Array.from({ length: 16 }, () => lit()))
  const tokens = await Promise.all(worlds.map(({ approved }) => approved()))
  let arrived = 0
  let open
  const together = new Promise((resolve) => { open = resolve })
  for (const { lamp, tenant } of worlds) {
    lamp.during = async () => {
      arrived += 1
      if (arrived === worlds.length) open()
      await together
      // Work of the engine's own while it waits for this answer.
      assert.equal((await tenant.pending())[0].state, 'running')
      await vcto.read('nothing.json').catch(() => 0)
    }
  }
  const executions = await Promise.all(tokens.map((token) => token.execute()))
  assert.ok(executions.every(({ status }) => status === 'succeeded'))
})

test('an executor may ask its tenant while it works', async () => {
  const { approved, lamp, staged, tenant } = await lit()
  lamp.during = async (permit) => {
    await assert.rejects(tenant.resume(permit.context.proposal), { code: 'busy' })
    const other = await staged()
    assert.ok(other.decision('alice', 'approve').length > 0)
  }
  const seen = await warnings(async () => assert.equal((await (await approved()).execute()).status, 'succeeded'))
  assert.deepEqual(seen, [])
})

test('an executor that waits for nothing does not keep the process alive', async () => {
  const { folder } = await lit()
  const code = `
    import * as vcto from ${JSON.stringify(new URL('../index.mjs', import.meta.url).href)}
    const practice = await vcto.open(${JSON.stringify(join(folder, 'practice'))}, { notifier() {}, reviewer: 'bob' })
    practice.register({ name: 'idle', actions: () => [], observe() {}, apply() {}, undo() {} })`
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { timeout: 20_000 })
})

test('a thread that ends in the middle leaves a doubt that another settles', async () => {
  const { approved, folder, lamp, tenant } = await lit()
  const token = await approved()
  const code = `
    const { parentPort } = require('node:worker_threads')
    const { writeFileSync, existsSync } = require('node:fs')
    const vcto = require(${JSON.stringify(join(import.meta.dirname, '../index.js'))})
    vcto.open(${JSON.stringify(join(folder, 'practice'))}).then(async (practice) => {
      practice.register({
        name: 'lamp',
        actions: () => ['on', 'off'].map((name) => ({ name, reversibility: 'exact', idempotency: 'natural' })),
        observe: () => 'absent',
        apply: () => { writeFileSync(${JSON.stringify(lamp.file)}, 'sql'); parentPort.postMessage('lit'); return new Promise((resolve) => setTimeout(resolve, 1e6)) },
        undo: () => 'done',
      })
      const tenant = await practice.tenant('halden')
      await (await tenant.resume(${JSON.stringify(token.id)})).execute()
    })`
  const worker = new Worker(code, { eval: true })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
  let doubt
  do {
    await setTimeout(50)
    doubt = await tenant.resume(token.id).catch((error) => assert.equal(error.code, 'busy'))
  } while (!(doubt instanceof vcto.InDoubt))
  assert.equal((await doubt.probe()).outcome, 'succeeded')
  await assert.rejects(token.execute(), { code: 'consumed' })
})

test('each thread of JavaScript has an engine of its own', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads')
    const vcto = require(${JSON.stringify(join(import.meta.dirname, '../index.js'))})
    const estate = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'x' }, assets: [{ id: 'a', kind: 'server' }] })
    parentPort.postMessage(estate.assetCount)`
  for (let round = 0; round < 3; round += 1) {
    const counts = await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true })
      let count
      worker.once('message', (said) => { count = said }).once('error', reject).once('exit', () => resolve(count))
    })))
    assert.deepEqual(counts, [1, 1, 1, 1])
  }
  const { port1, port2 } = new MessageChannel()
  const { approved } = await lit()
  const token = await approved()
  port1.postMessage({ token })
  const { data } = await new Promise((resolve) => { port2.onmessage = resolve })
  port1.close()
  await assert.rejects(vcto.Approved.prototype.execute.call(data.token), TypeError)
})

test('what is no executor is refused when it is registered', async () => {
  const { approved, folder, lamp, practice } = await lit()
  for (const bad of [{}, { name: 'x' }, { ...lamp, name: 'x', apply: 3 }, [], new Map()]) {
    assert.throws(() => practice.register(bad), { code: 'invalid_input', place: 'executor' })
  }
  assert.throws(() => practice.register(3), TypeError)
  assert.throws(() => practice.register(lamp), { code: 'conflict' })
  const declaring = (actions) => Object.assign(new Lamp(folder), { name: 'other', actions: () => actions })
  const [on] = lamp.actions()
  for (const [actions, place] of [[[{ ...on, reversibility: 'maybe' }], 'actions/0/reversibility'], [[{ name: 'on' }], 'actions/0'], [3, 'actions']]) {
    assert.throws(() => practice.register(declaring(actions)), { code: 'invalid_input', place })
  }
  assert.throws(() => practice.register(declaring([on, on])), /twice/)
  const throwing = Object.defineProperty(declaring([]), 'name', { get() { throw new RangeError('mine') } })
  assert.throws(() => practice.register(throwing), RangeError)
  lamp.name = 'renamed'
  assert.equal((await (await approved()).execute()).status, 'succeeded')
})

test('what ran at level 1 is told and the duty is recorded', async () => {
  const told = []
  const open = { notifier: async (duty) => { await setTimeout(1); told.push(duty) }, reviewer: 'bob', operator: 'svc-night' }
  const { tenant } = await lit({ client: fresh(), open })
  const staged = await tenant.submit({ ...change, area: 'documentation', steps: [light] }, 'svc-review')
  assert.ok(staged instanceof vcto.StagedNotify)
  assert.deepEqual([staged.level, staged.risk.level, staged.risk.input.has_notifier], ['L1', 'L1', true])
  const execution = await (await staged.authorize()).execute()
  assert.deepEqual([execution.status, execution.operator], ['succeeded', { type: 'service', name: 'svc-night' }])
  assert.deepEqual(told, [{ tenant: 'halden', proposal: staged.id, ...execution.reviewDue }])
  assert.deepEqual([execution.reviewDue.who, execution.isReviewerUntold, execution.cameAbout], ['bob', false, true])
})

test('a notifier that fails stops nothing, and that nobody was told is recorded', async () => {
  const failing = [() => { throw new Error('no mail') }, () => Promise.reject(new Error('no mail'))]
  for (const notifier of failing) {
    const { tenant } = await lit({ client: fresh(), open: { notifier, reviewer: 'bob' } })
    const staged = await tenant.submit({ ...change, area: 'documentation', steps: [light] }, 'svc-review')
    const seen = await warnings(async () => {
      const execution = await (await staged.authorize()).execute()
      assert.deepEqual([execution.status, execution.isReviewerUntold, execution.reviewDue.who], ['succeeded', true, 'bob'])
    })
    assert.match(String(seen[0]), /no mail/)
    assert.equal((await tenant.resume(staged.id)).execution.isReviewerUntold, true)
  }
})

test('what a notifier gives back says nothing', async () => {
  for (const answer of [new Map(), () => 1, false, 1n]) {
    const { tenant } = await lit({ client: fresh(), open: { notifier: async () => answer, reviewer: 'bob' } })
    const staged = await tenant.submit({ ...change, area: 'documentation', steps: [light] }, 'svc-review')
    assert.equal((await (await staged.authorize()).execute()).isReviewerUntold, false)
  }
})

test('the executor of the documentation works', async () => {
  const page = readFileSync(new URL('../../docs/executors.md', import.meta.url), 'utf8')
  const [, program] = page.match(/```javascript\n([^]*?)```/)
  const { Lamp: Documented } = await import(`data:text/javascript,${encodeURIComponent(program)}`)
  const { approved, folder, signer } = await world({ executors: (folder) => [new Documented(join(folder, 'lamp'))] })
  const execution = await (await approved({ steps: [light] })).execute()
  assert.deepEqual([execution.status, readFileSync(join(folder, 'lamp'), 'utf8')], ['succeeded', 'sql'])
  const undone = await (await execution.rollback()).approve('bob', { signer: signer('bob') })
  assert.equal((await undone.execute()).status, 'rolled_back')
})
