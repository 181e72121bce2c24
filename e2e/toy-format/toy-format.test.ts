/**
 * One more format is a folder and an entry in the list that services are built with: what is in this folder is issued,
 * held, shown, verified, suspended and revoked by the services as they are, through their own HTTP.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@countersign/catalogue/catalogue'
import { completeType, type WrittenType } from '@countersign/catalogue/written-type'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { describeFormat } from '@countersign/credential/contract/format.contract'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { offerUri } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive, tryToPresent, type WalletUser } from '@countersign/testing/client/wallet-api'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import { eventually } from '@countersign/testing/time/eventually'
import { startVerifier } from '@countersign/verifier/main'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toy } from './toy-format.ts'

const TYPE = 'urn:example:toy-badge:1'

const written = {
  name: 'ToyBadge',
  id: 'toy_badge',
  formats: { [toy.id]: TYPE },
  label: { en: 'Toy badge' },
  description: { en: 'A badge of a club of toys' },
  card: { background: '#123456', text: '#ffffff', foot: ['member_name'] },
  claims: {
    member_name: {
      label: { en: 'Member' },
      value: 'text',
      sensitivity: 'personal',
      purposes: ['admission'],
      mandatory: true,
      sd: 'never',
    },
  },
  example: { member_name: 'Teddy' },
} as const satisfies WrittenType

const formats = [...ALL_FORMATS, toy]
const running: RunningService[] = []
let folder: string
let urls: Record<'issuer' | 'verifier' | 'wallet', string>
let user: WalletUser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-toy-'))
  const [issuer = 0, verifier = 0, wallet = 0] = await freePorts(3)
  const start = (port: number, ...flags: string[]) => ({
    argv: ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`, ...flags],
    env: {},
    cwd: folder,
    defaultPort: port,
  })
  const { mistakes, type: toyBadge } = completeType(written)
  expect(mistakes).toEqual([])
  const types = [...catalogue, toyBadge]
  running.push(await startIssuer(start(issuer, '--statusListTtlSeconds=1'), formats, types))
  running.push(await startVerifier(start(verifier), formats))
  running.push(await startWallet(start(wallet), formats))
  const at = (port: number) => `http://localhost:${port}`
  urls = { issuer: at(issuer), verifier: at(verifier), wallet: at(wallet) }
  user = await newWalletUser(urls.wallet)
})

afterAll(async () => {
  await Promise.all(running.map((service) => service.close()))
  await rm(folder, { recursive: true })
})

interface Result {
  readonly verificationResult: boolean
  readonly checks: readonly { readonly name: string; readonly outcome: string; readonly detail?: string }[]
  readonly credentials: readonly unknown[]
}

async function offered(): Promise<string> {
  const order = { credentialConfigurationId: 'toy_badge_toy', credentialData: written.example }
  return expectStatus(await postJson(`${urls.issuer}/openid4vc/sdjwt/issue`, order), 200).text
}

/** The names of checks that did not pass, with what they say. */
async function verified(body: object, credentialId: string): Promise<Result> {
  const accept = { accept: 'application/json' }
  const started = expectStatus(await postJson(`${urls.verifier}/openid4vc/verify`, body, accept), 200)
  const { id, url } = started.json() as { id: string; url: string }
  await tryToPresent(user, url, [credentialId])
  return (await call(`${urls.verifier}/openid4vc/session/${id}`)).json() as unknown as Result
}

const query = {
  id: 'badge',
  format: toy.id,
  meta: { vct_values: [TYPE] },
  claims: [{ path: ['member_name'] }],
}

it('a credential of it is issued, held, shown and verified, and lives as long as the format says', async () => {
  const [held] = await receive(user, await offered())
  expect(held?.document).toMatch(/^toy\.ey/)
  const result = await verified({ dcql_query: { credentials: [query] } }, held?.id ?? '')
  const open = result.checks.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
  expect(open).toEqual([])
  expect(result.verificationResult).toBe(true)
  expect(result.credentials).toMatchObject([{ format: toy.id, claims: { member_name: 'Teddy' } }])
  const payload = JSON.parse(
    Buffer.from(held?.document.split('.')[2] ?? '', 'base64url').toString('utf8'),
  ) as { iat: number; exp: number }
  expect(Math.round((payload.exp - payload.iat) / 86_400)).toBe(toy.defaultLifetimeDays)
})

it("is asked for in walt.id's words of its family, too", async () => {
  const [held] = await receive(user, await offered())
  const body = { request_credentials: [{ format: toy.id, vct: TYPE, claims: [{ path: ['member_name'] }] }] }
  expect((await verified(body, held?.id ?? '')).verificationResult).toBe(true)
})

it('is named in what issuer and verifier publish of themselves', async () => {
  const metadata = await call(`${urls.issuer}/.well-known/openid-credential-issuer`)
  expect(expectStatus(metadata, 200).json()['credential_configurations_supported']).toMatchObject({
    toy_badge_toy: { format: toy.id, vct: TYPE, cryptographic_binding_methods_supported: ['jwk'] },
  })
})

it('is looked at by people under the labels of its type', async () => {
  const [held] = await receive(user, await offered())
  const headers = { authorization: `Bearer ${user.token}` }
  const url = `${user.url}/wallet-api/wallet/${user.wallet}/credentials/${held?.id}/view`
  expect(expectStatus(await call(url, { headers }), 200).json()).toMatchObject({
    title: 'Toy badge',
    claims: [{ label: 'Member', value: 'Teddy' }],
  })
})

it('a credential of it has a place in the list that its format asks for, and is suspended and revoked there', async () => {
  const offer = await offered()
  const [held] = await receive(user, offer)
  const sessionId = new URL(offerUri(offer)).searchParams.get('id')
  const listed = await call(`${urls.issuer}/openid4vc/credentials?sessionId=${sessionId}`)
  const [issued] = JSON.parse(expectStatus(listed, 200).text) as { id: string }[]
  for (const status of ['suspended', 'valid', 'revoked']) {
    const change = `${urls.issuer}/openid4vc/credentials/${issued?.id}/status`
    expectStatus(await postJson(change, { status }), 200)
    const seen = await eventually(`a toy is ${status}`, async () => {
      const { checks } = await verified({ dcql_query: { credentials: [query] } }, held?.id ?? '')
      const found = checks.find(({ name }) => name === 'status')
      return found?.detail?.startsWith(status) ? found : undefined
    })
    expect(seen.outcome).toBe(status === 'valid' ? 'passed' : 'failed')
  }
})

describeFormat('the toy format', toy, () => {
  const [issuer, holder] = [makeSigner(), makeSigner()]
  const now = 1_780_000_000
  const claims = { member_name: 'Teddy', colour: 'brown' }
  return {
    crypto: nodeEngine,
    issue: {
      type: TYPE,
      claims,
      selectivelyDisclosable: [],
      holderKey: holder.publicJwk,
      signer: issuer,
      issuer: 'https://issuer.example',
      issuedAt: now,
      expiresAt: now + 86_400,
    },
    holder,
    stranger: makeSigner(),
    verify: {
      binding: { audience: 'origin:https://verifier.example', nonce: 'n-0S6_WzA2Mj' },
      now,
      skewSeconds: 60,
      bindingWindowSeconds: 300,
      trust: async () => ({ ok: true, value: { key: issuer.publicJwk, anchor: 'Toys' } }),
    },
    shown: 'member_name',
    withheld: 'colour',
    showsEverything: true,
    matchingMeta: { vct_values: [TYPE] },
    otherMeta: { vct_values: ['urn:example:other'] },
  }
})
