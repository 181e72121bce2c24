/** Redis goes away and comes back, or loses everything: clear answers, nothing hangs, no restart is needed. */

import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { startRedis } from '@countersign/local-servers/redis-server'
import { claims, identityQuery, issue, verify } from '@countersign/testing/client/flows'
import { type Answer, call, postForm, postJson } from '@countersign/testing/client/http'
import {
  answerBody,
  type Held,
  identityConfiguration,
  keyProof,
  offerUri,
  readOffer,
  readRequest,
  requestCredential,
  requestNonce,
  requestToken,
  requestUri,
} from '@countersign/testing/client/protocol-wallet'
import { newKey } from '@countersign/testing/people/keys'
import { expectTook } from '@countersign/testing/time/takes-at-most'
import { createClient } from '@redis/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let cluster: Cluster
let held: Held
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free', wallets: 0 })
  held = await issue(cluster.urls.issuer)
})
afterAll(() => cluster?.stop())

function direct(service: 'issuer' | 'verifier'): string {
  return cluster.services.find((one) => one.service === service)?.url ?? ''
}

async function timed(send: () => Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const begin = performance.now()
  const answer = await send()
  return { answer, ms: performance.now() - begin }
}

describe('Redis stopped', () => {
  it('is a 503 with Retry-After within two seconds, and works again without a restart when it is back', async () => {
    const { redis } = cluster
    if (redis === undefined) throw new Error('this cluster has Redis')
    await redis.stop()
    const requests = [
      () => postJson(`${direct('verifier')}/openid4vc/verify`, { dcql_query: identityQuery }),
      () => call(`${direct('verifier')}/openid4vc/session/${'x'.repeat(22)}`),
      () => postForm(`${direct('verifier')}/openid4vc/verify/${'x'.repeat(22)}`, 'state=x'),
      () =>
        postJson(`${direct('issuer')}/openid4vc/sdjwt/issue`, {
          credentialConfigurationId: identityConfiguration,
          credentialData: claims,
        }),
      () => call(`${direct('issuer')}/credentialOffer?id=${'x'.repeat(22)}`),
    ]
    for (const send of requests) {
      const { answer, ms } = await timed(send)
      expect([answer.status, answer.headers.get('retry-after')], answer.text).toEqual([503, '1'])
      await expectTook(ms, 2000)
    }
    const ready = await timed(() => call(`${direct('verifier')}/readyz`))
    expect(ready.answer.status).toBe(503)
    expect((await call(`${direct('verifier')}/livez`)).status).toBe(200)

    const again = await startRedis({ port: redis.port })
    try {
      await expect.poll(async () => (await call(`${cluster.urls.issuer}/readyz`)).status).toBe(200)
      await expect.poll(async () => (await call(`${cluster.urls.verifier}/readyz`)).status).toBe(200)
      const fresh = await issue(cluster.urls.issuer)
      expect((await verify(cluster.urls.verifier, fresh)).result['verificationResult']).toBe(true)
      // The keys are those of before: what was issued then is still believed.
      expect((await verify(cluster.urls.verifier, held)).result['verificationResult']).toBe(true)
      await emptiedInMidFlow(again.url)
    } finally {
      await again.stop()
    }
  })
})

/** In the same Redis: an issuance and a verification have begun when everything in it is gone. */
async function emptiedInMidFlow(redisUrl: string): Promise<void> {
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const offered = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order)
  const offer = readOffer((await call(offerUri(offered.text))).json())
  const withToken = await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order)
  const second = readOffer((await call(offerUri(withToken.text))).json())
  const accessToken = String((await requestToken(second, {})).json()['access_token'])
  const nonce = String((await requestNonce(second.issuer)).json()['c_nonce'])
  const started = await postJson(`${cluster.urls.verifier}/openid4vc/verify`, { dcql_query: identityQuery })
  const request = readRequest((await call(requestUri(started.text))).text)

  const client = await createClient({ url: redisUrl }).connect()
  await client.flushAll()
  client.destroy()

  const token = await requestToken(offer, {})
  expect([token.status, token.json()['error']]).toEqual([400, 'invalid_grant'])
  const proof = await keyProof(second.issuer, nonce, newKey())
  const credential = await requestCredential(
    second.issuer,
    {},
    { accessToken, configurationId: identityConfiguration, proof },
  )
  expect([credential.status, credential.json()['error']]).toEqual([401, 'invalid_token'])
  const body = await answerBody(request, held, [['given_name'], ['family_name']])
  const answered = await postForm(request.responseUri, body)
  expect([answered.status, answered.json()['message']]).toEqual([
    404,
    'No active verification session found by the given id',
  ])
  expect(
    (await verify(cluster.urls.verifier, await issue(cluster.urls.issuer))).result['verificationResult'],
  ).toBe(true)
}
