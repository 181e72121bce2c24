import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { eventually } from '@countersign/testing/time/eventually'
import { expect, it } from 'vitest'
import { listenWidely } from './acceptors.ts'

async function start(port = 0) {
  const server = createServer((_, response) => response.end('here'))
  const at = { host: '127.0.0.1', port, backlog: 1_000 }
  const acceptors = await listenWidely(
    server,
    at,
    (options) =>
      new Promise<void>(
        (resolve, reject) => void server.once('error', reject).listen(options, () => resolve()),
      ),
  )
  const address = server.address()
  const close = () => {
    server.closeAllConnections()
    return Promise.all([acceptors.close(), new Promise((resolve) => server.close(resolve))])
  }
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0, close }
}

it.runIf(process.platform === 'linux')('many connections are taken in one turn of the loop', async () => {
  const { server, port, close } = await start()
  let taken = 0
  server.on('connection', () => {
    taken += 1
  })
  const sockets: Socket[] = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'))
  let turns = 0
  await eventually('all are taken', async () => {
    while (taken < 200 && turns < 10_000) {
      const until = performance.now() + 5
      while (performance.now() < until);
      await nextTurn()
      turns += 1
    }
    return taken === 200
  })
  // One by one it would be 200.
  expect(turns).toBeLessThan(100)
  for (const socket of sockets) socket.destroy()
  await close()
})

it('each of them is served, and none is taken after the end', async () => {
  const { port, close } = await start()
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => (await fetch(`http://127.0.0.1:${port}`)).text()),
  )
  expect(new Set(answers)).toEqual(new Set(['here']))
  await close()
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
})

it('a port that is in use is refused, also when the other one would share it', async () => {
  const first = await start()
  await expect(start(first.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await first.close()
})
