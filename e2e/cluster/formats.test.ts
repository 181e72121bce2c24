/**
 * The whole walk with each format, through the wallets' API and two instances of everything; and what becomes of a
 * credential that is revoked, suspended, of unknown status, or of an issuer whom nobody vouches for: each is reported
 * as that and nothing else.
 */

import { RECEIVED } from '@countersign/core/size-limits'
import { type Cluster, startCluster } from '@countersign/countersign/cluster/start-cluster'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import {
  POSTED_MODE_NAMES,
  type ResponseModeName,
} from '@countersign/protocol/openid4vp/response/response-modes'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import { offerUri } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive, tryToPresent, type WalletUser } from '@countersign/testing/client/wallet-api'
import { strangersKey } from '@countersign/testing/people/stranger'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portraitCases } from './portraits.ts'
import { Served } from './served.ts'

let cluster: Cluster
let user: WalletUser
const served = new Served()
beforeAll(async () => {
  // Verifiers keep a list for as long as it says: a second, so that a change is seen within the test.
  cluster = await startCluster({ ports: 'free', flags: { issuer: ['--statusListTtlSeconds=1'] } })
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
  readonly id: string
  readonly state: string
  /** There once it is decided. */
  readonly verificationResult?: boolean
  readonly checks?: readonly Check[]
  readonly credentials: readonly unknown[]
  readonly attempts?: readonly { readonly kind: string; readonly checks?: readonly Check[] }[]
  readonly missing?: readonly Pick<Check, 'name'>[]
}

/** Presents the credential and reads the result, whatever it is. */
async function verify(
  { query }: FormatCase,
  credentialId: string,
  responseMode: ResponseModeName = 'direct_post',
): Promise<Result> {
  const started = await postJson(
    `${cluster.urls.verifier}/openid4vc/verify`,
    { dcql_query: { credentials: [query] } },
    { accept: 'application/json', responsemode: responseMode },
  )
  const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
  await tryToPresent(user, url, [credentialId])
  return (await call(`${cluster.urls.verifier}/openid4vc/session/${id}`)).json() as unknown as Result
}

/** The checks that are neither passed nor skipped. */
function objections({ checks = [] }: Pick<Result, 'checks'>): readonly string[] {
  return checks
    .filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
    .map(({ name, outcome }) => `${name} ${outcome}`)
}

it('is walked with every format that comes with Countersign', () => {
  const walked = formatCases.map(({ format }) => format)
  expect(walked.toSorted()).toEqual(ALL_FORMATS.map(({ id }) => id).toSorted())
})

describe.each(formatCases.map((one) => [one.format, one] as const))('%s', (_format, one) => {
  it.each(POSTED_MODE_NAMES)(
    'is issued, held, verified by %s, and shows what was asked and nothing else',
    async (mode) => {
      for (let turn = 0; turn < 2; turn++) {
        const offered = await offer(one)
        served.record('offer', offered)
        const [credential] = await receive(user, offered.text)
        const result = await verify(one, credential?.id ?? '', mode)
        expect(objections(result)).toEqual([])
        expect(result.verificationResult).toBe(true)
        expect(result.credentials).toMatchObject([{ format: one.format, claims: one.seen }])
        const text = JSON.stringify(result.credentials)
        for (const secret of one.withheld) expect(text).not.toContain(secret)
      }
    },
  )

  it('of an issuer whom nobody vouches for is refused for that alone, and decides nothing', async () => {
    const offered = await offer(one, await strangersKey(one.format))
    const [credential] = await receive(user, offered.text)
    const result = await verify(one, credential?.id ?? '')
    expect(result).toMatchObject({ state: 'requested', attempts: [{ kind: 'stranger' }] })
    expect(result).not.toHaveProperty('verificationResult')
    expect(objections(result.attempts?.[0] ?? {})).toEqual(['issuer_trust failed'])
  })
})

const pictured = portraitCases.filter(({ format }) =>
  ['dc+sd-jwt', 'mso_mdoc', 'jwt_vc_json'].includes(format),
)

it.each(pictured.map((one) => [one.format, one] as const))(
  'a portrait of 900 kB in %s is issued, held, shown and verified, and seen by who follows',
  async (_format, one) => {
    const [credential] = await receive(user, (await offer(one)).text)
    expect(credential?.document.length).toBeLessThan(RECEIVED.credential)
    const result = await verify(one, credential?.id ?? '')
    expect(objections(result)).toEqual([])
    // As text: a difference would be printed whole.
    const seen = `"portrait":"${one.portrait}"`
    expect(JSON.stringify(result.credentials).includes(seen)).toBe(true)
    const followed = await call(`${cluster.urls.verifier}/openid4vc/session/${result.id}/events`)
    expect(followed.text.includes(seen)).toBe(true)
  },
)

// Each waits for its own list, so all wait together.
describe.concurrent.each(formatCases.map((one) => [one.format, one] as const))(
  'the status of %s',
  (_format, one) => {
    // Data model 1.1 has one status, which is revocation.
    const turns = one.format === 'jwt_vc_json' ? ['valid'] : ['valid', 'suspended', 'valid']

    it(`is ${turns.join(', ')} and revoked, and nothing else changes`, async () => {
      const offered = await offer(one)
      const [credential] = await receive(user, offered.text)
      const id = await issuedId(offered.text)
      const seen: string[] = []
      for (const status of [...turns, 'revoked']) {
        await setStatus(id, status)
        const result = await verifyAfterChange(one, credential?.id ?? '', status)
        seen.push(`${result.verificationResult}: ${objections(result).join()} ${statusDetail(result)}`)
      }
      const valid = expect.stringMatching(/^true: {2}valid, list \d+ s old$/)
      expect(seen).toEqual([
        ...turns.map((status) => (status === 'valid' ? valid : 'false: status failed suspended')),
        'false: status failed revoked',
      ])
      for (const status of ['valid', 'suspended']) expectStatus(await changeStatus(id, status), 409)
    })
  },
)

async function issuedId(offerUrl: string): Promise<string> {
  const sessionId = new URL(offerUri(offerUrl)).searchParams.get('id')
  const listed = await call(`${cluster.urls.issuer}/openid4vc/credentials?sessionId=${sessionId}`)
  const [issued] = JSON.parse(expectStatus(listed, 200).text) as { id: string }[]
  if (issued === undefined) throw new Error(`nothing was issued: ${listed.text}`)
  return issued.id
}

function changeStatus(id: string, status: string): Promise<Answer> {
  return postJson(`${cluster.urls.issuer}/openid4vc/credentials/${id}/status`, { status })
}

async function setStatus(id: string, status: string): Promise<void> {
  expectStatus(await changeStatus(id, status), 200)
}

/** A change is seen once the other issuer looked and the verifiers' copy is over: a few seconds. */
function verifyAfterChange(one: FormatCase, credentialId: string, status: string): Promise<Result> {
  return eventually(`${one.format} is ${status}`, async () => {
    const result = await verify(one, credentialId)
    return statusDetail(result).startsWith(status) ? result : undefined
  })
}

function statusDetail({ checks = [] }: Result): string {
  return checks.find(({ name }) => name === 'status')?.detail ?? ''
}

it('was offered by both issuers', () => {
  expect(served.instances('offer')).toEqual(['issuer1', 'issuer2'])
})

describe('when no list can be had', () => {
  it('an answer in every format is taken, and waits for its status alone', async () => {
    const held: string[] = []
    for (const one of formatCases) {
      const [credential] = await receive(user, (await offer(one)).text)
      held.push(credential?.id ?? '')
    }
    const of = (service: string) => cluster.services.filter((one) => one.service === service)
    await Promise.all(of('issuer').map((service) => service.kill('SIGKILL')))
    // With their copies of lists gone, too.
    await Promise.all(of('verifier').map((service) => service.restart()))
    // Each look for a list takes its three seconds, so all look together.
    const results = await Promise.all(formatCases.map((one, at) => verify(one, held[at] ?? '')))
    for (const result of results) {
      expect(result).toMatchObject({ state: 'answered', missing: [{ name: 'status' }] })
      expect(result.missing).toHaveLength(1)
      expect(result).not.toHaveProperty('verificationResult')
      expect(result).not.toHaveProperty('credentials')
    }
  })
})
