/** Ports of the loopback interface: which are free, and which answer. */
import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

/**
 * Where no system takes the near end of a connection from by itself (Linux begins at 32768, others at 49152): a port from there
 * may be somebody's connection by the time that it is used. Above all that is known by a number.
 */
const FIRST = 20_000
const LAST = 32_767

/** A port of the loopback interface that was free a moment ago, and that nobody else is given while this process runs. */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, LAST + 1)
  return (await isFree(port)) && (await reserve(port)) ? port : freePort()
}

/** Different ports, each as `freePort` gives it. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}

/**
 * False when a process of this machine has it: whoever a port is for may listen seconds later, and two that draw one number
 * at the same time would meet only then. A name that is no file ends with its process in whatever way that ends; where there
 * are no such names (they are Linux's) nobody is told.
 */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const name = createServer().unref()
    name.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'))
    name.listen(`\0countersign-port-${port}`, () => resolve(true))
  })
}

/** Whether a server could listen there now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Whether the address is answered with success now; a server that is still starting says nothing, or something else. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

/** Whether somebody listens there. */
export function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 })
    const answer = (listening: boolean) => {
      resolve(listening)
      socket.destroy()
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false)).once('timeout', () => answer(false))
  })
}
