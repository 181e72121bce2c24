import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRemote } from './guarded-client.ts'
import { remoteFetch } from './guarded-fetch.ts'

const seen: { method: string | undefined; body: string; token: string | undefined }[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString()
  })
  request.on('end', () => {
    seen.push({ method: request.method, body, token: String(request.headers['x-token']) })
    if (request.url === '/empty') response.writeHead(204).end()
    else if (request.url === '/elsewhere') response.writeHead(302, { location: '/' }).end()
    else response.writeHead(201, { 'content-type': 'application/json' }).end('{"a":1}')
  })
})
let url = ''
const local = createRemote({ allowHttp: true, allowPrivateAddresses: true })
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await local.close()
  server.close()
})

describe('fetch over a guarded client', () => {
  it('sends method, headers and text, and answers like fetch', async () => {
    const init = { method: 'POST', headers: { 'x-token': 't' }, body: '{}' }
    const answer = await remoteFetch(local, 'protocol')(url, init)
    expect([answer.status, answer.ok, await answer.json()]).toEqual([201, true, { a: 1 }])
    expect(seen.at(-1)).toEqual({ method: 'POST', body: '{}', token: 't' })
    expect((await remoteFetch(local, 'protocol')(new URL('/empty', url))).status).toBe(204)
  })

  it('sends a form as text', async () => {
    const form = new URLSearchParams({ a: '1 & 2', b: 'ü' })
    await remoteFetch(local, 'login')(url, { method: 'POST', headers: { 'x-token': 't' }, body: form })
    expect(seen.at(-1)).toEqual({ method: 'POST', body: 'a=1+%26+2&b=%C3%BC', token: 't' })
  })

  it('follows no redirect', async () => {
    expect((await remoteFetch(local, 'protocol')(`${url}/elsewhere`)).status).toBe(302)
  })

  it('does not reach what the client may not reach', async () => {
    const guarded = createRemote()
    const before = seen.length
    await expect(remoteFetch(guarded, 'protocol')(url)).rejects.toThrow(TypeError)
    await expect(remoteFetch(guarded, 'protocol')('https://127.0.0.1:1/')).rejects.toThrow(
      'address_not_allowed',
    )
    expect(seen.length).toBe(before)
    await guarded.close()
  })

  it('refuses what it cannot send', async () => {
    await expect(remoteFetch(local, 'protocol')(url, { method: 'DELETE' })).rejects.toThrow('not sent')
    await expect(
      remoteFetch(local, 'protocol')(url, { method: 'POST', body: new Uint8Array(1) }),
    ).rejects.toThrow('text')
  })
})
