'use strict'

const { install, ...engine } = require('./vcto.node')
const { withWords } = require('./calls.js')
const { callerOf } = require('./executor.js')
const { show } = require('./show.js')
const { SshKeygen } = require('./signer.js')
const { textOf } = require('./text.js')

install(textOf, callerOf)
const native = withWords(engine)
show(native)

/** Drafts, signs and hands in an approval. */
native.StagedApproval.prototype.approve = async function approve(approver, { signer, ...details }) {
  const text = this.decision(approver, 'approve', details)
  return this.decide(text, await (typeof signer === 'function' ? signer(text) : signer.sign(text)))
}

const timed = (time) => (time instanceof Date ? time.toISOString() : time)
const { readOn, verify } = native.Ledger.prototype
const { verifyBundle } = native

/** A page of entries behind a cursor. */
native.Ledger.prototype.readOn = async function page(options) {
  return readOn.call(this, { ...options, since: timed(options?.since), until: timed(options?.until) })
}

const dated = (options) => (options?.asOf instanceof Date ? { ...options, asOf: timed(options.asOf) } : options)

/** The verdicts over a ledger. */
native.Ledger.prototype.verify = async function verdicts(options) {
  return verify.call(this, dated(options))
}

/** The verdicts over a proof. */
native.verifyBundle = async (directory, options) => verifyBundle(directory, dated(options))

/** The entries of the log in order, fetched as they are asked for. */
native.Ledger.prototype.entries = async function* entries(options) {
  for (let cursor = options?.cursor; ; ) {
    const page = await this.readOn({ ...options, cursor })
    for (const entry of page.entries) {
      // It rejects, as `cancelled`.
      if (options?.signal?.aborted) await this.readOn(options)
      yield entry
    }
    if (page.isEnd) return
    cursor = page.cursor
  }
}

const vcto = { ...native, SshKeygen }

// What the engine hands out cannot be made to do something else by a patched method.
for (const item of Object.values(vcto)) {
  if (typeof item !== 'function') continue
  Object.freeze(item)
  if (item.prototype) Object.freeze(item.prototype)
}

module.exports = Object.freeze(vcto)
