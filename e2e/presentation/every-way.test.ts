/**
 * Between our two ends, every way in which a presentation is asked for and answered: each client identifier prefix that a verifier goes by, each
 * response mode, each format (OpenID4VP 1.0 §5.9, §8, appendix B). By the APIs of services as they are, in one process.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { startIssuer } from '@countersign/issuer/main'
import { freePorts } from '@countersign/local-servers/ports'
import {
  PROVABLE_PREFIX_NAMES,
  type ProvablePrefixName,
} from '@countersign/protocol/openid4vp/request/client-id'
import { RESPONSE_MODE_NAMES } from '@countersign/protocol/openid4vp/response/response-modes'
import type { RunningService } from '@countersign/service/compose/run-service'
import { formatCases } from '@countersign/testing/client/formats'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import { requestUri } from '@countersign/testing/client/protocol-wallet'
import { newWalletUser, receive, tryToPresent, type WalletUser } from '@countersign/testing/client/wallet-api'
import { startVerifier } from '@countersign/verifier/main'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const running: RunningService[] = []
const verifiers = new Map<ProvablePrefixName, string>()
/** By format, the id of a credential that the user holds. */
const held = new Map<string, string>()
let folder: string
let user: WalletUser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-every-way-'))
  const [issuer = 0, wallet = 0, ...ports] = await freePorts(2 + PROVABLE_PREFIX_NAMES.length)
  const start = (port: number, ...flags: string[]) => ({
    argv: ['--logLevel=silent', '--senderRequestsPerSecond=0', `--webPort=${port}`, ...flags],
    env: {},
    cwd: folder,
    defaultPort: port,
  })
  running.push(await startIssuer(start(issuer)))
  running.push(await startWallet(start(wallet)))
  for (const [at, prefix] of PROVABLE_PREFIX_NAMES.entries()) {
    const port = ports[at] ?? 0
    // The second mode where a call says nothing.
    const flags = [`--clientIdPrefix=${prefix}`, '--responseMode=direct_post.jwt']
    running.push(await startVerifier(start(port, ...flags)))
    verifiers.set(prefix, `http://localhost:${port}`)
  }
  user = await newWalletUser(`http://localhost:${wallet}`)
  for (const { family, format, order } of formatCases) {
    const offer = await postJson(`http://localhost:${issuer}/openid4vc/${family}/issue`, order)
    const [credential] = await receive(user, expectStatus(offer, 200).text)
    held.set(format, credential?.id ?? '')
  }
}, 60_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.close()))
  await rm(folder, { recursive: true, force: true })
})

interface Asked {
  readonly verifier: string
  readonly query: object
  readonly headers?: Readonly<Record<string, string>>
}

async function asked({ headers, query, verifier }: Asked) {
  const body = { dcql_query: { credentials: [query] } }
  const started = await postJson(`${verifier}/openid4vc/verify`, body, {
    accept: 'application/json',
    ...headers,
  })
  const { id, url } = expectStatus(started, 200).json() as { id: string; url: string }
  const request = decodeJws((await call(requestUri(url))).text, { maxLength: 65_536 })
  return { id, url, payload: request.ok ? request.value.payload : {} }
}

const ways = PROVABLE_PREFIX_NAMES.flatMap((prefix) =>
  RESPONSE_MODE_NAMES.flatMap((mode) => formatCases.map((one) => [prefix, mode, one.format, one] as const)),
)

describe.each(ways)('asked by %s, answered by %s, %s', (prefix, mode, format, one) => {
  it('is verified, and shows what was asked and nothing else', async () => {
    const verifier = verifiers.get(prefix) ?? ''
    const { id, payload, url } = await asked({ verifier, query: one.query, headers: { responsemode: mode } })
    expect(payload).toMatchObject({ response_mode: mode, client_id: expect.stringMatching(`^${prefix}:`) })
    await tryToPresent(user, url, [held.get(format) ?? ''])
    const result = (await call(`${verifier}/openid4vc/session/${id}`)).json()
    expect(result).toMatchObject({ state: 'verified', credentials: [{ format, claims: one.seen }] })
    const text = JSON.stringify(result['credentials'])
    for (const secret of one.withheld) expect(text).not.toContain(secret)
  })
})

it('is answered as the verifier is configured where a call says nothing', async () => {
  const [one] = formatCases
  for (const verifier of verifiers.values()) {
    const { payload } = await asked({ verifier, query: one?.query ?? {} })
    expect(payload['response_mode']).toBe('direct_post.jwt')
  }
})

it.each(['query', 'fragment', 'form_post', 'DIRECT_POST', ''])(
  'is not answered by %j, which says so',
  async (mode) => {
    const [verifier = ''] = verifiers.values()
    const body = { dcql_query: { credentials: [formatCases[0]?.query] } }
    const started = await postJson(`${verifier}/openid4vc/verify`, body, { responsemode: mode })
    expect(started.status).toBe(400)
    expect(started.text).toContain('direct_post, direct_post.jwt')
  },
)
