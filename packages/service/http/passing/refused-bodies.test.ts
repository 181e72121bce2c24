/** Bodies that are too large, or that nobody wants: said before another service is bothered, and the connection goes on. */
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { BODY_LIMITS } from '../request-bodies.ts'
import { behind, listening, prefixInFront, raw, routeInFront } from './passing.testing.ts'

interface Case {
  readonly method: string
  readonly bytes: number
  readonly chunked: boolean
  readonly more?: string
}

/** One request, and another on the same connection. */
function onOneConnection({ bytes, chunked, method, more = '' }: Case): readonly string[] {
  const length = chunked ? 'transfer-encoding: chunked' : `content-length: ${bytes}`
  const head = `${method} /passed HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${more}${length}\r\n\r\n`
  const body = 'x'.repeat(bytes)
  const next = 'GET /passed HTTP/1.1\r\nhost: localhost\r\nx-request-id: next\r\nconnection: close\r\n\r\n'
  return [head, chunked ? `${bytes.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body, next]
}

/** Of all answers that came. */
const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

const WAYS = [
  ['by a route', routeInFront, 1_000, ['POST']],
  ['below a prefix', prefixInFront, BODY_LIMITS.exchange, ['POST', 'PUT', 'PATCH', 'DELETE']],
] as const
const knownCaller = 'cookie: login=x\r\n'

describe.each(WAYS)('a body that is to be passed on %s', (_way, inFront, limit, methods) => {
  for (const method of methods)
    for (const chunked of [false, true])
      it.each([limit + 1, 10_000_000])(
        `and is too large is refused: ${method}${chunked ? ' without a length' : ''}, %d bytes`,
        async (bytes) => {
          const other = await behind()
          const { port } = await inFront(other)
          const text = await raw(port, ...onOneConnection({ method, bytes, chunked, more: knownCaller }))
          expect(statuses(text)).toEqual([413, 200])
          expect(text).toContain(`too large, limit ${limit} bytes`)
          expect(other.seen).toMatchObject([{ method: 'GET', headers: { 'x-request-id': 'next' } }])
          // What says how long it is does not even reach the other one's door.
          if (!chunked) expect(other.heard.connections).toBe(1)
        },
      )

  // RFC 9110 §9.3.1: there it means nothing.
  for (const method of ['GET', 'HEAD'])
    for (const chunked of [false, true])
      it(`is passed over where it is none: ${method}${chunked ? ' without a length' : ''}`, async () => {
        const other = await behind()
        const { port } = await inFront(other)
        const text = await raw(port, ...onOneConnection({ method, bytes: 10_000_000, chunked }))
        expect(statuses(text)).toEqual([200, 200])
        expect(other.seen.map((seen) => [seen.method, seen.body])).toEqual([
          [method, ''],
          ['GET', ''],
        ])
      })
})

/** Refuses what has a body without having read it, and closes where whoever asked leaves that to it. */
async function refusing() {
  const server = createServer((request, response) => {
    response.statusCode = request.method === 'GET' ? 200 : 405
    response.end('{}')
  })
  return { url: await listening(server) }
}

describe('an answer that comes before all of the body went', () => {
  for (const chunked of [false, true])
    it.each([1_000, 500_000, BODY_LIMITS.exchange - 1])(
      `is heard, and the connection goes on${chunked ? ', without a length' : ''}: %d bytes`,
      async (bytes) => {
        const { port } = await prefixInFront(await refusing())
        const sent = onOneConnection({ method: 'POST', bytes, chunked, more: knownCaller })
        for (let round = 0; round < 5; round += 1)
          expect(statuses(await raw(port, ...sent))).toEqual([405, 200])
      },
    )
})
