import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askAhead, jsonHeaders, STREAM_HEADERS } from './ahead.ts'
import { followEvents } from './event-stream.ts'
import { fetchJson } from './fetch-json.ts'

let asked: string[]
let url: string
let stop: () => void
let answer: (path: string) => { readonly status?: number; readonly body: string }
beforeEach(async () => {
  // There already: what other tests have left running asks by itself, and would say that it is too late.
  globalThis.countersignAhead = new Map()
  // Of a page that has just begun; this process may be older than what is fresh to a page.
  vi.spyOn(performance, 'now').mockReturnValue(1_000)
  asked = []
  answer = (path) => ({ body: JSON.stringify({ path }) })
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['accept-language']}`)
    const { body, status = 200 } = answer(request.url ?? '')
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterEach(() => {
  stop()
  vi.restoreAllMocks()
})

const inGerman = { headers: jsonHeaders('de') }

describe('what was asked ahead', () => {
  it('is the answer to the same question, once', async () => {
    askAhead(`${url}/a`, jsonHeaders('de'))
    expect(await fetchJson(`${url}/a`, inGerman)).toEqual({ ok: true, value: { path: '/a' } })
    expect(asked).toEqual(['/a de'])
    await fetchJson(`${url}/a`, inGerman)
    expect(asked).toEqual(['/a de', '/a de'])
  })

  it.each([
    ['another address', '/b', inGerman],
    ['another language', '/a', {}],
    ['what changes something', '/a', { ...inGerman, method: 'POST' as const }],
  ])('is no answer to %s', async (_, path, options) => {
    askAhead(`${url}/a`, jsonHeaders('de'))
    await fetchJson(`${url}${path}`, options)
    expect(asked).toHaveLength(2)
  })

  it('asks for more before whoever waits goes on, so that they find it', async () => {
    askAhead<{ path: string }>(`${url}/who`, jsonHeaders(), ({ path }) =>
      askAhead(`${url}${path}/cards`, jsonHeaders()),
    )
    await fetchJson(`${url}/who`)
    expect(await fetchJson(`${url}/who/cards`)).toEqual({ ok: true, value: { path: '/who/cards' } })
    expect(asked).toEqual(['/who *', '/who/cards *'])
  })

  it('asks for nothing more after a refusal, which whoever asked is told', async () => {
    answer = () => ({ status: 401, body: '{"message":"who are you"}' })
    const then = vi.fn()
    askAhead(`${url}/who`, jsonHeaders(), then)
    expect(await fetchJson(`${url}/who`)).toMatchObject({ error: { status: 401, message: 'who are you' } })
    expect(then).not.toHaveBeenCalled()
  })

  it('says that nobody answered, as a call does that was not asked ahead', async () => {
    stop()
    askAhead(`${url}/a`, jsonHeaders())
    expect(await fetchJson(`${url}/a`)).toMatchObject({ error: { kind: 'unreachable', status: 0 } })
  })

  it('says so of an answer that is no JSON, where JSON leads to more', async () => {
    answer = () => ({ body: '<html>' })
    askAhead(`${url}/who`, jsonHeaders(), () => {})
    expect(await fetchJson(`${url}/who`)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  it('ends when whoever waits has waited long enough', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(
      async (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        }),
    )
    askAhead(`${url}/a`, jsonHeaders())
    expect(await fetchJson(`${url}/a`, { timeoutMs: 20 })).toMatchObject({ error: { kind: 'late' } })
  })

  it('is asked again when it is old', async () => {
    askAhead(`${url}/a`, jsonHeaders())
    vi.spyOn(performance, 'now').mockReturnValue(10_001)
    const calls = vi.spyOn(globalThis, 'fetch')
    await fetchJson(`${url}/a`)
    expect(calls).toHaveBeenCalledOnce()
  })

  it('comes too late once the page has asked by itself', async () => {
    globalThis.countersignAhead = undefined
    await fetchJson(`${url}/a`)
    askAhead(`${url}/b`, jsonHeaders())
    await fetchJson(`${url}/c`)
    expect(asked).toEqual(['/a *', '/c *'])
  })

  it('is a stream for whoever follows it', async () => {
    answer = () => ({ body: 'event: state\ndata: {"a":1}\n\n' })
    askAhead(`${url}/events`, STREAM_HEADERS)
    const told = await new Promise((resolve) => {
      const end = followEvents(`${url}/events`, {
        onEvent: (event) => {
          end()
          resolve(event)
        },
      })
    })
    expect(told).toMatchObject({ type: 'state', data: '{"a":1}' })
    expect(asked).toHaveLength(1)
  })
})
