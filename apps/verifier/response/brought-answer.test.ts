/** Answers that a page brings from its browser: every protocol, both modes, several formats, and what is refused. */
import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type { RequestBinding } from '@countersign/credential/contract/format'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { clientOf, PROVABLE_PREFIX_NAMES } from '@countersign/protocol/openid4vp/request/client-id'
import {
  type AnswerParameters,
  answerWith,
  errorAnswer,
} from '@countersign/protocol/openid4vp/response/authorization-response'
import {
  type BroughtCredential,
  formOfCredential,
} from '@countersign/protocol/openid4vp/response/digital-credential'
import {
  EXCHANGE_PROTOCOLS,
  type ExchangeProtocol,
} from '@countersign/protocol/openid4vp/response/exchange-protocol'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { callWallet } from '@countersign/testing/client/browser-wallet'
import type { CalledWallet } from '@countersign/testing/client/called-wallet'
import {
  issueAs,
  jwtVcKind,
  type Kind,
  mdocKind,
  presentAs,
  sdJwtKind,
} from '@countersign/testing/forging/credential-kinds'
import { newAuthority } from '@countersign/testing/people/authority'
import { now } from '@countersign/testing/people/keys'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDigitalRequests } from '../request/digital-request.ts'
import { serveRequest } from '../request/serve-request.ts'
import { startVerification } from '../request/start-verification.ts'
import {
  answerTo,
  heldCredential,
  started,
  type TestVerifier,
  testVerifier,
} from '../testing/verifier.testing.ts'
import type { Verifier } from '../verifier.ts'
import { receivePresentation } from './receive-presentation.ts'

const SHOP = 'https://shop.example'
const OTHER = 'https://other.example'
const MODES = ['dc_api', 'dc_api.jwt'] as const
const KINDS = [sdJwtKind, mdocKind, jwtVcKind]

let test: TestVerifier
let verifier: Verifier
/** Pinned: of a document signer its profile would be looked at. */
const issuer = newAuthority('Issuers').vouchFor()
beforeAll(async () => {
  const leaf = parseX5cEntry(issuer.x5c?.[0] ?? '')
  if (!leaf.ok) throw new Error(leaf.error.code)
  const list = { anchors: [], pins: [{ certificate: leaf.value, name: 'Test' }] }
  const trust = issuerTrust(chainTrust({ list, crypto: nodeCrypto }))
  test = await testVerifier(ALL_FORMATS, { clock: { now: now() }, trust })
  verifier = await withEveryName(test)
})

/** Everybody that a verifier with a certificate for its host can show itself to be. */
async function withEveryName({ authority, verifier: made }: TestVerifier): Promise<Verifier> {
  const host = 'verifier.example'
  const signer = authority.vouchFor({ name: 'Shop', dnsNames: [host] })
  const means = { signer, crypto: nodeCrypto, host, now: made.now }
  const clients = new Map<(typeof PROVABLE_PREFIX_NAMES)[number], object>()
  for (const name of PROVABLE_PREFIX_NAMES) {
    const client = await clientOf(name, means)
    if (client.ok) clients.set(name, client.value)
  }
  return { ...made, requestSigner: signer, clients: clients as Verifier['clients'] }
}

interface MultisignedData {
  readonly request: { readonly signatures: readonly { readonly protected: string }[] }
}

interface Begun {
  readonly session: VerificationSession
  readonly requests: readonly { readonly protocol: ExchangeProtocol; readonly data: JsonObject }[]
}

async function begun(
  mode: (typeof MODES)[number],
  kind: Kind = sdJwtKind,
  browser: {
    readonly expectedOrigins?: readonly string[]
    readonly exchangeProtocols?: readonly ExchangeProtocol[]
  } = {},
  more: Partial<Parameters<typeof startVerification>[1]> = {},
): Promise<Begun> {
  const began = await startVerification(verifier, {
    dcqlQuery: { credentials: [kind.query] },
    policies: [],
    authorizeBaseUrl: 'openid4vp://authorize',
    responseMode: mode,
    browser: { expectedOrigins: [SHOP], exchangeProtocols: OF_OPENID4VP, ...browser },
    ...more,
  })
  if (!began.ok) throw new Error(began.error.code)
  expect(began.value.url).toBeUndefined()
  return { session: await sessionOf(began.value.id), requests: began.value.digital?.requests ?? [] }
}

async function sessionOf(id: string): Promise<VerificationSession> {
  const found = await verifier.sessions.get(id)
  if (found === undefined) throw new Error('the session is not there')
  return found.value
}

async function called(
  { requests }: Begun,
  protocol: ExchangeProtocol = 'openid4vp-v1-signed',
  origin = SHOP,
): Promise<CalledWallet> {
  const request = requests.find((one) => one.protocol === protocol)
  if (request === undefined) throw new Error(`not offered: ${protocol}`)
  return callWallet(request, origin)
}

