'use strict'

const page = ['client', 'budget']
const budget = ['fiscalYearStart', 'years', 'lifetimes']
const verify = ['key', 'checkpoint', 'anchors', 'anchorKey', 'freshWithin', 'asOf', 'headersOnly', 'signal']
const reason = ['reason']

/** What each call takes options by: the place of the argument, and their names, as `index.d.ts` has them. */
const OPTIONS = {
  budget: [3, budget],
  internalBudget: [3, budget],
  open: [1, ['operator', 'origin', 'policy', 'notifier', 'reviewer', 'missed', 'folder', 'acceptMissingMark']],
  read: [1, ['format', 'scope', 'infer', 'signal']],
  review: [1, ['asOf', 'waivers', 'signal']],
  verifyBundle: [1, verify],
  'Approved.objection': [1, reason],
  'Estate.additions': [0, ['signal']],
  'Estate.communities': [0, ['resolution', 'signal']],
  'Estate.cutSets': [1, ['order']],
  'Estate.diff': [1, ['order', 'assetIds', 'signal']],
  'Estate.monteCarlo': [1, ['draws', 'rate', 'kindRates', 'rates', 'signal']],
  'Estate.network': [0, ['collapsePassThrough']],
  'Estate.pairFailures': [1, ['signal']],
  'InDoubt.acceptance': [1, reason],
  'Ledger.readOn': [0, ['types', 'start', 'stop', 'since', 'until', 'subject', 'cursor', 'limit', 'signal']],
  'Ledger.verify': [0, verify],
  'Practice.anchor': [0, ['heartbeat']],
  'Practice.createTenant': [1, ['region', 'approvers', 'policy', 'areas']],
  'Practice.importTenant': [2, verify],
  'Practice.runDue': [0, ['signal']],
  'Review.toPage': [1, page],
  'Review.toPageText': [1, page],
  'StagedApproval.decision': [2, ['reason', 'role', 'notBefore', 'notAfter']],
  'StagedHumanOnly.attestation': [2, ['note', 'doneAt']],
  'Tenant.amend': [2, ['by', 'reason']],
  'Tenant.changeRules': [1, ['by', 'reason']],
  'Tenant.page': [2, page],
  'Tenant.pageText': [2, page],
  'Tenant.review': [1, ['asOf', 'trigger', 'waivers', 'signal']],
  'Tenant.runDue': [0, ['signal']],
  'Tenant.submit': [1, ['by']],
}

const folded = (name) => name.replace(/[^a-z0-9]/gi, '').toLowerCase()

/** How many letters differ between two words, by Levenshtein. */
function edits(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[other.length]
}

/** Refuses an option that the call does not know: it would be left out without a word. */
function checkOptions(call, given) {
  const [place, names] = Object.hasOwn(OPTIONS, call) ? OPTIONS[call] : []
  const options = given[place]
  if (names === undefined || options === null || typeof options !== 'object' || ArrayBuffer.isView(options)) return
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const shown = unknown.slice(0, 64)
  const near = names
    .map((name) => [edits(folded(name), folded(shown)), name])
    .filter(([distance, name]) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort(([one], [other]) => one - other)
  const remedy = near.length > 0 ? `did you mean \`${near[0][1]}\`?` : `the options are ${names.join(', ')}`
  const details = { code: 'invalid_input', operation: call, remedy, retryable: false, isRefusal: false, context: {} }
  throw Object.assign(new TypeError(`${call}: the option ${JSON.stringify(shown)} is unknown (${remedy})`), details)
}

module.exports = { OPTIONS, checkOptions }
