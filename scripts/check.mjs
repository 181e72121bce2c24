// `npm run check`: everything that reads the code without running it. Types come first, because what follows says little
// about code that does not compile; tsc and knip look again only at what has changed (`node_modules/.cache`). Not oxlint's
// own check of types instead of tsc's: it costs as much as the two one after the other, and begins anew each time.
import { ensureDependencies, ensureInterop, run } from './workspace.mjs'

ensureDependencies()
ensureInterop()
const cachedIn = (name) => ['--cache', '--cache-location', `node_modules/.cache/${name}`]
const checks = [
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  {
    name: 'types of the pure packages, without a platform',
    command: 'tsc',
    args: ['-p', 'tsconfig.pure.json'],
  },
  {
    name: 'types of the pages, on the platform of a browser',
    command: 'tsc',
    args: ['-p', 'tsconfig.pages.json'],
  },
  { name: 'types of interop', command: 'tsc', args: ['-p', 'interop'] },
  { name: 'format and lint', command: 'biome', args: ['check', '.'] },
  { name: 'type-aware lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'unused code and dependencies', command: 'knip', args: ['--no-config-hints', ...cachedIn('knip')] },
  {
    name: 'product code that only tests use',
    command: 'knip',
    args: [
      '--no-config-hints',
      '--production',
      '-c',
      'knip.production.jsonc',
      ...cachedIn('knip-production'),
    ],
  },
]
const took = []
const failed = checks.filter(({ name, command, args }) => {
  console.log(`\n— ${name}: ${command} ${args.join(' ')}`)
  const startedAt = performance.now()
  const status = run(command, args)
  took.push(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${name}`)
  return status !== 0
})
console.log(`\n${took.join('\n')}`)
if (failed.length > 0) console.error(`\nFailed: ${failed.map(({ name }) => name).join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
