// `npm start`: installs what is missing, then runs the whole stack in one process (`countersign up`).
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies, environment, pinnedNode, root } from './workspace.mjs'

ensureDependencies()
const command = join(root, 'apps', 'countersign', 'main.mjs')
const child = spawn(pinnedNode, ['--max-semi-space-size=4', command, 'up', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: environment(),
})
// The terminal signals the whole group; a supervisor only this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) =>
  process.exit(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)),
)
