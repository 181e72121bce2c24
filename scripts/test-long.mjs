// `npm run test:long`: what takes too long for `npm test`. The containers; five thousand flows while real processes are killed
// around them; every way of issuing and of presenting, with kills between its steps, and fifty rounds of the races; what a wallet
// costs beside ten thousand others and a history of a million entries; offers for a hundred thousand from one input; every state of
// every page in each theme, at each width and in each language; then every test beside programs that keep all cores busy, for a test
// that holds on a quiet machine alone is a test that fails on somebody's. Those programs work through twenty thousand histories of the
// simulation, and when they have, turn for nothing. `npm run test:long -- chaos` runs that part alone; the others are `containers`,
// `ways`, `scale`, `bulk`, `looks` and `beside`.
import { spawn } from 'node:child_process'
import { openSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ensureContainers,
  ensureDependencies,
  ensureInterop,
  ensurePrograms,
  environment,
  pinnedNode,
  root,
  run,
} from './workspace.mjs'

const HISTORIES = 20_000
const SCALE = { COUNTERSIGN_WALLETS: '10000', COUNTERSIGN_EVENTS: '1000000' }
// Looks up from its work twenty times a second, and ends when this process is gone and the pipe with it.
const WORK = `
  process.stdin.on('close', () => process.exit()).resume()
  const turn = () => { for (const end = Date.now() + 50; Date.now() < end; ); setImmediate(turn) }
  turn()`

const parts = process.argv.slice(2)
ensureDependencies()
ensureInterop()
ensurePrograms()
ensureContainers()
const containers = isWanted('containers') ? run('vitest', ['run', '--project', 'containers']) : 0
process.env.COUNTERSIGN_FLOWS = '5000'
const flows = isWanted('chaos') ? run('vitest', ['run', '--project', 'cluster', 'e2e/chaos']) : 0
delete process.env.COUNTERSIGN_FLOWS
process.env.COUNTERSIGN_EVERY_WAY = 'yes'
const inEveryWay = ['killed-ways', 'killed-issuances', 'issuance/races', 'copies/shown-once']
const ways = isWanted('ways')
  ? run('vitest', ['run', '--project', 'cluster', '--project', 'unit', ...inEveryWay])
  : 0
delete process.env.COUNTERSIGN_EVERY_WAY
Object.assign(process.env, SCALE)
const scale = isWanted('scale') ? run('vitest', ['run', '--project', 'unit', 'apps/wallet/scale']) : 0
for (const name of Object.keys(SCALE)) delete process.env[name]
process.env.COUNTERSIGN_BULK_ROWS = '100000'
const bulk = isWanted('bulk')
  ? run('vitest', ['run', '--project', 'cluster', 'cluster/bulk', '--testTimeout=3600000'])
  : 0
delete process.env.COUNTERSIGN_BULK_ROWS
process.env.COUNTERSIGN_EVERY_LOOK = 'yes'
const looks = isWanted('looks')
  ? run('vitest', ['run', '--project', 'pages', 'e2e/pages', '--testTimeout=1200000'])
  : 0
delete process.env.COUNTERSIGN_EVERY_LOOK
const alone = [containers, flows, ways, scale, bulk, looks]
if (!isWanted('beside')) process.exit(alone.every((exit) => exit === 0) ? 0 : 1)

process.env.TEST_DRAW = 'yes'
const count = availableParallelism()
const share = Math.ceil(HISTORIES / count)
const busy = Array.from({ length: count }, (_, index) => busyWithHistories(1 + index * share))
const tests = started('node', ['scripts/test.mjs'], { stdio: 'inherit', env: environment() })
// However this ends, nothing of it goes on.
process.on('exit', () => {
  for (const { program } of [...busy, { program: () => tests }]) endGroup(program())
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
const beside = await ended(tests)
const histories = []
for (const { histories: exit, output } of busy) {
  histories.push(await exit)
  console.log(readFileSync(output, 'utf8'))
  rmSync(output)
}
console.log(`${HISTORIES} histories: ${histories.every((exit) => exit === 0) ? 'passed' : 'failed'}`)
process.exit([...alone, beside, ...histories].every((exit) => exit === 0) ? 0 : 1)

function isWanted(part) {
  return parts.length === 0 || parts.includes(part)
}

/** A share of the histories from that seed on, in a process of its own; then a program that does nothing, busily. */
function busyWithHistories(firstSeed) {
  const output = join(tmpdir(), `countersign-histories-${process.pid}-${firstSeed}.txt`)
  const file = openSync(output, 'w')
  const env = {
    ...environment(),
    COUNTERSIGN_SEEDS: `${share}`,
    COUNTERSIGN_FIRST_SEED: `${firstSeed}`,
  }
  const args = ['run', '--project', 'cluster', 'simulation.test', '--testTimeout=3600000']
  let running = started('vitest', args, { stdio: ['ignore', file, file], env })
  const histories = ended(running).then((exit) => {
    running = started(pinnedNode, ['-e', WORK], { stdio: ['pipe', 'ignore', 'inherit'] })
    return exit
  })
  return { histories, output, program: () => running }
}

/** In a group of its own, so that it can be ended with all that it has started. */
function started(command, args, options) {
  return spawn(command, args, { cwd: root, detached: true, ...options })
}

function endGroup({ exitCode, pid, signalCode }) {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone in this moment.
  }
}

function ended(program) {
  return new Promise((resolve) => {
    program.on('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    program.on('exit', (code) => resolve(code ?? 1))
  })
}
