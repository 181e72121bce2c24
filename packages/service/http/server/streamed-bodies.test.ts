/** Bodies that are read as they come, over real connections. */

import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { WireFailure } from '../answers/wire-errors.ts'
import { start } from '../http-service.testing.ts'
import type { ServiceApp } from '../service-app.ts'

const LIMIT = 1_000_000
let read = 0
let largest = 0
let failed: unknown
/** Before each piece is read. */
let pause: () => Promise<void> = async () => {}

afterEach(() => {
  read = largest = 0
  failed = undefined
  pause = async () => {}
})

function routes(app: ServiceApp): void {
  app.post(
    '/lines',
    { bodyLimit: LIMIT, config: { door: 'management', scope: 'offers:write', accepts: ['jsonl', 'csv'] } },
    async ({ body }) => {
      try {
        for await (const piece of body as Readable) {
          await pause()
          read += (piece as Buffer).length
          largest = Math.max(largest, (piece as Buffer).length)
        }
      } catch (error) {
        failed = error
        throw error
      }
      return { read }
    },
  )
  app.post(
    '/never-read',
    { bodyLimit: LIMIT, config: { door: 'management', scope: 'offers:write', accepts: ['csv'] } },
    async () => ({
      done: true,
    }),
  )
}

const csv = (body: string) => ({ method: 'POST', headers: { 'content-type': 'text/csv' }, body })

describe('a body that is streamed', () => {
  it('comes in pieces, and its kind is judged first', async () => {
    const { ask } = await start({}, { routes })
    const answer = await ask('/lines', csv('x'.repeat(LIMIT)))
    expect([answer.status, await answer.json()]).toEqual([200, { read: LIMIT }])
    expect(largest).toBeLessThan(LIMIT / 4)
    expect(
      (await ask('/lines', { ...csv('{}'), headers: { 'content-type': 'application/json' } })).status,
    ).toBe(415)
  })

  it('that announces more than its limit is refused, and one that announces nothing is cut there', async () => {
    const { ask } = await start({}, { routes })
    expect((await ask('/lines', csv('x'.repeat(LIMIT + 1)))).status).toBe(413)
    expect(read).toBe(0)
    async function* pieces() {
      for (let at = 0; at < 30; at += 1) yield Buffer.alloc(50_000, 'x')
    }
    const answer = await ask('/lines', { ...csv(''), body: pieces(), duplex: 'half' } as never)
    expect(answer.status).toBe(413)
    expect(failed).toBeInstanceOf(WireFailure)
    expect(read).toBeLessThanOrEqual(LIMIT)
  })

  it('whose sender goes away ends with an error for who reads it', async () => {
    const { port } = await start({}, { routes })
    const socket = connect(port, '127.0.0.1')
    socket.write(
      'POST /lines HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ncontent-length: 100\r\n\r\nhalf of it',
    )
    await eventually('it is read', async () => read > 0)
    socket.destroy()
    await eventually('it has ended', async () => failed !== undefined)
  })

  it('may last longer than a request may, where it is its reader who takes the time', async () => {
    pause = () => sleep(150)
    const { ask } = await start(
      {},
      { routes, connectionLimits: { headersMs: 200, requestMs: 300, checkMs: 50 } },
    )
    const answer = await ask('/lines', csv('x'.repeat(LIMIT)))
    expect([answer.status, await answer.json()]).toEqual([200, { read: LIMIT }])
  })

  it('that nobody reads is passed over, and the connection serves on', async () => {
    const { ask } = await start({}, { routes })
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await ask('/never-read', csv('x'.repeat(LIMIT)))
      expect([answer.status, await answer.json()]).toEqual([200, { done: true }])
    }
  })
})