async function shown(
  wallet: CalledWallet,
  kind = sdJwtKind,
  change: Partial<RequestBinding> = {},
): Promise<AnswerParameters> {
  const held = await issueAs(kind, issuer)
  const binding = { ...wallet.binding, ...change }
  const request = { clientId: binding.audience, nonce: binding.nonce, responseUri: binding.responseUri ?? '' }
  const presentation = await presentAs(
    kind,
    { request },
    held,
    change.audience === undefined ? binding : change,
  )
  return answerWith({}, new Map(wallet.queryIds.map((id) => [id, [presentation]])))
}

async function bring(id: string, credential: BroughtCredential, at = verifier) {
  const form = formOfCredential(credential)
  if (!form.ok) throw new Error(form.error.code)
  return receivePresentation(at, id, form.value, { channel: 'browser' })
}

async function credentialOf(wallet: CalledWallet, answer: AnswerParameters): Promise<BroughtCredential> {
  return { protocol: wallet.protocol, data: await wallet.answer(answer) }
}

const refused = (code: string) => ({ ok: false, error: { code } })
const verified = { ok: true, value: { reply: 'taken', session: { state: 'verified' } } }

const OF_OPENID4VP = EXCHANGE_PROTOCOLS.filter((protocol) => protocol !== 'org-iso-mdoc')

describe.each(MODES)('through a browser by %s', (mode) => {
  describe.each(OF_OPENID4VP)('in %s', (protocol) => {
    it.each(KINDS.map((kind) => [kind.format, kind] as const))('%s is verified', async (_, kind) => {
      const began = await begun(mode, kind)
      const wallet = await called(began, protocol)
      expect(wallet.binding.audience).toBe(`origin:${SHOP}`)
      const credential = await credentialOf(wallet, await shown(wallet, kind))
      expect(Object.keys(credential.data)).toEqual([mode === 'dc_api' ? 'vp_token' : 'response'])
      expect(await bring(began.session.id, credential)).toMatchObject(verified)
      // Brought again, by whoever did not hear the answer.
      expect(await bring(began.session.id, credential)).toMatchObject(verified)
    })
  })

  it.each(KINDS.map((kind) => [kind.format, kind] as const))(
    '%s for anybody else is refused, and the session waits for the right one',
    async (_, kind) => {
      const began = await begun(mode, kind)
      const { clientId, id, nonce } = began.session
      const wallet = await called(began)
      const wrong: readonly Partial<RequestBinding>[] = [
        { audience: `origin:${OTHER}` },
        { audience: SHOP },
        { audience: `origin:${SHOP}/` },
        { audience: clientId, nonce, responseUri: `https://verifier.example/openid4vc/verify/${id}` },
        { nonce: 'another' },
      ]
      for (const change of wrong) {
        const credential = await credentialOf(wallet, await shown(wallet, kind, change))
        expect(await bring(id, credential)).toMatchObject(refused('presentation_unbound'))
      }
      expect(await bring(id, await credentialOf(wallet, await shown(wallet, kind)))).toMatchObject(verified)
    },
  )

  it('the answer to another session is refused', async () => {
    const [one, other] = [await begun(mode), await begun(mode)]
    const wallet = await called(other)
    const credential = await credentialOf(wallet, await shown(wallet))
    expect(await bring(one.session.id, credential)).toMatchObject(
      refused(mode === 'dc_api' ? 'presentation_unbound' : 'response_undecryptable'),
    )
    expect(await bring(other.session.id, credential)).toMatchObject(verified)
  })

  it('a wallet may decline, which decides nothing, and show something later', async () => {
    const began = await begun(mode)
    const wallet = await called(began)
    const declined = await credentialOf(wallet, errorAnswer({}, 'access_denied'))
    expect(await bring(began.session.id, declined)).toMatchObject({ ok: true, value: { reply: 'noted' } })
    const clear = { ...declined, data: { error: 'access_denied' } }
    expect(await bring(began.session.id, clear)).toMatchObject({ ok: true, value: { reply: 'noted' } })
    const { attempts, state } = await sessionOf(began.session.id)
    expect([state, attempts.map(({ kind }) => kind)]).toEqual(['created', ['declined']])
    expect(await bring(began.session.id, await credentialOf(wallet, await shown(wallet)))).toMatchObject(
      verified,
    )
  })

  it('an answer is taken once: another comes too late, and one that comes at once loses', async () => {
    const began = await begun(mode)
    const wallet = await called(began)
    const credentials = [
      await credentialOf(wallet, await shown(wallet)),
      await credentialOf(wallet, await shown(wallet)),
    ]
    const received = await Promise.all(credentials.map((one) => bring(began.session.id, one)))
    expect(received.filter(({ ok }) => ok)).toHaveLength(1)
    const loser = credentials[received.findIndex(({ ok }) => !ok)]
    if (loser === undefined) throw new Error('nobody lost')
    expect(await bring(began.session.id, loser)).toMatchObject(refused('already_answered'))
  })

  it('is no answer that a wallet posts, and the other way round', async () => {
    const began = await begun(mode)
    const wallet = await called(began)
    const credential = await credentialOf(wallet, await shown(wallet))
    const form = formOfCredential(credential)
    expect(await receivePresentation(verifier, began.session.id, form.ok ? form.value : {})).toEqual(
      refused('answer_through_browser'),
    )
    const posted = await started(verifier)
    const answer = await answerTo(posted, await heldCredential(test, { signer: issuer }), test.clock.now)
    expect(await receivePresentation(verifier, posted.id, answer, { channel: 'browser' })).toEqual(
      refused('answer_by_post'),
    )
    expect(await receivePresentation(verifier, posted.id, answer)).toMatchObject(verified)
    expect(await bring(began.session.id, credential)).toMatchObject(verified)
  })
})

