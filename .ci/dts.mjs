// Marks the classes that only the engine makes: those without a constructor of their own. Mends remarks that come raw out of
// a macro.

import { readFileSync, writeFileSync } from 'node:fs'

const [file] = process.argv.slice(2)
const typed = readFileSync(file, 'utf8').replace(
  /^export declare class \w+ \{\n([^]*?)^\}/gm,
  (whole) => whole.includes(' constructor(') ? whole : whole.replace('{\n', '{\n  private constructor()\n'),
).replace(/^( *\/\*\* )r" /gm, '$1')
writeFileSync(file, typed)
