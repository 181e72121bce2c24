/**
 * Our wallet service at our issuer service: each grant at an issuer of each kind, in each format, by the APIs of both. The wallet finds
 * out by itself how this issuer wants to be spoken to.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import type { RunningService } from '@countersign/service/compose/run-service'
import { openAskingPage, press, queryOf } from '@countersign/testing/client/browser-authorization'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { type Answer, call, expectStatus, postJson } from '@countersign/testing/client/http'
import { newWalletUser, openedAt, type WalletUser } from '@countersign/testing/client/wallet-api'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const everything = formatCases.map(({ order }) => order['credentialConfigurationId'])

/** By what their operators demand; `foreign`: of another deployment, which has never heard of our wallets. */
const ISSUERS: Readonly<Record<string, { readonly flags: readonly string[]; readonly foreign?: true }>> = {
  'as it comes': { flags: [] },
  'of another deployment': { flags: [], foreign: true },
  'of one credential at a time': { flags: ['--batchSize=1'] },
  'that takes attested wallets alone': {
    flags: ['--publicClients=false', '--attestationChallenges=required'],
  },
  'that takes attested keys alone': {
    flags: [`--requiredKeyAttestations=${JSON.stringify([{ configurations: everything }])}`],
  },
  'that binds every token, with nonces': {
    flags: ['--dpopNonces=required', '--requireSenderConstraint=true', '--requirePushedRequests=true'],
  },
  'that encrypts': { flags: ['--responseEncryptionRequired=true'] },
}

const TX_CODE = '483921'

const running: RunningService[] = []
const folders: string[] = []
const urls = new Map<string, string>()
let user: WalletUser

beforeAll(async () => {
  const [own = '', other = ''] = await Promise.all(
    ['own', 'other'].map((name) => mkdtemp(join(tmpdir(), `countersign-receptions-${name}-`))),
  )
  folders.push(own, other)
  const names = Object.keys(ISSUERS)
  const [walletPort = 0, ...ports] = await freePorts(1 + names.length)
  const start = (cwd: string, port: number, flags: readonly string[] = []) => ({
    argv: ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`, ...flags],
    env: {},
    cwd,
    defaultPort: port,
  })
  running.push(await startWallet(start(own, walletPort)))
  for (const [at, name] of names.entries()) {
    const { flags = [], foreign } = ISSUERS[name] ?? {}
    const port = ports[at] ?? 0
    running.push(await startIssuer(start(foreign === true ? other : own, port, flags)))
    urls.set(name, `http://localhost:${port}`)
  }
  user = await newWalletUser(`http://localhost:${walletPort}`)
}, 120_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.close()))
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
})

interface Offered {
  readonly id: string
  readonly url: string
}

async function offered(issuer: string, { family, order }: FormatCase, more: object): Promise<Offered> {
  const accept = { accept: 'application/json' }
  const made = await postJson(`${issuer}/openid4vc/${family}/issue`, { ...order, ...more }, accept)
  return expectStatus(made, 200).json() as unknown as Offered
}

function post(exchange: string, verb: string, body: object): Promise<Answer> {
  const at = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/offers/${exchange}/${verb}`
  return postJson(at, body, { authorization: `Bearer ${user.token}` })
}

/** What the wallet shows of the offer in the end. */
type Take = (exchange: string) => Promise<Answer>

const GRANTS: Readonly<Record<string, { readonly more: object; readonly take: Take }>> = {
  'a code': { more: {}, take: (exchange) => post(exchange, 'use', {}) },
  'a code and a transaction code': {
    more: { txCodeValue: TX_CODE },
    take: (exchange) => post(exchange, 'use', { txCode: TX_CODE }),
  },
  'a yes in the browser': {
    more: { authenticationMethod: 'NONE' },
    take: async (exchange) => {
      const away = expectStatus(await post(exchange, 'use', {}), 200).json()
      const { url = '' } = away['authorization'] as { url?: string }
      const query = queryOf(await press(await openAskingPage(url), 'approve'))
      return post(exchange, 'authorized', { query })
    },
  },
}

const ways = Object.keys(ISSUERS).flatMap((issuer) =>
  Object.keys(GRANTS).flatMap((grant) => formatCases.map((one) => [issuer, grant, one.format, one] as const)),
)

describe.each(ways)('at an issuer %s, for %s, %s', (name, grant, _format, one) => {
  it('the wallet has the card, and the issuer hears so', async () => {
    const issuer = urls.get(name) ?? ''
    const { more, take } = GRANTS[grant] ?? expect.fail(grant)
    const { id, url } = await offered(issuer, one, more)
    const taken = expectStatus(await take(await openedAt(user, 'offers', { offer: url })), 200).json()
    expect(taken).toMatchObject({ state: 'used', credentials: [{ format: one.format }] })
    const session = expectStatus(await call(`${issuer}/openid4vc/session/${id}`), 200).json()
    const configurationId = String(one.order['credentialConfigurationId'] as string)
    expect(session).toMatchObject({ state: 'completed', notified: { [configurationId]: 'accepted' } })
  })
})
