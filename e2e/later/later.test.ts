/** Our wallet and our issuer, that encrypt what they say to each other, about a card that somebody has to agree to first. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { identityConfiguration, identityType } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, type WalletUser } from '@countersign/testing/client/wallet-api'
import { eventually } from '@countersign/testing/time/eventually'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const order = {
  credentialConfigurationId: identityConfiguration,
  credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
}

let folder: string
let wallet: RunningService
let walletUrl: string
let user: WalletUser
const issuers: RunningService[] = []

const start = (port: number, ...flags: string[]) => ({
  argv: ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`, ...flags],
  env: {},
  cwd: folder,
  defaultPort: port,
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-later-'))
  const [port = 0] = await freePorts(1)
  wallet = await startWallet(start(port))
  walletUrl = `http://localhost:${port}`
  user = await newWalletUser(walletUrl)
})
afterEach(() => Promise.all(issuers.splice(0).map((issuer) => issuer.close())))
afterAll(async () => {
  await wallet.close()
  await rm(folder, { recursive: true })
})

async function issuerWith(...flags: string[]): Promise<string> {
  const [port = 0] = await freePorts(1)
  issuers.push(await startIssuer(start(port, ...flags)))
  return `http://localhost:${port}`
}

async function offered(issuer: string, more: object = {}): Promise<{ id: string; url: string }> {
  const accept = { accept: 'application/json' }
  const answer = await postJson(`${issuer}/openid4vc/sdjwt/issue`, { ...order, ...more }, accept)
  return expectStatus(answer, 200).json() as unknown as { id: string; url: string }
}

const ofWallet = (what: string) => `${walletUrl}/wallet-api/wallet/${user.wallet}/${what}`
const headers = () => ({ authorization: `Bearer ${user.token}` })

interface Preview {
  readonly id: string
  readonly state: string
  readonly deferred?: readonly { readonly id: string; readonly state: string; readonly unissued?: object }[]
  readonly result?: { readonly credentials: readonly { readonly type: string }[] }
}

async function taken(offer: string): Promise<Preview> {
  const opened = await postJson(ofWallet('exchange/offers'), { offer }, headers())
  const { id } = expectStatus(opened, 201).json() as unknown as Preview
  const used = await postJson(ofWallet(`exchange/offers/${id}/use`), {}, headers())
  return expectStatus(used, 200).json() as unknown as Preview
}

async function viewed(id: string): Promise<Preview> {
  const answer = await call(ofWallet(`exchange/offers/${id}`), { headers: headers() })
  return expectStatus(answer, 200).json() as unknown as Preview
}

async function toldOf(issuer: string, id: string): Promise<string | undefined> {
  const session = (await call(`${issuer}/openid4vc/session/${id}`)).json()
  const { notified = {} } = session as { notified?: Record<string, string> }
  return notified[identityConfiguration]
}

describe.each([
  ['encrypts nothing that it need not', []],
  ['takes encrypted requests alone', ['--requestEncryptionRequired=true']],
  ['gives encrypted answers alone', ['--responseEncryptionRequired=true']],
] as const)('an issuer that %s', (_what, flags) => {
  it('gives a card at once', async () => {
    const issuer = await issuerWith(...flags)
    const { url } = await offered(issuer)
    expect(await taken(url)).toMatchObject({
      state: 'used',
      result: { credentials: [{ type: identityType }] },
    })
  })

  it('gives a card when somebody has agreed, and hears that it came', async () => {
    const issuer = await issuerWith(...flags)
    const { id, url } = await offered(issuer, { issuanceType: 'DEFERRED' })
    const exchange = await taken(url)
    expect(exchange).toMatchObject({ state: 'waiting', deferred: [{ state: 'waiting' }] })
    const decision = { credentialConfigurationId: identityConfiguration, decision: 'approve' }
    expectStatus(await postJson(`${issuer}/openid4vc/session/${id}/deferred`, decision), 200)
    await eventually('it came', async () => (await viewed(exchange.id)).state === 'used')
    expect(await viewed(exchange.id)).toMatchObject({ result: { credentials: [{ type: identityType }] } })
    await eventually('the issuer heard it', async () => (await toldOf(issuer, id)) === 'accepted')
  })
})
