/** The seed's experiment, and its cure: two of everything behind a round robin. */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import {
  identityQuery,
  issuanceSteps,
  issue,
  verificationSteps,
  verify,
} from '@countersign/testing/client/flows'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, present, receive } from '@countersign/testing/client/wallet-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { many } from './many.ts'
import { Served } from './served.ts'

const seedsAnswer =
  '{"exception":true,"status":"Not Found","code":"404","message":"No active verification session found by the given id"}'

describe('two verifiers without shared sessions', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster({ ports: 'free', sessions: 'memory', issuers: 1, wallets: 1 })
  })
  afterAll(() => cluster?.stop())

  it("answer for each other's sessions with the seed's 404", async () => {
    const [first, second] = cluster.services.filter((service) => service.service === 'verifier')
    const json = { accept: 'application/json' }
    const started = await postJson(`${first?.url}/openid4vc/verify`, { dcql_query: identityQuery }, json)
    const { id } = started.json() as { id: string }
    const asked = await Promise.all([
      call(`${second?.url}/openid4vc/session/${id}`),
      call(`${second?.url}/openid4vc/request/${id}`),
      postForm(`${second?.url}/openid4vc/verify/${id}`, `state=${id}&vp_token=%7B%7D`),
    ])
    expect(asked.map((answer) => [answer.status, answer.text])).toEqual(asked.map(() => [404, seedsAnswer]))
    expect((await call(`${first?.url}/openid4vc/session/${id}`)).status).toBe(200)
  })

  it('say so: at start, and in /readyz', async () => {
    const ready = await call(`${cluster.urls.verifier}/readyz`)
    expect(ready.text).toContain('a second instance would not find them')
  })
})

describe('two of each on Redis and PostgreSQL', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster({ ports: 'free' })
  })
  afterAll(() => cluster?.stop())

  it('complete 100 verifications, each kind of step on each instance', async () => {
    const held = await issue(cluster.urls.issuer)
    const served = new Served()
    const results = await many(100, 4, () => verify(cluster.urls.verifier, held, { after: served.record }))
    expect(results.every(({ result }) => result['verificationResult'] === true)).toBe(true)
    for (const step of verificationSteps)
      expect(served.instances(step), step).toEqual(['verifier1', 'verifier2'])
  })

  it('complete 100 issuances, each kind of step on each instance', async () => {
    const served = new Served()
    const held = await many(100, 4, () => issue(cluster.urls.issuer, { after: served.record }))
    expect(new Set(held.map(({ credential }) => credential)).size).toBe(100)
    for (const step of issuanceSteps) expect(served.instances(step), step).toEqual(['issuer1', 'issuer2'])
  })

  it("complete the whole walk through the wallets' API, on both wallets", async () => {
    const served = new Served()
    const record = (step: string) => async (send: () => Promise<Answer>) => {
      const answer = await send()
      served.record(step, answer)
      return answer
    }
    await many(20, 2, async () => {
      const user = await newWalletUser(cluster.urls.wallet)
      const order = {
        credentialConfigurationId: identityConfiguration,
        credentialData: { given_name: 'Ada', family_name: 'E' },
      }
      const offer = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order)
      const [credential] = await receive(user, offer.text, record('receive'))
      const request = await postJson(
        `${cluster.urls.verifier}/openid4vc/verify`,
        { dcql_query: identityQuery },
        { successRedirectUri: 'https://app.example/ok?id=$id' },
      )
      const next = await present(user, request.text, [credential?.id ?? ''], record('present'))
      expect(next).toMatch(/^https:\/\/app\.example\/ok\?id=/)
    })
    for (const step of served.steps) expect(served.instances(step), step).toEqual(['wallet1', 'wallet2'])
  })

  it('sign with one key: every instance publishes the same', async () => {
    const issuers = cluster.services.filter((service) => service.service === 'issuer')
    const keys = await Promise.all(issuers.map((service) => call(`${service.url}/.well-known/jwt-vc-issuer`)))
    expect(new Set(keys.map((answer) => answer.text)).size).toBe(1)
    const verifiers = cluster.services.filter((service) => service.service === 'verifier')
    const started = await Promise.all(
      verifiers.map((service) => postJson(`${service.url}/openid4vc/verify`, { dcql_query: identityQuery })),
    )
    const clients = started.map((answer) =>
      new URL(answer.text.replace('openid4vp:', 'http:')).searchParams.get('client_id'),
    )
    expect(new Set(clients).size).toBe(1)
  })
})
