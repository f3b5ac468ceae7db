// A small practice to test with: keys made by ssh-keygen, a client, and changes of each level.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as vcto from '../index.mjs'

const inventory = {
  format: 'vcto.inventory/1',
  source: { name: 'crm-export', captured_at: '2026-11-22T08:00:00Z', complete: true },
  assets: [
    { id: 'erp', kind: 'business_application', name: 'ERP', criticality: 'high' },
    { id: 'sql', kind: 'database', name: 'SQL' },
  ],
  relations: [{ from: 'erp', to: 'sql', kind: 'depends_on' }],
}

export const step = {
  id: 's1',
  title: 'Renew the support of SQL',
  executor: 'work_orders',
  action: 'work_order.create',
  target: 'sql',
  parameters: { priority: 'high' },
  undo: { action: 'work_order.withdraw' },
}

export const change = {
  format: 'vcto.change/1',
  title: 'Renew the support of SQL',
  reason: 'It ends this year.',
  area: 'architecture-review',
  steps: [step],
}

/** The same client, seen just now. */
export const fresh = () => ({ ...inventory, source: { ...inventory.source, captured_at: new Date() } })

/** `tenant`, of the public keys, goes to `createTenant`, and `open` to `open`. */
export async function world({ client = inventory, executors = () => [], open, tenant: given } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vcto-'))
  folders.push(folder)
  const practice = await vcto.open(join(folder, 'practice'), open)
  practice.register(new vcto.WorkOrders(join(folder, 'orders')))
  for (const executor of executors(folder)) practice.register(executor)
  const keys = {}
  for (const person of ['alice', 'bob', 'carol']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, person)])
    keys[person] = readFileSync(join(folder, `${person}.pub`), 'utf8').trim()
  }
  const approvers = `alice ${keys.alice}\nbob ${keys.bob}\n`
  const tenant = await practice.createTenant('halden', { region: 'eu', ...(given?.(keys) ?? { approvers }) })
  await tenant.review(new vcto.Estate(client), { asOf: '2026-11-22' })
  const signer = (person) => new vcto.SshKeygen(join(folder, person))
  const staged = (changed) => tenant.submit({ ...change, ...changed }, { by: 'svc-review' })
  const approved = async (changed) => (await staged(changed)).approve('alice', { signer: signer('alice') })
  const orders = () => {
    try {
      return readdirSync(join(folder, 'orders')).filter((name) => name.endsWith('.json'))
    } catch {
      return []
    }
  }
  return { approved, folder, keys, orders, practice, signer, staged, tenant }
}

const folders = []
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
