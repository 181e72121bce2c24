import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UndescribedAnswer } from './checked-answers.ts'
import { call } from './http.ts'

const thing = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
const document = {
  openapi: '3.1.0',
  paths: {
    '/things/{id}': {
      get: {
        responses: {
          200: { description: 'It', content: { 'application/json': { schema: thing } } },
          404: { description: 'Nobody', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
    '/things/best': { get: { responses: { 204: { description: 'None is better than another' } } } },
  },
}

let server: Server
let url: string

/** Answers what the address says: `/things/1?200={"id":"1"}`. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    response.setHeader('x-instance', 'thing1').setHeader('content-type', 'application/json')
    if (pathname === '/api.json') return void response.end(JSON.stringify(document))
    const [status, body = ''] = decodeURIComponent(search.slice(1)).split('=')
    response.writeHead(Number(status)).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

describe("an answer that the tests' client gets", () => {
  it.each(['/things/1?200={"id":"1"}', '/things/1?404={}', '/things/best?204', '/elsewhere?404={}'])(
    'is passed on when it is described, or no operation gave it: %s',
    async (path) => {
      expect((await call(url + path)).instance).toBe('thing1')
    },
  )

  it.each([
    ['whose status is not described', '/things/1?409={}', /^GET \/things\/\{id\} answers 409/],
    [
      'whose body does not match',
      '/things/1?200={"id":1}',
      /^GET \/things\/\{id\}, 200: \/id must be string/,
    ],
    ['of the more exact of two addresses', '/things/best?200={"id":"1"}', /^GET \/things\/best answers 200/],
  ])('%s fails the test with its operation', async (_name, path, message) => {
    const failure = await call(url + path).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UndescribedAnswer)
    expect(String(failure instanceof Error && failure.message)).toMatch(message)
  })
})
