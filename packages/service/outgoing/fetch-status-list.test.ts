import { createServer, type RequestListener, type Server } from 'node:http'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
import { afterEach, describe, expect, it } from 'vitest'
import { statusListSource } from './fetch-status-list.ts'
import { createRemote, type Remote, type RemoteRefusal } from './guarded-client.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

function remote(options = { allowHttp: true, allowPrivateAddresses: true }): Remote {
  const made = createRemote(options)
  closing.push(() => made.close())
  return made
}

const ACCEPT = ['application/statuslist+cwt', 'application/statuslist+jwt']
const NOW = 1_780_000_000
const LIST: RequestListener = (_request, response) =>
  response.setHeader('content-type', 'application/statuslist+cwt').end(Buffer.from([0xd2, 0x84, 0xff, 0x00]))

describe('a status list from the network', () => {
  it('is asked for in the order of preference, and comes back byte by byte', async () => {
    let asked: string | undefined
    const url = await serve((request, response) => {
      asked = `${request.method} ${request.headers.accept}`
      LIST(request, response)
    })
    const fetched = await statusListSource(remote())(`${url}/lists/1#part`, ACCEPT, NOW)
    expect(asked).toBe('GET application/statuslist+cwt, application/statuslist+jwt;q=0.9')
    expect(fetched).toMatchObject({
      ok: true,
      value: { mediaType: 'application/statuslist+cwt', fetchedAt: NOW },
    })
    expect(fetched.ok && [...fetched.value.body]).toEqual([0xd2, 0x84, 0xff, 0x00])
  })

  it.each([301, 302, 303, 307, 308])('is followed where %i says that it is', async (status) => {
    const url = await serve((request, response) =>
      request.url === '/old'
        ? response.writeHead(status, { location: '/new' }).end()
        : LIST(request, response),
    )
    expect(await statusListSource(remote())(`${url}/old`, ACCEPT, NOW)).toMatchObject({ ok: true })
  })

  it('is not followed for ever', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.writeHead(302, { location: '/again' }).end()
    })
    expect(await statusListSource(remote())(url, ACCEPT, NOW)).toEqual({
      ok: false,
      error: { code: 'list_unreachable', reason: 'too_many_redirects' },
    })
    expect(asked).toBe(4)
  })

  it.each([
    ['an address inside', 'http://169.254.169.254/latest', 'address_not_allowed'],
    ['no address', 'http://[', 'redirect_not_allowed'],
    ['a file', 'file:///etc/passwd', 'scheme'],
  ])('is not followed to %s', async (_what, location, reason) => {
    const url = await serve((_request, response) => void response.writeHead(302, { location }).end())
    expect(await statusListSource(remote())(url, ACCEPT, NOW)).toEqual({
      ok: false,
      error: { code: 'list_unreachable', reason },
    })
  })

  it('is not followed from https to http, even where http is allowed', async () => {
    const redirecting: Remote = {
      request: async () => ({
        ok: true,
        value: {
          status: 302,
          headers: { location: 'http://lists.example/1' },
          body: '',
          bytes: new Uint8Array(),
        },
      }),
      close: async () => undefined,
    }
    expect(await statusListSource(redirecting)('https://lists.example/1', ACCEPT, NOW)).toEqual({
      ok: false,
      error: { code: 'list_unreachable', reason: 'redirect_not_allowed' },
    })
  })

  it('is not looked for inside of our own network', async () => {
    const url = await serve(LIST)
    const outside = remote({ allowHttp: true, allowPrivateAddresses: false })
    expect(await statusListSource(outside)(url, ACCEPT, NOW)).toEqual({
      ok: false,
      error: { code: 'list_unreachable', reason: 'address_not_allowed' },
    })
  })

  it.each([204, 304, 400, 404, 500, 503])('is not what comes with %i', async (status) => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.writeHead(status).end()
    })
    const fetched = await statusListSource(remote())(url, ACCEPT, NOW)
    // A server in trouble is asked once more; one that says no is not.
    expect(asked).toBe(status >= 500 ? 2 : 1)
    // 204 is a success without a list: its missing media type is what says so.
    if (status === 204) expect(fetched).toMatchObject({ ok: true, value: { mediaType: '' } })
    else expect(fetched).toEqual({ ok: false, error: { code: 'list_http_status', reason: String(status) } })
  })

  it.each<[string, RequestListener]>([
    ['a server that was in trouble', (_request, response) => void response.writeHead(503).end()],
    ['a connection that was cut', (_request, response) => response.destroy()],
    ['a server that keeps silent', () => undefined],
    [
      'a server that stops in the middle',
      (_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('x'),
    ],
  ])('comes at the second try from %s', async (_what, once) => {
    let asked = 0
    const url = await serve((request, response) => {
      asked += 1
      return asked === 1 ? once(request, response) : LIST(request, response)
    })
    const source = statusListSource(remote())
    expect(await takesAtMost(2900, () => source(url, ACCEPT, NOW))).toMatchObject({ ok: true })
    expect(asked).toBe(2)
  })

  it('comes at the second try when nobody listened at first', async () => {
    const refusals: RemoteRefusal[] = [{ code: 'unreachable', reason: 'ECONNREFUSED' }]
    const answer = { status: 200, headers: { 'content-type': 'a/b' }, body: '', bytes: new Uint8Array() }
    const starting: Remote = {
      request: async () => {
        const error = refusals.pop()
        return error === undefined ? { ok: true, value: answer } : { ok: false, error }
      },
      close: async () => undefined,
    }
    expect(await statusListSource(starting)('https://lists.example/1', ACCEPT, NOW)).toMatchObject({
      ok: true,
    })
  })

  it('is still taken from a slow server, though it was asked a second time meanwhile', async () => {
    const asked: (() => void)[] = []
    const url = await serve((request, response) => {
      asked.push(() => LIST(request, response))
      if (asked.length === 2) asked[0]?.()
    })
    const source = statusListSource(remote(), { timeoutMs: 2600 })
    expect(await source(url, ACCEPT, NOW)).toMatchObject({ ok: true })
    expect(asked).toHaveLength(2)
  })

  it('ends at its size', async () => {
    const url = await serve((_request, response) => void response.end(Buffer.alloc(5000)))
    const source = statusListSource(remote(), { maxBytes: 4999 })
    expect(await source(url, ACCEPT, NOW)).toEqual({ ok: false, error: { code: 'list_too_large' } })
  })

  it('ends in time, over all hops together', async () => {
    const url = await serve((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 120)
    })
    const source = statusListSource(remote(), { timeoutMs: 200 })
    const fetched = await takesAtMost(1000, () => source(url, ACCEPT, NOW))
    expect(fetched).toEqual({ ok: false, error: { code: 'list_unreachable', reason: 'timeout' } })
  })

  it('is waited for three seconds at most, whatever is asked for', async () => {
    const waits: (number | undefined)[] = []
    const patient: Remote = {
      request: async ({ timeoutMs }) => {
        waits.push(timeoutMs)
        return { ok: false, error: { code: 'unreachable', reason: 'ECONNREFUSED' } }
      },
      close: async () => undefined,
    }
    const fetched = await statusListSource(patient, { timeoutMs: 60_000 })(
      'https://lists.example',
      ACCEPT,
      NOW,
    )
    expect(fetched).toEqual({ ok: false, error: { code: 'list_unreachable', reason: 'ECONNREFUSED' } })
    expect(waits[0]).toBeLessThanOrEqual(3000)
    expect(waits[0]).toBeGreaterThan(1000)
  })
})
