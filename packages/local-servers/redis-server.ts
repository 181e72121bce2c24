/**
 * A Redis (or Valkey) server of this machine on a loopback port, in the foreground of this process. It keeps nothing:
 * no snapshot, no append-only file, so a restart on the same port is an empty server.
 */
import { connect } from 'node:net'
import { findProgram } from './find-program.ts'
import { freePort } from './ports.ts'
import { type Program, startProgram, untilReady } from './process/program.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface RedisServerOptions {
  /** A free one by default. */
  readonly port?: number
  /** Further arguments of `redis-server`. */
  readonly args?: readonly string[]
}

export interface RedisServer extends Program {
  readonly url: string
  readonly port: number
}

/** Throws `ProgramMissing` when there is no Redis here, and an `Error` with its output when it does not start. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = findProgram(['redis-server', 'valkey-server'], 'redis-server')
  const port = options.port ?? (await freePort())
  const folder = await temporaryFolder('redis')
  const args = [...argsFor(port, folder), ...(options.args ?? [])]
  const running = startProgram({ program, args, temporaryFolder: folder })
  await untilReady(running, 'redis', () => answers(port, running.pid))
  return { ...running, port, url: `redis://127.0.0.1:${port}` }
}

function argsFor(port: number, folder: string): string[] {
  const keepNothing = ['--save', '', '--appendonly', 'no']
  return ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no', ...keepNothing]
}

/** An error reply counts: a server that wants a password is up as well. */
function answers(port: number, pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 }, () => socket.write('INFO server\r\n'))
    const answer = (ready: boolean) => {
      resolve(ready)
      socket.destroy()
    }
    const isOurs = (reply: string) => reply.startsWith('-NOAUTH') || reply.includes(`process_id:${pid}\r\n`)
    socket.once('data', (reply) => answer(isOurs(reply.toString('latin1'))))
    socket.once('error', () => answer(false)).once('timeout', () => answer(false))
    socket.once('close', () => answer(false))
  })
}
