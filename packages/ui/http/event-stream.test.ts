import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from '@countersign/testing/time/eventually'
import { afterEach, describe, expect, it } from 'vitest'
import { followEvents } from './event-stream.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function served(handler: RequestListener): Promise<string> {
  const server: Server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a stream that is followed', () => {
  it('goes on after the last event that was seen, over breaks and refusals', async () => {
    const asked: (string | undefined)[] = []
    const url = await served((request, response) => {
      const after = request.headers['last-event-id']
      asked.push(after === undefined ? undefined : String(after))
      if (asked.length === 2) {
        response.writeHead(503, { 'x-request-id': 'abc-1' })
        response.end()
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const next = Number(after ?? 0) + 1
      response.end(`id: ${next}\nevent: step\ndata: ${next}\n\n`)
    })
    const seen: string[] = []
    const connections: boolean[] = []
    const reasons: unknown[] = []
    ends.push(
      followEvents(url, {
        onEvent: ({ data }) => seen.push(data),
        onConnection: (on, failure) => {
          connections.push(on)
          if (!on) reasons.push(failure && [failure.status, failure.correlationId])
        },
      }),
    )
    await eventually('three events', () => seen.length >= 3)
    expect(seen.slice(0, 3)).toEqual(['1', '2', '3'])
    expect(asked.slice(0, 3)).toEqual([undefined, '1', '1'])
    expect(connections.slice(0, 3)).toEqual([true, false, false])
    expect(reasons.slice(0, 2)).toEqual([undefined, [503, 'abc-1']])
  })

  it('ends where there is nothing to follow', async () => {
    let asked = 0
    const url = await served((_request, response) => {
      asked += 1
      response.writeHead(404)
      response.end('{"message":"no such session","correlationId":"abc-2"}')
    })
    const refused: unknown[] = []
    ends.push(followEvents(url, { onEvent: () => {}, onRefused: (failure) => refused.push(failure) }))
    await eventually('a refusal', () => refused.length > 0)
    expect(refused).toEqual([
      { kind: 'refused', status: 404, message: 'no such session', correlationId: 'abc-2' },
    ])
    expect(asked).toBe(1)
  })
})
