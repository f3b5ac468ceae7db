'use strict'

const { checkOptions } = require('./options.js')

/** What gives a promise: also its errors about arguments come as a rejection. */
const PROMISED = new Set([
  'budget', 'internalBudget', 'open', 'read', 'review', 'verifyBundle',
  'Approved.execute', 'Approved.object',
  'Estate.additions', 'Estate.communities', 'Estate.diff', 'Estate.monteCarlo', 'Estate.pairFailures',
  'Execution.rollback',
  'FileAnchor.kept',
  'InDoubt.accept', 'InDoubt.probe',
  'Ledger.level', 'Ledger.readOn', 'Ledger.size', 'Ledger.verify',
  'Practice.anchor', 'Practice.createTenant', 'Practice.importTenant', 'Practice.rotateAnchorKey', 'Practice.rotateTenantKey', 'Practice.runDue', 'Practice.tenant', 'Practice.tenants',
  'StagedApproval.decide', 'StagedApproval.withdraw',
  'StagedAutomatic.authorize', 'StagedAutomatic.withdraw',
  'StagedHumanOnly.attest', 'StagedHumanOnly.withdraw',
  'StagedNotify.authorize', 'StagedNotify.withdraw',
  'Tenant.amend', 'Tenant.approvers', 'Tenant.changeRules', 'Tenant.decisions', 'Tenant.halt', 'Tenant.overrides', 'Tenant.page', 'Tenant.pageText', 'Tenant.pending', 'Tenant.prove', 'Tenant.resume',
  'Tenant.review', 'Tenant.rules', 'Tenant.runDue', 'Tenant.submit',
])

/** How the bridge says that an argument is of another type. */
const OTHER_TYPE = /^(Array|Bigint|Boolean|Function|Number|Object|String)Expected$|^InvalidArg$/
const WORDS = [
  [/^Failed to convert JavaScript value `(\w+).*?` into rust type `(\w+)`.*$/s, (_, is, wanted) => `${article(wanted)} belongs here, not ${is.toLowerCase()}`],
  [/^Failed to get Array length.*$/s, () => 'a list belongs here'],
  [/^Value is non[e]? of these types (.*?),? *( on (\w+)\.(\w+))?$/s, (_, types, _on, _of, field) => `${field ? `\`${field}\`` : 'an argument'} is none of: ${types.replace(/[`&]|\w+::/g, '').replace('Array<T>', 'a list')}`],
  [/^Unwrap value \[(?:\w+::)*(\w+)\] from class failed.*$/s, (_, wanted) => `an instance of ${wanted} belongs here`],
  [/^Cannot convert undefined or null to object$/, () => 'options belong here'],
]

/** `a string`, `an object`. */
function article(type) {
  return `${/^[aeiou]/i.test(type) ? 'an' : 'a'} ${type.toLowerCase()}`
}

/** An error of the engine where the bridge found an argument of another type; every other error as it is. */
function inWords(error, call) {
  const other = OTHER_TYPE.test(error?.code) || (error instanceof TypeError && /undefined or null to object/.test(error.message))
  if (!other) return error
  const said = WORDS.reduce((text, [pattern, words]) => text.replace(pattern, words), error.message)
  const details = { code: 'invalid_input', operation: call, retryable: false, isRefusal: false, context: {} }
  return Object.assign(new TypeError(`${call}: ${said}`), details)
}

/** The same function, with errors in words of JavaScript. */
function worded(name, call) {
  const wrapped = {
    [call.name](...given) {
      try {
        checkOptions(name, given)
        return Reflect.apply(call, this, given)
      } catch (error) {
        if (PROMISED.has(name)) return Promise.reject(inWords(error, name))
        throw inWords(error, name)
      }
    },
  }[call.name]
  return Object.defineProperty(wrapped, 'length', { value: call.length })
}

/** The engine with all its methods worded. */
function withWords(native) {
  const engine = { ...native }
  for (const [name, item] of Object.entries(native)) {
    if (typeof item !== 'function') continue
    if (item.prototype === undefined || !/^[A-Z]/.test(name)) {
      engine[name] = worded(name, item)
      continue
    }
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(item.prototype))) {
      if (key === 'constructor' || typeof property.value !== 'function') continue
      Object.defineProperty(item.prototype, key, { ...property, value: worded(`${name}.${key}`, property.value) })
    }
  }
  return engine
}

module.exports = { PROMISED, withWords }
