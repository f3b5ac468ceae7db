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

const vcto = { ...native, SshKeygen }

// What the engine hands out cannot be made to do something else by a patched method.
for (const item of Object.values(vcto)) {
  if (typeof item !== 'function') continue
  Object.freeze(item)
  if (item.prototype) Object.freeze(item.prototype)
}

module.exports = Object.freeze(vcto)
