import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { describe, expect, it } from 'vitest'
import { answerBrokenRequests, forgivePauses, quietConnections } from './connections.ts'

const brokenAnswer = (code: string | undefined) =>
  `HTTP/1.1 ${code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400} Broken\r\nconnection: close\r\n\r\n`

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

describe('a request that is late', () => {
  const limits = { headersMs: 400, requestMs: 800, checkMs: 30 }

  /** What is answered to a request of which the rest is sent when `meanwhile` is over. */
  async function answeredAfter(meanwhile: () => Promise<void>): Promise<string> {
    const server = createServer(
      { connectionsCheckingInterval: limits.checkMs, headersTimeout: 400, requestTimeout: 800 },
      (_request, response) => response.setHeader('connection', 'close').end('served'),
    )
    forgivePauses(answerBrokenRequests(server, brokenAnswer), limits)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await new Promise((resolve) => server.once('connection', resolve))
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n')
    await meanwhile()
    socket.write('\r\n')
    const answer = await text(socket)
    server.close()
    return answer
  }

  it('because this process did not look is served', async () => {
    const answer = await answeredAfter(async () => {
      const until = performance.now() + 1500
      while (performance.now() < until);
    })
    expect(answer).toContain('served')
  })

  it('because its sender is slow is answered 408', async () => {
    const answer = await answeredAfter(() => new Promise((resolve) => setTimeout(resolve, 1500)))
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  })
})
