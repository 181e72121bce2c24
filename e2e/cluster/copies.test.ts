/** A card with ten copies, shown by two wallets to one verifier: nobody can tell that it is the same card until all are seen. */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { claims, identityQuery } from '@countersign/testing/client/flows'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, present, receive, type WalletUser } from '@countersign/testing/client/wallet-api'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let cluster: Cluster

const TIMES = { batch: 10, shown: 11 }

/** On an instance each, in turn. */
function onBoth(user: WalletUser, turn: number): WalletUser {
  const wallets = cluster.services.filter(({ service }) => service === 'wallet')
  return { ...user, url: wallets[turn % wallets.length]?.url ?? user.url }
}

async function received(): Promise<{ user: WalletUser; id: string }> {
  const user = await newWalletUser(cluster.urls.wallet)
  const order = { credentialConfigurationId: identityConfiguration, credentialData: claims }
  const offer = expectStatus(await postJson(`${cluster.urls.issuer}/openid4vc/sdjwt/issue`, order), 200)
  const [credential] = await receive(user, offer.text)
  return { user, id: credential?.id ?? '' }
}

async function copiesLeft({ token, url, wallet }: WalletUser, id: string) {
  const headers = { authorization: `Bearer ${token}` }
  const path = `${url}/wallet-api/wallet/${wallet}/credentials/${encodeURIComponent(id)}`
  return expectStatus(await call(path, { headers }), 200).json()['copies'] as {
    unused: number
    total: number
  }
}

/** What the verifier could know it again by: the holder's key, and the digests of what was withheld, which salts make. */
async function traces(
  user: WalletUser,
  id: string,
): Promise<{ readonly key: string; readonly digests: readonly string[] }> {
  const begun = await postJson(
    `${cluster.urls.verifier}/openid4vc/verify`,
    { dcql_query: identityQuery, keepPresentations: true },
    { accept: 'application/json' },
  )
  const { id: session, url: request } = expectStatus(begun, 200).json() as { id: string; url: string }
  await present(user, request, [id])
  const at = `${cluster.urls.verifier}/openid4vc/session/${session}`
  expect(expectStatus(await call(at), 200).json()['verificationResult']).toBe(true)
  const kept = expectStatus(await call(`${at}/presented-credentials?viewMode=verbose`), 200).text
  const key = /"cnf":\{"jwk":\{[^}]*"x":"([^"]+)"/.exec(kept)?.[1] ?? ''
  const digests = /"_sd":\[([^\]]*)\]/.exec(kept)?.[1]?.split(',') ?? []
  return { key, digests }
}

describe('a card with copies', () => {
  beforeAll(async () => {
    cluster = await startCluster({ ports: 'free', issuers: 1, verifiers: 1, wallets: 2 })
  })
  afterAll(() => cluster?.stop())

  it('is another one for whoever sees it, ten times, and then the first again', async () => {
    const { id, user } = await received()
    expect(await copiesLeft(user, id)).toEqual({ unused: TIMES.batch, total: TIMES.batch })
    const seen: Awaited<ReturnType<typeof traces>>[] = []
    for (let turn = 0; turn < TIMES.shown; turn++) seen.push(await traces(onBoth(user, turn), id))
    const keys = seen.map(({ key }) => key)
    expect(keys).not.toContain('')
    expect(new Set(keys.slice(0, TIMES.batch)).size).toBe(TIMES.batch)
    expect(keys.slice(0, TIMES.batch)).toContain(keys[TIMES.batch])
    const digests = seen.slice(0, TIMES.batch).flatMap((one) => one.digests)
    expect(digests.length).toBeGreaterThan(TIMES.batch)
    expect(new Set(digests).size).toBe(digests.length)
    expect(await copiesLeft(user, id)).toEqual({ unused: 0, total: TIMES.batch })
    const headers = { authorization: `Bearer ${user.token}` }
    const refresh = `${user.url}/wallet-api/wallet/${user.wallet}/credentials/${encodeURIComponent(id)}/refresh`
    expectStatus(await call(refresh, { method: 'POST', headers }), 409)
  })
})

describe('a card whose issuer gives a refresh token', () => {
  beforeAll(async () => {
    const flags = { issuer: ['--refreshTokenTtlSeconds=3600'] }
    cluster = await startCluster({ ports: 'free', issuers: 2, verifiers: 1, wallets: 2, flags })
  })
  afterAll(() => cluster?.stop())

  it('has new copies before they are all seen, and is issued anew when its holder wants it', async () => {
    const { id, user } = await received()
    const keys: string[] = []
    for (let turn = 0; turn < 7; turn++) keys.push((await traces(onBoth(user, turn), id)).key)
    await eventually('there are more', async () => (await copiesLeft(user, id)).unused === 13)
    for (let turn = 0; turn < 8; turn++) keys.push((await traces(onBoth(user, turn), id)).key)
    expect(new Set(keys).size).toBe(15)
    const { token, wallet } = user
    const headers = { authorization: `Bearer ${token}` }
    const path = `/wallet-api/wallet/${wallet}/credentials/${encodeURIComponent(id)}/refresh`
    const anew = expectStatus(await call(user.url + path, { method: 'POST', headers }), 200).json()
    expect(anew).toMatchObject({ id, copies: { unused: TIMES.batch, total: TIMES.batch } })
  })
})
