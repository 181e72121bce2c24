// `npm start`: installs what is missing, builds the pages if their sources are others than those they were built of, then runs the whole stack in one process (`countersign up`). It may run on a Node
// that reads no TypeScript, so what starts programs elsewhere (`packages/local-servers/process`) is out of its reach.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies, environment, pinnedNode, root } from './workspace.mjs'

ensureDependencies({ withDev: false })
const node = existsSync(pinnedNode) ? pinnedNode : process.execPath
if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Node ${process.versions.node} is too old: 24 or later is needed, or "npm ci", which brings one.`,
  )
  process.exit(1)
}
const pages = spawnSync(node, [join(root, 'scripts', 'build-pages.mjs'), '--quiet'], {
  stdio: 'inherit',
  env: environment(),
})
if (pages.status !== 0) {
  console.error('The pages could not be built: see above.')
  process.exit(1)
}
const command = join(root, 'apps', 'countersign', 'main.mjs')
const child = spawn(node, ['--max-semi-space-size=4', command, 'up', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: environment(),
})
// The terminal signals the whole group; a supervisor only this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) =>
  process.exit(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)),
)
