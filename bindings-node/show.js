'use strict'

const inspect = Symbol.for('nodejs.util.inspect.custom')
const proposal = ({ id, level }) => `${id}, ${level}`

/** What each class says of itself: in a terminal, in a text. */
const SAID = {
  Approved: proposal,
  Budget: ({ asOf, lines }) => `as of ${asOf}: ${lines.length} lines`,
  Estate: ({ assetCount, relationCount }) => `of ${assetCount} assets, ${relationCount} relations`,
  Execution: ({ id, status }) => `${id}: ${status}`,
  Finished: ({ id, outcome }) => `${id}: ${outcome}`,
  InDoubt: proposal,
  InternalBudget: ({ client }) => `as of ${client.asOf}: ${client.lines.length} lines`,
  Inventory: () => '',
  Ledger: ({ origin }) => origin,
  Network: ({ assetCount }) => `of ${assetCount} assets`,
  Permit: () => '',
  Practice: () => '',
  Rejected: ({ id }) => id,
  Review: ({ asOf, findings }) => `as of ${asOf}: ${findings.length} findings`,
  StagedApproval: proposal,
  StagedAutomatic: proposal,
  StagedHumanOnly: proposal,
  StagedNotify: proposal,
  Tenant: ({ name }) => name,
  Waiting: ({ id }) => id,
  WorkOrders: ({ folder }) => folder,
}

/** Documents, which `JSON.stringify` writes out whole. */
const DOCUMENTS = ['Budget', 'Estate', 'InternalBudget', 'Inventory', 'Review']

/** Gives the classes of the engine what shows them. */
function show(engine) {
  for (const [name, said] of Object.entries(SAID)) {
    const shown = {
      toString() {
        try {
          return `<${`${name} ${said(this)}`.trim()}>`
        } catch {
          return `<${name}>`
        }
      },
    }
    const { prototype } = engine[name]
    for (const key of ['toString', inspect]) {
      Object.defineProperty(prototype, key, { value: shown.toString, configurable: true, writable: true })
    }
  }
  for (const name of DOCUMENTS) {
    const document = {
      toJSON() {
        return JSON.parse(this.toJson())
      },
    }
    Object.defineProperty(engine[name].prototype, 'toJSON', { value: document.toJSON, configurable: true, writable: true })
  }
}

module.exports = { show }
