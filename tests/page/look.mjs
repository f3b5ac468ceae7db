// Looks at the page for the client in a real browser: `node look.mjs FOLDER`, with review.html, review.json and perhaps budget.json.
//
// Accessibility by axe-core in light and dark, no request, no sideways scroll at 320 pixels, at most six printed pages, each
// number equal to what its document says, each finding named as evidence there. Leaves FOLDER/pictures: light.png, dark.png,
// narrow.png, print.png, review.pdf.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const folder = resolve(process.argv[2])
const pictures = join(folder, 'pictures')
mkdirSync(pictures, { recursive: true })
const html = readFileSync(join(folder, 'review.html'), 'utf8')
const documents = {
  'review.json': JSON.parse(readFileSync(join(folder, 'review.json'), 'utf8')),
}
try {
  documents['budget.json'] = JSON.parse(readFileSync(join(folder, 'budget.json'), 'utf8'))
} catch {
  // No prices were given: the page then has no budget, and no number from there.
}

assert.ok(!/\b(?:href|src|action)\s*=\s*"(?!#)/i.test(html) && !/url\(/i.test(html), 'the page refers to nothing outside')
assert.ok(!/<script/i.test(html), 'the page has no script')

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  for (const scheme of ['light', 'dark']) await accessible(scheme)
  await narrow()
  await printed()
  const told = await numbers()
  console.log(`${folder}: axe finds nothing in light and dark; ${told.from} numbers equal their documents, ${told.evidence} rest on findings`)
} finally {
  await browser.close()
}

async function open(options) {
  const page = await browser.newPage(options)
  const requests = []
  page.on('request', request => requests.push(request.url()))
  await page.goto(pathToFileURL(join(folder, 'review.html')).href)
  assert.equal(requests.length, 1, `the page asks for ${requests.slice(1).join(', ')}`)
  return page
}

async function accessible(colorScheme) {
  const page = await open({ colorScheme, viewport: { width: 1100, height: 900 }, bypassCSP: true })
  await page.evaluate(axe)
  const { violations, passes } = await page.evaluate('axe.run()')
  const said = violations.map(one => `${one.id}: ${one.help}\n  ${one.nodes.map(node => node.html.slice(0, 200)).slice(0, 3).join('\n  ')}`)
  assert.equal(violations.length, 0, `${colorScheme}:\n${said.join('\n')}`)
  assert.ok(passes.some(one => one.id === 'color-contrast'), 'axe could judge the contrast')
  await page.screenshot({ path: join(pictures, `${colorScheme}.png`), fullPage: true })
  await page.close()
}

async function narrow() {
  const page = await open({ viewport: { width: 320, height: 640 } })
  const width = await page.evaluate('document.documentElement.scrollWidth')
  assert.ok(width <= 320, `the page is ${width} pixels wide at 320`)
  await page.screenshot({ path: join(pictures, 'narrow.png'), fullPage: true })
  await page.close()
}

async function printed() {
  const page = await open({})
  const pdf = await page.pdf({ format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' } })
  writeFileSync(join(pictures, 'review.pdf'), pdf)
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length ?? 0
  assert.ok(pages >= 1 && pages <= 6, `${pages} printed pages`)
  await page.setViewportSize({ width: 794, height: 1123 })
  await page.emulateMedia({ media: 'print' })
  await page.screenshot({ path: join(pictures, 'print.png'), fullPage: true })
  await page.close()
}

/** An amount without what only helps to read it: thousands apart, zeros at the end. */
function plain(text) {
  const digits = text.replaceAll(',', '')
  return /^-?\d+\.\d+$/.test(digits) ? digits.replace(/\.?0+$/, '') : digits
}

async function numbers() {
  const page = await open({})
  const from = await page.$$eval('[data-from]', all => all.map(one => [one.getAttribute('data-from'), one.textContent]))
  for (const [place, text] of from) {
    const [document, pointer] = place.split('#')
    const value = pointer.split('/').slice(1).reduce((at, key) => at?.[key], documents[document])
    assert.equal(plain(text), plain(String(value)), `${place} says ${value}, the page ${text}`)
  }
  const known = new Set(documents['review.json'].findings.map(finding => finding.id))
  const evidence = await page.$$eval('[data-ev]', all => all.map(one => [one.getAttribute('data-ev'), one.textContent, one.className]))
  for (const [ids] of evidence) for (const id of ids.split(' ').filter(Boolean)) assert.ok(known.has(id), `no finding ${id}`)
  const counts = await page.$$eval('span.n.count[data-ev]', all => all.map(one => [one.getAttribute('data-ev'), one.textContent]))
  for (const [ids, text] of counts) assert.equal(text, String(ids.split(' ').filter(Boolean).length))
  const entries = await page.$$eval('[data-entries]', all => all.map(one => [one.getAttribute('data-entries'), one.textContent]))
  for (const [places, text] of entries) {
    const named = places.split(' ').map(at => documents['review.json'].calendar.entries[at])
    assert.ok(named.every(Boolean) && String(named.length) === text, `the calendar has not ${places}`)
  }
  const places = await page.$$eval('[data-in]', all => all.map(one => [one.getAttribute('data-in'), one.getAttribute('data-at'), one.textContent]))
  for (const [place, at, text] of places) {
    const [document, pointer] = place.split('#')
    const list = pointer.split('/').slice(1).reduce((at, key) => at?.[key], documents[document])
    const named = new Set(at.split(' '))
    assert.ok([...named].every(at => list?.[at]) && String(named.size) === text, `${place} has not ${at}`)
  }
  const sums = await page.$$eval('[data-sum]', all => all.map(one => [one.getAttribute('data-sum'), one.getAttribute('data-at'), one.textContent]))
  for (const [place, at, text] of sums) {
    const [document, pointer] = place.split('#')
    const list = pointer.split('/').slice(1).reduce((at, key) => at?.[key], documents[document])
    // In ten-thousandths: an amount has four decimals at most.
    const sum = at.split(' ').reduce((sum, at) => sum + Math.round(Number(list[at].amount) * 10_000), 0)
    assert.equal(Math.round(Number(plain(text)) * 10_000), sum, `${place} ${at} has another sum than ${text}`)
  }
  // A number in running text that names neither a document nor a finding could be anything.
  const orphans = await page.$$eval('.n:not([data-ev]):not([data-from]):not([data-entries]):not([data-in]):not([data-sum])', all => all.map(one => one.outerHTML))
  assert.deepEqual(orphans, [])
  await page.close()
  return { from: from.length, evidence: evidence.length }
}