it('a presentation in the clear is refused where it was to be encrypted, also of the right holder', async () => {
  const began = await begun('dc_api.jwt')
  const wallet = await called(began)
  const { vp_token: vpToken = {} } = await shown(wallet)
  const clear = { protocol: wallet.protocol, data: { vp_token: vpToken } }
  expect(await bring(began.session.id, clear)).toEqual(refused('response_not_encrypted'))
})

it('an mdoc that was shown for the answer in the clear is none for the encrypted one', async () => {
  const began = await begun('dc_api.jwt', mdocKind)
  const wallet = await called(began)
  const unencrypted = { audience: wallet.binding.audience, nonce: wallet.binding.nonce }
  const credential = await credentialOf(wallet, await shown(wallet, mdocKind, unencrypted))
  expect(await bring(began.session.id, credential)).toMatchObject(refused('presentation_unbound'))
})

describe('of several pages', () => {
  const browser = { expectedOrigins: [SHOP, OTHER], exchangeProtocols: undefined as never }

  it('a request is signed, and its answer is for the one that brings it', async () => {
    const began = await begun('dc_api', sdJwtKind, browser)
    expect(began.requests.map(({ protocol }) => protocol)).toEqual(['openid4vp-v1-signed'])
    const wallet = await called(began, 'openid4vp-v1-signed', OTHER)
    expect(wallet.payload['expected_origins']).toEqual([SHOP, OTHER])
    const credential = await credentialOf(wallet, await shown(wallet))
    const { id } = began.session
    expect(await bring(id, credential)).toEqual(refused('origin_missing'))
    expect(await bring(id, { ...credential, origin: SHOP })).toMatchObject(refused('presentation_unbound'))
    expect(await bring(id, { ...credential, origin: 'https://third.example' })).toEqual(
      refused('origin_not_expected'),
    )
    expect(await bring(id, { ...credential, origin: OTHER })).toMatchObject(verified)
  })

  it('a wallet that a third page calls refuses the request', async () => {
    const began = await begun('dc_api', sdJwtKind, browser)
    await expect(called(began, 'openid4vp-v1-signed', 'https://third.example')).rejects.toThrow(
      'parameter_invalid expected_origins',
    )
  })
})

