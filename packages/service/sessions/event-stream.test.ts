import { appendEvent, type SessionEvent } from '@countersign/protocol/session-event'
import { describe, expect, it } from 'vitest'
import { builtService } from '../http/http-service.testing.ts'
import { type EventSource, type SessionView, serveSessionEvents } from './event-stream.ts'

/** A session whose changes are told or kept quiet, as the test wants. */
function session() {
  let events: readonly SessionEvent[] = appendEvent([], 'created', 1)
  let final = false
  let gone = false
  let failing = false
  const listeners = new Set<() => void>()
  let reads = 0
  const read = async (): Promise<SessionView | undefined> => {
    reads += 1
    if (failing) throw Object.assign(new Error('away'), { name: 'StoreUnavailable' })
    return gone ? undefined : { events, final, state: { last: events.at(-1)?.type } }
  }
  const watch: EventSource['watch'] = async (onSignal) => {
    listeners.add(onSignal)
    return { close: () => void listeners.delete(onSignal) }
  }
  return {
    unknown: { status: 404, message: 'There is no such session' },
    read,
    watch,
    listeners,
    reads: () => reads,
    happen(type: string, isFinal = false) {
      events = appendEvent(events, type, 2)
      final = isFinal
    },
    signal() {
      for (const listener of listeners) listener()
    },
    vanish: () => {
      gone = true
    },
    fail: (now: boolean) => {
      failing = now
    },
  }
}

async function serve(source: EventSource) {
  const service = await builtService({
    routes: (app) => {
      app.get('/events', { config: { door: 'open', limited: false } }, (request, reply) =>
        serveSessionEvents(request, reply, source),
      )
    },
  })
  const { port } = await service.listen()
  return { service, url: `http://127.0.0.1:${port}/events` }
}

async function open(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const answer = await fetch(url, { headers, signal: abort.signal })
  const reader = answer.body?.getReader()
  let text = ''
  const readUntil = async (wanted: string): Promise<string> => {
    while (!text.includes(wanted)) {
      const part = await reader?.read()
      if (part?.value === undefined) throw new Error(`ended before ${wanted}: ${text}`)
      text += new TextDecoder().decode(part.value)
    }
    return text
  }
  const rest = async (): Promise<string> => {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      text += new TextDecoder().decode(part.value)
    }
    return text
  }
  return { answer, readUntil, rest, leave: () => abort.abort() }
}

describe('session events', () => {
  it('begin with the state, then tell what happened, then what happens, and end after the final state', async () => {
    const one = session()
    const { url } = await serve({ ...one, pollMs: 60_000 })
    const { answer, readUntil, rest } = await open(url)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const start = await readUntil('id: 1')
    expect(start.indexOf('event: state\ndata: {"last":"created"}')).toBeGreaterThan(0)
    expect(start.indexOf('event: state')).toBeLessThan(start.indexOf('id: 1'))
    one.happen('verified', true)
    one.signal()
    const all = await rest()
    expect(all).toContain('id: 2\nevent: verified\ndata: {"sequence":2,"type":"verified","at":2}\n\n')
    expect(all).toContain('event: state\ndata: {"last":"verified"}')
    await expect.poll(() => one.listeners.size).toBe(0)
  })

  it('arrive without a signal, a poll later', async () => {
    const one = session()
    const { url } = await serve({ ...one, pollMs: 30 })
    const { readUntil, rest } = await open(url)
    await readUntil('id: 1')
    one.happen('verified', true)
    expect(await rest()).toContain('id: 2')
  })

  it('that happened between watching and reading are in the first answer', async () => {
    const one = session()
    const watch: EventSource['watch'] = async (onSignal) => {
      const watching = await one.watch(onSignal)
      one.happen('verified', true)
      return watching
    }
    const { url } = await serve({ ...one, watch, pollMs: 60_000 })
    expect(await (await open(url)).rest()).toContain('id: 2')
  })

  it.each([
    ['the header', '', { 'last-event-id': '1' }],
    ['the address', '?after=1', {}],
    ['the header before the address', '?after=0', { 'last-event-id': '1' }],
  ])('are resumed after the id in %s', async (_where, query, headers) => {
    const one = session()
    one.happen('verified', true)
    const { url } = await serve(one)
    const text = await (await open(url + query, headers)).rest()
    expect(text).toContain('id: 2')
    expect(text).not.toContain('id: 1')
  })

  it('are 204 for who has seen all of a final session, which ends the reconnecting', async () => {
    const one = session()
    one.happen('verified', true)
    const { url } = await serve(one)
    expect((await open(url, { 'last-event-id': '2' })).answer.status).toBe(204)
  })

  it('of an unknown session are 404', async () => {
    const one = session()
    one.vanish()
    const { url } = await serve(one)
    expect((await open(url)).answer.status).toBe(404)
    expect(one.listeners.size).toBe(0)
  })

  it('end when the session is gone', async () => {
    const one = session()
    const { url } = await serve({ ...one, pollMs: 60_000 })
    const { readUntil, rest } = await open(url)
    await readUntil('id: 1')
    one.vanish()
    one.signal()
    await rest()
  })

  it('outlive a store that is away for a moment', async () => {
    const one = session()
    const { url } = await serve({ ...one, pollMs: 30 })
    const { readUntil, rest } = await open(url)
    await readUntil('id: 1')
    one.fail(true)
    one.happen('verified', true)
    const before = one.reads()
    await expect.poll(() => one.reads()).toBeGreaterThan(before)
    one.fail(false)
    expect(await rest()).toContain('id: 2')
  })

  it('are 503 when the store is away at the start', async () => {
    const one = session()
    one.fail(true)
    const { url } = await serve(one)
    expect((await open(url)).answer.status).toBe(503)
  })

  it('keep the connection alive with comments', async () => {
    const { url } = await serve({ ...session(), heartbeatMs: 20 })
    const { readUntil, leave } = await open(url)
    await readUntil('\n:\n\n')
    leave()
  })

  it('leave no listener behind when the reader goes', async () => {
    const one = session()
    const { url } = await serve({ ...one, pollMs: 60_000 })
    const { readUntil, leave } = await open(url)
    await readUntil('id: 1')
    expect(one.listeners.size).toBe(1)
    leave()
    await expect.poll(() => one.listeners.size).toBe(0)
  })

  it('are refused beyond the limit and served again when somebody went', async () => {
    const { url } = await serve({ ...session(), pollMs: 60_000, maxStreams: 1 })
    const { readUntil, leave } = await open(url)
    await readUntil('id: 1')
    expect((await open(url)).answer.status).toBe(503)
    leave()
    await expect
      .poll(async () => {
        const next = await open(url)
        next.leave()
        return next.answer.status
      })
      .toBe(200)
  })

  it('end when the service stops', async () => {
    const { service, url } = await serve({ ...session(), pollMs: 60_000 })
    const { readUntil, rest } = await open(url)
    await readUntil('id: 1')
    await Promise.all([service.close(), rest()])
  })
})
