// Compiles only when the declared types are right; nothing here runs.

import * as vcto from '../index.mjs'

const estate = new vcto.Estate({ format: 'vcto.inventory/1', source: { name: 'x' }, assets: [] })
const count: number = estate.assetCount
// @ts-expect-error an estate is not changed
estate.assetCount = 3
// @ts-expect-error an inventory is read, not made
new vcto.Inventory()
const touched: string[] = estate.blastRadius('a').assets
const people: number = estate.whatIf(['a']).people.at_least
const why: string | undefined = estate.whatIf(['a']).why['a']
// @ts-expect-error the seeds are a list
estate.whatIf('a')
const review: vcto.Review = await vcto.review(estate, { asOf: '2026-11-22', signal: AbortSignal.timeout(1000) })
const gaps: number = review.matrix.columns.reduce((sum, column) => sum + column.in_use.gap, 0)
const ends: string[] = review.calendar.entries.map((ending) => ending.date)
const budget: vcto.Budget = await vcto.budget(estate, review, 'prices.csv', { fiscalYearStart: 4, lifetimes: { server: 6 } })
const sum: string = budget.totals[0].total
// @ts-expect-error what the provider pays is in no client's budget
budget.costs
const margin: string | undefined = (await vcto.internalBudget(estate, review, new Uint8Array())).costs[0].margin
const change: vcto.Change = review.recommendations[0].change
// @ts-expect-error the day is required
await vcto.review(estate, {})

const practice = await vcto.open('folder', { operator: 'vcto' })
practice.register(new vcto.WorkOrders('orders'))
practice.registerAnchor(new vcto.FileAnchor('share', 'outside'))
practice.registerAnchor({ name: 'own', keep: async (request: vcto.AnchorRequest) => request.checkpoint })
// @ts-expect-error: no path alone
practice.registerAnchor('outside')
const tenant = await practice.createTenant('halden', { region: 'eu' })
await tenant.review(estate, { asOf: '2026-11-22', trigger: 'manual' })
const staged = await tenant.submit(change, { by: 'svc-review' })
if (staged instanceof vcto.StagedApproval) {
  const text: Uint8Array = staged.decision('alice', 'approve', { reason: 'agreed' })
  // @ts-expect-error no such verdict
  staged.decision('alice', 'perhaps')
  // @ts-expect-error what waits for people has no execution
  staged.execute()
  await staged.decide(text, 'signature')
  const decided = await staged.approve('alice', { signer: new vcto.SshKeygen('~/.ssh/id_ed25519') })
  if (decided instanceof vcto.Approved) {
    const execution: vcto.Execution = await decided.execute()
    await execution.rollback()
  } else if (decided instanceof vcto.Waiting) {
    await decided.staged.approve('bob', { signer: async (bytes) => String(bytes.length) })
  }
} else if (staged instanceof vcto.StagedHumanOnly) {
  // @ts-expect-error what only humans do is not authorized
  await staged.authorize()
} else {
  const approved: vcto.Approved = await staged.authorize()
  // @ts-expect-error nor decided
  approved.decide('', '')
}
// @ts-expect-error an approval is given by the gate, not made
new vcto.Approved()
const verdict: string = (await tenant.ledger.verify()).integrity
export { count, ends, gaps, margin, sum, people, touched, verdict, why }
