/**
 * The control of a demonstration on a Unix socket: one line is asked, `list`, `stop NAME` or `start NAME`, and one line of JSON is
 * answered. The socket lies in a folder that only this user may enter; whoever may connect may as well end these processes himself.
 * What comes is compared with names that there are, and goes nowhere else.
 */
import { chmod } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '@countersign/local-servers/temporary-folder'
import type { InstanceControl } from './instance-control.ts'

const LONGEST_LINE = 100
const MOST_CONNECTIONS = 16
const PATIENCE_MS = 5_000

/** Where the socket will lie: portals are told before it listens. */
export async function controlSocketPath(): Promise<string> {
  return join(await temporaryFolder('cluster'), 'control')
}

export interface ControlSocket {
  close(): Promise<void>
}

export async function openControlSocket(path: string, control: InstanceControl): Promise<ControlSocket> {
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    answerOneLine(socket, control)
  })
  server.maxConnections = MOST_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // The folder keeps others out already; a system that looks at the socket itself finds it closed as well.
  await chmod(path, 0o600)
  return {
    async close() {
      for (const socket of connections) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerOneLine(socket: Socket, control: InstanceControl): void {
  let heard = ''
  socket.setEncoding('utf8')
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (text: string) => {
    heard += text
    const end = heard.indexOf('\n')
    if (end === -1 && heard.length <= LONGEST_LINE) return
    socket.removeAllListeners('data')
    const answer = end === -1 ? { refused: 'malformed' } : answerTo(heard.slice(0, end), control)
    socket.end(`${JSON.stringify(answer)}\n`)
  })
}

function answerTo(line: string, control: InstanceControl): object {
  const [, word, name = ''] = /^(list|stop|start)(?: (\S{1,60}))?$/.exec(line) ?? []
  if (word === 'list' && name === '') return { instances: control.list() }
  if ((word !== 'stop' && word !== 'start') || name === '') return { refused: 'malformed' }
  const refused = control[word](name)
  return refused === undefined ? { instances: control.list() } : { refused }
}
