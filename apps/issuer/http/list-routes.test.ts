import { issuanceList } from '@countersign/api/issuer/session-list'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configurationId, offered, type TestIssuer, testIssuer, tokenFor } from '../testing/issuer.testing.ts'
import { issuerRoutes } from './routes.ts'

let test: TestIssuer
let service: HttpService
beforeEach(async () => {
  test = testIssuer()
  service = await createHttpService({
    title: 'Issuer',
    description: '',
    config: {
      service: 'issuer',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl: 'http://localhost:7002',
      instance: 'issuer-1',
      trustedProxies: [],
      logLevel: 'silent',
      features: [],
    },
    routes: issuerRoutes(test.issuer, { display: { name: 'Issuer', locale: 'en' } }),
    checks: [],
  })
})
afterEach(() => service.close())

const ask = (query = '') =>
  service.app.inject({ url: `/openid4vc/sessions${query}`, headers: { host: 'localhost' } })

async function listed(query = '') {
  const answer = await ask(query)
  expect(answer.statusCode, answer.body).toBe(200)
  return issuanceList.parse(answer.json())
}

describe('the list of issuances', () => {
  it('shows each as far as it is, newest first, without claims and codes', async () => {
    const { issuer, clock } = test
    const waiting = await offered(issuer)
    clock.now += 5
    const taken = await offered(issuer)
    await tokenFor(test, taken.code)
    expect((await listed()).sessions).toMatchObject([
      { id: taken.id, state: 'token_issued', types: [configurationId], createdAt: clock.now },
      { id: waiting.id, state: 'offered', lastEvent: { type: 'offered' } },
    ])
    const { body } = await ask()
    expect(body).not.toMatch(/Ada|given_name|claims|txCode/)
    for (const { code } of [waiting, taken]) expect(body).not.toContain(code)
    clock.now += 300
    expect((await listed('?state=expired')).sessions.map(({ id }) => id)).toEqual([waiting.id])
    expect((await listed('?state=offered')).sessions).toEqual([])
  })
})
