// `npm test`: the static checks, then every test against real Redis, PostgreSQL, Caddy and Chromium. `npm test --
// <filter>` runs the tests whose file matches, without the static checks.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDependencies, ensureInterop, ensurePrograms, run } from './workspace.mjs'

ensureDependencies()
ensureInterop()
ensurePrograms()
const filters = process.argv.slice(2)
const checksFailed = filters.length === 0 && run('node', ['scripts/check.mjs']) !== 0

const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
let passed = 0
// By name, and told last: whoever reads the end of a long output reads which.
const failed = []
let exit = checksFailed ? 1 : 0
for (const project of ['unit', 'browser', 'interop', 'cluster', 'pages']) {
  const report = join(folder, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const status = run('vitest', ['run', '--project', project, '--passWithNoTests', ...reporters, ...filters])
  if (status !== 0) exit = 1
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    passed += numPassedTests
    failed.push(...testResults.flatMap(failuresOf))
  } catch {
    exit = 1
    console.error(`The ${project} tests left no report.`)
  }
}
rmSync(folder, { recursive: true, force: true })
if (checksFailed) console.error('The static checks failed: see above.')
for (const failure of failed) console.error(`\n${failure}`)
console.log(`\n${passed} passed, ${failed.length} failed`)
process.exit(exit)

/** A file that failed before any of its tests counts as one. */
function failuresOf({ name, status, message, assertionResults }) {
  const tests = assertionResults.filter((test) => test.status === 'failed')
  if (tests.length === 0 && status === 'failed') return [`${name}\n${message}`]
  return tests.map(({ fullName, failureMessages }) => `${name}: ${fullName}\n${failureMessages.join('\n')}`)
}
