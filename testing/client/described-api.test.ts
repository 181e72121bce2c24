import { createHttpService } from '@countersign/service/http/http-service'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiDocument, addressOf, answerFaults, bodiesOf, gapsOf, operationsOf } from './described-api.ts'

const found = z.object({ id: z.string() })
const schema = { summary: 'A route' }
const body = z.object({ name: z.string() })
const door = { door: 'wallet', limited: false } as const

/** A service with routes that are described well and badly. */
async function operations() {
  const service = await createHttpService({
    title: 'Test',
    description: '',
    config: {
      service: 'test',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl: 'http://localhost',
      instance: 'test-1',
      trustedProxies: [],
      logLevel: 'silent',
      features: ['openapi'],
    },
    routes: (app) => {
      const answer = async () => ({ id: 'a' })
      const params = z.object({ id: z.string().meta({ examples: ['x y'] }) })
      const described = { description: 'Found', schema: found, example: { id: 'a' } }
      app.get('/good/:id', { schema: { params }, config: { ...door, answers: { 200: described } } }, answer)
      app.get('/silent', { schema, config: door }, answer)
      const untrue = { ...described, example: { id: 1 } }
      app.get('/untrue', { schema, config: { ...door, answers: { 200: untrue } } }, answer)
      const bare = { description: 'Made', schema: found }
      app.post(
        '/bare',
        { schema: { body }, bodyLimit: 1000, config: { ...door, answers: { 200: bare } } },
        answer,
      )
    },
    checks: [],
  })
  const document = (await service.app.inject('/api.json')).json<ApiDocument>()
  await service.close()
  return Object.fromEntries(operationsOf(document).map((operation) => [operation.name, operation]))
}

const all = await operations()
const named = (name: string) => {
  const found = all[name]
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

describe('an operation of an API', () => {
  it.each([
    ['GET /good/{id}', []],
    ['GET /silent', ['GET /silent says nothing of success']],
    ['GET /untrue', ['GET /untrue, example of 200: /id must be string']],
    [
      'POST /bare',
      [
        'POST /bare has no example of its application/json body',
        'POST /bare has no example of 200 as application/json',
      ],
    ],
  ])('%s lacks %j', (name, gaps) => {
    expect(gapsOf(named(name))).toEqual(gaps)
  })

  it('is called with its own examples, or with what is given', () => {
    expect(addressOf(named('GET /good/{id}'))).toBe('/good/x%20y')
    expect(addressOf(named('GET /good/{id}'), { id: 'z' })).toBe('/good/z')
    expect(bodiesOf(named('GET /good/{id}'))).toEqual([undefined])
  })

  it.each([
    ['as declared', 200, 'application/json; charset=utf-8', '{"id":"a"}', 0],
    ['with a member of another type', 200, 'application/json', '{"id":1}', 1],
    ['with a member that is not declared', 200, 'application/json', '{"id":"a","more":1}', 1],
    ['with another status', 204, undefined, '', 1],
    ['with another kind of body', 200, 'text/plain', 'a', 1],
    ['without a body', 200, undefined, '', 1],
  ])('answers %s', (_name, status, contentType, text, faults) => {
    expect(answerFaults(named('GET /good/{id}'), { status, contentType, text })).toHaveLength(faults)
  })
})