describe('the request', () => {
  it('that nobody signs has no client, no origins, no state and no times', async () => {
    const { data } = (await begun('dc_api.jwt')).requests[1] ?? { data: {} }
    expect(Object.keys(data).toSorted()).toEqual([
      'client_metadata',
      'dcql_query',
      'nonce',
      'response_mode',
      'response_type',
    ])
  })

  it('that is signed has no address for the answer', async () => {
    const { clientIds, payload } = await called(await begun('dc_api'))
    expect(payload).not.toHaveProperty('response_uri')
    expect(payload).not.toHaveProperty('state')
    expect(payload).toMatchObject({ response_mode: 'dc_api', expected_origins: [SHOP] })
    expect(clientIds).toEqual([expect.stringMatching(/^x509_hash:/)])
  })

  it('that is signed several times names each client in its own header, and why it asks', async () => {
    const purpose = { purpose: 'To sell a ticket' }
    const began = await begun('dc_api', sdJwtKind, {}, { ...purpose, clientIdPrefix: 'x509_san_dns' })
    const { clientIds, payload } = await called(began, 'openid4vp-v1-multisigned')
    expect(payload).not.toHaveProperty('client_id')
    expect(payload).not.toHaveProperty('verifier_info')
    expect(clientIds.map((id) => id.split(':')[0])).toEqual([
      'x509_san_dns',
      'x509_hash',
      'decentralized_identifier',
    ])
    expect(clientIds[0]).toBe(began.session.clientId)
    const { request } = (began.requests[2]?.data ?? {}) as unknown as MultisignedData
    const { signatures } = request
    for (const { protected: header } of signatures)
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toHaveProperty('verifier_info')
  })

  it('is the same for whoever asks again, on whichever instance, but for signatures', async () => {
    const began = await begun('dc_api.jwt')
    const again = await readDigitalRequests(verifier, began.session.id)
    if (!again.ok) throw new Error(again.error.code)
    const [before, after] = await Promise.all(
      [began.requests, again.value.requests].map((requests) => called({ ...began, requests })),
    )
    expect(after?.payload).toEqual(before?.payload)
    expect(again.value.requests[1]).toEqual(began.requests[1])
    expect(JSON.stringify(again.value)).not.toContain('"d":')
  })

  it('is not for wallets to fetch, and not there for a session that has a link', async () => {
    const { session } = await begun('dc_api')
    expect(await serveRequest(verifier, session.id)).toEqual(refused('request_through_browser'))
    expect((await sessionOf(session.id)).state).toBe('created')
    const { id } = await started(verifier)
    expect(await readDigitalRequests(verifier, id)).toEqual(refused('answered_by_post'))
    expect(await readDigitalRequests(verifier, 'nobody-has-this')).toEqual(refused('session_unknown'))
    const later = { ...verifier, now: () => session.expiresAt }
    expect(await readDigitalRequests(later, session.id)).toEqual(refused('request_expired'))
  })

  it.each([
    [{ exchangeProtocols: undefined }, {}, ['openid4vp-v1-signed', 'openid4vp-v1-unsigned']],
    [{ exchangeProtocols: undefined }, { clientIdPrefix: 'redirect_uri' }, ['openid4vp-v1-unsigned']],
    [
      { exchangeProtocols: ['openid4vp-v1-unsigned', 'openid4vp-v1-signed'] },
      {},
      ['openid4vp-v1-unsigned', 'openid4vp-v1-signed'],
    ],
    [
      { exchangeProtocols: ['openid4vp-v1-multisigned', 'openid4vp-v1-multisigned'] },
      {},
      ['openid4vp-v1-multisigned'],
    ],
  ] as const)('is offered in what is possible and named: %j %j', async (browser, more, offered) => {
    const { requests } = await begun('dc_api', sdJwtKind, browser as never, more)
    expect(requests.map(({ protocol }) => protocol)).toEqual(offered)
  })

  it.each([
    ['several_origins', { expectedOrigins: [SHOP, OTHER] }, {}],
    ['not_signed', { exchangeProtocols: ['openid4vp-v1-signed'] }, { clientIdPrefix: 'redirect_uri' }],
    ['not_signed', { exchangeProtocols: ['openid4vp-v1-multisigned'] }, { clientIdPrefix: 'redirect_uri' }],
    [
      'not_signed',
      { expectedOrigins: [SHOP, OTHER], exchangeProtocols: undefined },
      { clientIdPrefix: 'redirect_uri' },
    ],
  ] as const)('is refused in what is not possible: %s', async (reason, browser, more) => {
    const start = startVerification(verifier, {
      dcqlQuery: { credentials: [sdJwtKind.query] },
      policies: [],
      authorizeBaseUrl: '',
      responseMode: 'dc_api',
      browser: { expectedOrigins: [SHOP], exchangeProtocols: OF_OPENID4VP, ...browser },
      ...more,
    })
    expect(await start).toMatchObject({ error: { code: 'exchange_protocol_unavailable', reason } })
  })
})

it('a session without holder binding has an id that nobody guesses, also here', async () => {
  const dcqlQuery = { credentials: [{ ...sdJwtKind.query, require_cryptographic_holder_binding: false }] }
  const start = startVerification(verifier, {
    dcqlQuery,
    policies: [],
    authorizeBaseUrl: '',
    id: 'order-4711',
    responseMode: 'dc_api',
    browser: { expectedOrigins: [SHOP] },
  })
  expect(await start).toMatchObject(refused('session_id_guessable'))
})

it('the page goes on where the relying party said, with a code that is exchanged', async () => {
  const began = await begun(
    'dc_api',
    sdJwtKind,
    {},
    { successRedirectUri: 'https://shop.example/done', sameDevice: 'required' },
  )
  const wallet = await called(began)
  const received = await bring(began.session.id, await credentialOf(wallet, await shown(wallet)))
  expect(received).toMatchObject({
    value: {
      session: { state: 'answered' },
      redirectUri: expect.stringMatching(/^https:\/\/shop\.example\/done\?response_code=/),
    },
  })
})
