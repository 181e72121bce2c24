/** The seed's experiment, and its cure: two of everything behind a round robin. */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  makeRequestKey,
  openRequestObject,
  writeRequestEncryption,
} from '@countersign/protocol/openid4vp/request/request-encryption'
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
import { eventually } from '@countersign/testing/time/eventually'
import { takesAtMost } from '@countersign/testing/time/takes-at-most'
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

  it('list the sessions of both: all pages together have each once, whoever answers', async () => {
    const listed: string[] = []
    const served = new Set<string>()
    for (let before = ''; before !== 'end'; ) {
      const query = before === '' ? 'limit=30' : `limit=30&before=${before}`
      const answer = await call(`${cluster.urls.verifier}/openid4vc/sessions?${query}`)
      served.add(answer.instance)
      const page = answer.json() as { sessions: { id: string }[]; next?: string }
      listed.push(...page.sessions.map(({ id }) => id))
      before = page.next ?? 'end'
    }
    // A hundred verifications, twenty of the wallets' and one started at each verifier.
    expect([listed.length, new Set(listed).size]).toEqual([122, 122])
    expect([...served].toSorted()).toEqual(['verifier1', 'verifier2'])
    const verified = await call(`${cluster.urls.verifier}/openid4vc/sessions?state=verified&limit=100`)
    expect((verified.json() as { sessions: unknown[] }).sessions).toHaveLength(100)
  })

  it('hand out one request at either verifier, encrypted for whichever wallet fetches it', async () => {
    const verifiers = cluster.services.filter((service) => service.service === 'verifier')
    const json = { accept: 'application/json' }
    const started = await postJson(
      `${verifiers[0]?.url}/openid4vc/verify`,
      { dcql_query: identityQuery },
      json,
    )
    const { id } = started.json() as { id: string }
    const read = verifiers.map(async ({ url }) => {
      const key = await makeRequestKey({ crypto: nodeCrypto, jwe: joseJwe })
      const form = new URLSearchParams({ wallet_metadata: JSON.stringify(writeRequestEncryption(key)) })
      const sent = await postForm(`${url}/openid4vc/request/${id}`, form.toString())
      const opened = await openRequestObject(sent.text, key, joseJwe)
      const signed = decodeJws(opened.ok && sent.text.split('.').length === 5 ? opened.value : '')
      return signed.ok && { x5c: signed.value.header['x5c'], nonce: signed.value.payload['nonce'] }
    })
    const [first, second] = await Promise.all(read)
    expect(first).toMatchObject({ nonce: expect.any(String) })
    expect(second).toEqual(first)
  })

  it('know of each other, count together, and miss one that is killed within 15 seconds', async () => {
    const seenBy = async (service: string) => {
      const { instances } = (await call(`${service}/cluster/instances`)).json() as {
        instances: { instance: string }[]
      }
      return instances.map(({ instance }) => instance)
    }
    const everybody = ['issuer1', 'issuer2', 'verifier1', 'verifier2', 'wallet1', 'wallet2']
    for (const url of [cluster.urls.wallet, cluster.urls.issuer, cluster.urls.verifier])
      expect(await seenBy(url)).toEqual(everybody)
    const entered = async () => {
      const counts = (await call(`${cluster.urls.issuer}/cluster/counts`)).json() as {
        sessions: { kind: string; entered: Record<string, number> }[]
      }
      return new Map(counts.sessions.map(({ kind, entered: states }) => [kind, states]))
    }
    // A figure is told within five seconds. One credential was issued for all verifications.
    await eventually('all is counted', async () => {
      const counts = await entered()
      return counts.get('verification')?.['created'] === 123 && counts.get('issuance')?.['completed'] === 121
    })
    const killed = cluster.services.find(({ name }) => name === 'verifier2')
    if (killed === undefined) throw new Error('no verifier2')
    await killed.kill('SIGKILL')
    await takesAtMost(15_000, () =>
      eventually('it is gone', async () => !(await seenBy(cluster.urls.issuer)).includes('verifier2')),
    )
    expect((await entered()).get('verification')?.['created']).toBe(123)
    await killed.restart()
    await eventually('it is back', async () => (await seenBy(cluster.urls.issuer)).includes('verifier2'))
    expect((await entered()).get('verification')?.['created']).toBe(123)
  })
})
