// `npm run check`: everything that reads the code without running it.
import { ensureDependencies, run } from './workspace.mjs'

ensureDependencies()
const checks = [
  ['types', 'tsc', ['-p', '.']],
  ['format and lint', 'biome', ['check', '.']],
  ['type-aware lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['unused code and dependencies', 'knip', []],
]
const failed = checks.filter(([name, command, args]) => {
  console.log(`\n— ${name}: ${command} ${args.join(' ')}`)
  return run(command, args) !== 0
})
if (failed.length > 0) console.error(`\nFailed: ${failed.map(([name]) => name).join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
