/**
 * Our wallet at an issuer that is made of other people's libraries: by a code, with a transaction code, and over a page, in a batch, later, and
 * as a client that is attested. The library reads and judges every message (OpenID4VCI 1.0 §4-§8; RFC 7636, RFC 9126, RFC 9207, RFC 9449).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@countersign/local-servers/ports'
import { call, expectStatus, postJson } from '@countersign/testing/client/http'
import {
  credentialsOf,
  newWalletUser,
  openedAt,
  type WalletUser,
} from '@countersign/testing/client/wallet-api'
import { eventually } from '@countersign/testing/time/eventually'
import { startWallet } from '@countersign/wallet/main'
import { setGlobalConfig } from '@openid4vc/oauth2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CONFIGURATION, type LibraryIssuer, startLibraryIssuer } from './library-issuer.testing.ts'

let folder: string
let wallet: { readonly url: string; close(): Promise<unknown> }
let user: WalletUser
let issuer: LibraryIssuer

beforeAll(async () => {
  // Its schemas want https otherwise.
  setGlobalConfig({ allowInsecureUrls: true })
  folder = await mkdtemp(join(tmpdir(), 'countersign-receiving-'))
  const port = await freePort()
  const argv = ['--logLevel=silent', `--webPort=${port}`, '--webWalletUrl=http://localhost:7101']
  const running = await startWallet({ argv, env: {}, cwd: folder, defaultPort: port })
  wallet = { url: `http://localhost:${port}`, close: () => running.close() }
}, 60_000)
afterAll(async () => {
  await wallet?.close()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  user = await newWalletUser(wallet.url)
})
afterEach(async () => {
  await issuer?.close()
  // Whatever it had against a request of ours would be a fault of ours.
  expect(issuer.faults).toEqual([])
})

function post(exchange: string, verb: string, body: object) {
  const at = `${user.url}/wallet-api/wallet/${user.wallet}/exchange/offers/${exchange}/${verb}`
  return postJson(at, body, { authorization: `Bearer ${user.token}` })
}

async function used(offer: object, more: object = {}): Promise<Record<string, unknown>> {
  const exchange = await openedAt(user, 'offers', { offer })
  return expectStatus(await post(exchange, 'use', more), 200).json()
}

function paths(): readonly string[] {
  return issuer.asked.map(({ path }) => path)
}

describe('an issuer made of @openid4vc', () => {
  it.each([
    ['a code', undefined],
    ['a code and a transaction code', '4711'],
  ])('gives a card for %s', async (_name, txCode) => {
    issuer = await startLibraryIssuer()
    const done = await used(await issuer.preAuthorizedOffer(txCode), txCode === undefined ? {} : { txCode })
    expect(done['state']).toBe('used')
    expect(await credentialsOf(user)).toHaveLength(1)
    expect(paths()).toEqual(['/token', 'token of the request', '/credential'])
    expect(issuer.asked.at(-1)?.read).toMatchObject({ credentialConfigurationId: CONFIGURATION })
    expect(issuer.asked[1]?.read).toMatchObject({ cnf: { jkt: expect.any(String) } })
  })

  it('gives a card over its page: pushed, answered with iss, exchanged', async () => {
    issuer = await startLibraryIssuer()
    const exchange = await openedAt(user, 'offers', { offer: await issuer.browserOffer('whoever-asked') })
    const away = expectStatus(await post(exchange, 'use', {}), 200).json()
    const { url } = away['authorization'] as { url: string }
    const sentBack = await call(url)
    const query = new URL(sentBack.headers.get('location') ?? '').search.slice(1)
    const back = expectStatus(await post(exchange, 'authorized', { query }), 200).json()
    expect(back['state']).toBe('used')
    expect(await credentialsOf(user)).toHaveLength(1)
    expect(paths()).toEqual(['/par', '/token', 'token of the request', '/credential'])
    expect(issuer.asked[0]?.read).toMatchObject({
      authorizationRequest: { issuer_state: 'whoever-asked', code_challenge_method: 'S256' },
    })
  })

  it('gives a batch, a card with a copy for each key', async () => {
    issuer = await startLibraryIssuer({ batchSize: 4 })
    expect((await used(await issuer.preAuthorizedOffer()))['state']).toBe('used')
    expect(await credentialsOf(user)).toMatchObject([{ copies: { unused: 4, total: 4 } }])
    expect(issuer.asked.at(-1)?.read).toMatchObject({
      proofs: { jwt: expect.objectContaining({ length: 4 }) },
    })
  })

  it('is asked again for a card that it defers, until it gives it', async () => {
    issuer = await startLibraryIssuer({ timesDeferred: 2 })
    expect((await used(await issuer.preAuthorizedOffer()))['state']).toBe('waiting')
    expect(await credentialsOf(user)).toHaveLength(0)
    await eventually('the card has come', async () => (await credentialsOf(user)).length === 1)
    expect(paths().filter((path) => path === '/deferred')).toHaveLength(2)
  })

  it('that takes attested clients alone knows whom it gives a card', async () => {
    issuer = await startLibraryIssuer({ attested: true })
    expect((await used(await issuer.preAuthorizedOffer()))['state']).toBe('used')
    expect(await credentialsOf(user)).toHaveLength(1)
    expect(issuer.asked[0]?.read).toMatchObject({
      clientAttestation: {
        clientAttestationJwt: expect.any(String),
        clientAttestationPopJwt: expect.any(String),
      },
    })
  })
})
