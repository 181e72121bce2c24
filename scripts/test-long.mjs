// `npm run test:long`: what takes too long for `npm test`. Twenty thousand histories of the simulation, five thousand flows
// while real processes are killed around them, then every test beside programs that keep all cores busy, for a test that
// holds on a quiet machine alone is a test that fails on somebody's.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { ensureDependencies, ensureInterop, ensurePrograms, pinnedNode, run } from './workspace.mjs'

ensureDependencies()
ensureInterop()
ensurePrograms()
process.env.COUNTERSIGN_SEEDS = '20000'
const histories = run('vitest', ['run', '--project', 'cluster', 'simulation.test', '--testTimeout=3600000'])
delete process.env.COUNTERSIGN_SEEDS
process.env.COUNTERSIGN_FLOWS = '5000'
const flows = run('vitest', ['run', '--project', 'cluster', 'e2e/chaos'])
delete process.env.COUNTERSIGN_FLOWS
// Each looks up from its work twenty times a second, and ends when this process is gone and the pipe with it. Started by hand,
// because this script may run on a Node that reads no TypeScript.
const work = `
  process.stdin.on('close', () => process.exit()).resume()
  const turn = () => { for (const end = Date.now() + 50; Date.now() < end; ); setImmediate(turn) }
  turn()`
const busy = Array.from({ length: availableParallelism() }, () =>
  spawn(pinnedNode, ['-e', work], { stdio: ['pipe', 'ignore', 'inherit'] }),
)
try {
  const beside = run('node', ['scripts/test.mjs'])
  process.exitCode = histories !== 0 || flows !== 0 || beside !== 0 ? 1 : 0
} finally {
  for (const program of busy) program.kill('SIGKILL')
}
