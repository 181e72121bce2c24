// `npm run check`: everything that reads the code without running it.
import { ensureDependencies, ensureInterop, run } from './workspace.mjs'

ensureDependencies()
ensureInterop()
const checks = [
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  {
    name: 'types of the pure packages, without a platform',
    command: 'tsc',
    args: ['-p', 'tsconfig.pure.json'],
  },
  { name: 'types of interop', command: 'tsc', args: ['-p', 'interop'] },
  { name: 'format and lint', command: 'biome', args: ['check', '.'] },
  { name: 'type-aware lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'unused code and dependencies', command: 'knip', args: ['--no-config-hints'] },
  {
    name: 'product code that only tests use',
    command: 'knip',
    args: ['--no-config-hints', '--production', '-c', 'knip.production.jsonc'],
  },
]
const failed = checks.filter(({ name, command, args }) => {
  console.log(`\n— ${name}: ${command} ${args.join(' ')}`)
  return run(command, args) !== 0
})
if (failed.length > 0) console.error(`\nFailed: ${failed.map(({ name }) => name).join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
