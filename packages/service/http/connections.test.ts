import { createServer } from 'node:http'
import { connect } from 'node:net'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { describe, it } from 'vitest'
import { quietConnections } from './connections.ts'

describe('closing a server', () => {
  it('does not wait for a connection that never carried a request', async () => {
    const server = createServer()
    const quiet = quietConnections(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
    await new Promise((resolve) => server.once('connection', resolve))
    const ended = new Promise((resolve) => socket.once('close', resolve))
    await takesAtMost(5000, async () => {
      await quiet.closeAround(() => new Promise((resolve) => server.close(() => resolve())))
      await ended
    })
  })
})
