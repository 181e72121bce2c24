/** The exchange protocol org-iso-mdoc (ISO/IEC TS 18013-7 annex C): what is asked in it, and what is taken as an answer. */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type { RequestBinding } from '@countersign/credential/contract/format'
import {
  dcapiTranscript,
  sessionTranscriptOf,
} from '@countersign/credential/mdoc/device-signed/session-transcript'
import { presentMdocWithMac } from '@countersign/credential/mdoc/present'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf } from '@countersign/crypto/cbor/value'
import type { EncryptionKey } from '@countersign/crypto/jwe-engine'
import { coreHpke } from '@countersign/keys/engines/hpke'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  generateSoftwareKey,
  softwareKeyAgreement,
  softwareSigner,
} from '@countersign/keys/signers/software-key'
import { answerWith, errorAnswer } from '@countersign/protocol/openid4vp/response/authorization-response'
import { formOfCredential } from '@countersign/protocol/openid4vp/response/digital-credential'
import type { ExchangeProtocol } from '@countersign/protocol/openid4vp/response/exchange-protocol'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { callWallet } from '@countersign/testing/client/browser-wallet'
import type { CalledWallet } from '@countersign/testing/client/called-wallet'
import { encryptedResponse } from '@countersign/testing/client/mdoc-browser-wallet'
import {
  issueAs,
  type Kind,
  licenceNamespace,
  licenceType,
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
import { startVerification } from '../request/start-verification.ts'
import { type TestVerifier, testVerifier } from '../testing/verifier.testing.ts'
import { receivePresentation } from './receive-presentation.ts'

const SHOP = 'https://shop.example'
const PROTOCOL = 'org-iso-mdoc'

const photoType = 'org.iso.23220.photoid.1'
const photoNamespace = 'org.iso.23220.1'
const photo: Kind = {
  ...mdocKind,
  query: {
    id: 'photo',
    format: 'mso_mdoc',
    meta: { doctype_value: photoType },
    claims: [{ path: [photoNamespace, 'family_name'], intent_to_retain: true }],
  },
  paths: [[photoNamespace, 'family_name']],
  contents: {
    type: photoType,
    claims: { [photoNamespace]: { family_name: 'Example', age_over_18: true } },
    selectivelyDisclosable: [],
  },
}

/** Pinned: of a document signer its profile would be looked at. */
const issuer = newAuthority('Issuers').vouchFor()
let test: TestVerifier
beforeAll(async () => {
  const leaf = parseX5cEntry(issuer.x5c?.[0] ?? '')
  if (!leaf.ok) throw new Error(leaf.error.code)
  const list = { anchors: [], pins: [{ certificate: leaf.value, name: 'Test' }] }
  const trust = issuerTrust(chainTrust({ list, crypto: nodeCrypto }))
  test = await testVerifier(ALL_FORMATS, { clock: { now: now() }, trust })
})

interface Started {
  readonly queries?: readonly JsonObject[]
  readonly origins?: readonly string[]
  readonly protocols?: readonly ExchangeProtocol[] | undefined
  readonly mode?: 'dc_api' | 'dc_api.jwt'
  readonly more?: JsonObject
}

function start({ mode = 'dc_api.jwt', more = {}, ...given }: Started = {}) {
  const {
    origins = [SHOP],
    queries = [mdocKind.query],
    protocols,
  } = { protocols: [PROTOCOL] as const, ...given }
  return startVerification(test.verifier, {
    dcqlQuery: { credentials: [...queries], ...more },
    policies: [],
    authorizeBaseUrl: '',
    responseMode: mode,
    browser: { expectedOrigins: origins, exchangeProtocols: protocols },
  })
}

interface Begun {
  readonly session: VerificationSession
  readonly wallet: CalledWallet
}

async function begun(queries: readonly JsonObject[] = [mdocKind.query], origin = SHOP): Promise<Begun> {
  const began = await start({ queries })
  if (!began.ok) throw new Error(began.error.code)
  const [request] = began.value.digital?.requests ?? []
  const found = await test.verifier.sessions.get(began.value.id)
  if (request === undefined || found === undefined) throw new Error('nothing was begun')
  return { session: found.value, wallet: await callWallet(request, origin) }
}

async function shown({ binding }: CalledWallet, kind: Kind = mdocKind, change: Partial<RequestBinding> = {}) {
  const { audience, nonce, ...more } = { ...binding, ...change }
  const request = { clientId: audience, nonce, responseUri: 'https://verifier.example/answer' }
  return presentAs(kind, { request }, await issueAs(kind, issuer), more)
}

const answered = (presentations: readonly string[]) => answerWith({}, new Map([['all', presentations]]))

async function bring({ session }: Begun, data: JsonObject, protocol: string = PROTOCOL) {
  const form = formOfCredential({ protocol, data })
  if (!form.ok) return form
  return receivePresentation(test.verifier, session.id, form.value, { channel: 'browser' })
}

const refused = (code: string) => ({ ok: false, error: { code } })
const verified = { ok: true, value: { reply: 'taken', session: { state: 'verified' } } }

/** Encrypted as it should be, whatever it is. */
async function sealed({ session, wallet }: Begun, plaintext: CborInput | Uint8Array) {
  const { answerMode } = session
  const exchange = 'mdoc' in answerMode ? answerMode.mdoc : undefined
  if (exchange === undefined) throw new Error('no key for mdocs')
  const origin = wallet.binding.audience.slice('origin:'.length)
  const { encryptionInfo, key } = exchange
  const info = encodeCbor(await dcapiTranscript({ encryptionInfo, origin }, nodeCrypto))
  const bytes = plaintext instanceof Uint8Array ? plaintext : encodeCbor(plaintext)
  return { response: encryptedResponse(await coreHpke.seal(bytes, key, info)) }
}

describe('a request for mdocs', () => {
  it('asks for elements of documents, and says who asks and what is kept', async () => {
    const { wallet } = await begun([mdocKind.query, photo.query])
    expect(wallet.payload).toEqual({
      docRequests: [
        {
          docType: licenceType,
          nameSpaces: { [licenceNamespace]: { family_name: false, given_name: false } },
        },
        { docType: photoType, nameSpaces: { [photoNamespace]: { family_name: true } } },
      ],
    })
    expect(wallet.clientIds).toEqual([expect.stringContaining('CN=Test'), expect.stringContaining('CN=Test')])
  })

  it('is signed for its own origin and key alone', async () => {
    const began = await start()
    const [request] = began.ok ? (began.value.digital?.requests ?? []) : []
    if (request === undefined) throw new Error('nothing was begun')
    await expect(callWallet(request, 'https://other.example')).rejects.toThrow('signature_invalid')
    const another = await begun()
    const data = { ...request.data, encryptionInfo: another.wallet.binding.encryptionInfo ?? '' }
    await expect(callWallet({ ...request, data }, SHOP)).rejects.toThrow('signature_invalid')
  })

  it('is not signed by who has no certificate', async () => {
    const { x5c: _x5c, ...signer } = test.verifier.requestSigner
    const bare = { ...test, verifier: { ...test.verifier, requestSigner: signer } }
    const before = test
    test = bare
    expect((await begun()).wallet.clientIds).toEqual([])
    test = before
  })

  it('has a key of its own for each session, which is not that of the other protocols', async () => {
    const began = await start({ protocols: ['openid4vp-v1-unsigned', PROTOCOL] })
    const [first] = [began.ok ? began.value : undefined]
    const found = await test.verifier.sessions.get(first?.id ?? '')
    const mode = found?.value.answerMode
    if (mode?.mode !== 'dc_api.jwt' || mode.mdoc === undefined) throw new Error('no key for mdocs')
    expect(mode.mdoc.key.x).not.toBe(mode.key.x)
    const other = (await begun()).wallet.binding.encryptionInfo
    expect(other).not.toBe((await begun()).wallet.binding.encryptionInfo)
    expect(JSON.stringify(first?.digital)).not.toContain(mode.mdoc.key.d)
  })

  const offered = async (given: Started) => {
    const began = await start({ protocols: undefined, ...given })
    return began.ok ? began.value.digital?.requests.map(({ protocol }) => protocol) : began.error
  }
  const of = (change: JsonObject): Started => ({ queries: [{ ...mdocKind.query, ...change }] })
  const path = [licenceNamespace, 'family_name']

  it('is made where it can be, beside the others', async () => {
    expect(await offered({})).toEqual(['openid4vp-v1-signed', 'openid4vp-v1-unsigned', PROTOCOL])
  })

  it.each<[string, Started]>([
    ['not_encrypted', { mode: 'dc_api' }],
    ['several_origins', { origins: [SHOP, 'https://other.example'] }],
    ['other_format', { queries: [sdJwtKind.query] }],
    [
      'other_format',
      { queries: [mdocKind.query, sdJwtKind.query].map((one, at) => ({ ...one, id: `q${at}` })) },
    ],
    ['no_claims', { queries: [{ id: 'asked', format: 'mso_mdoc', meta: { doctype_value: licenceType } }] }],
    ['alternatives', of({ claims: [{ id: 'a', path }], claim_sets: [['a']] })],
    ['alternatives', { more: { credential_sets: [{ options: [['asked']] }] } }],
    ['values', of({ claims: [{ path, values: ['Example'] }] })],
    ['trusted_authorities', of({ trusted_authorities: [{ type: 'aki', values: ['AAAA'] }] })],
    ['several_of_one', of({ multiple: true })],
    ['same_type_twice', { queries: [mdocKind.query, { ...mdocKind.query, id: 'again' }] }],
  ])('is not made, and says so where it was named: %s', async (reason, given) => {
    const code = 'exchange_protocol_unavailable'
    expect(await start(given)).toMatchObject({ error: { code, protocol: PROTOCOL, reason } })
    expect(await offered(given)).not.toContain(PROTOCOL)
  })
})

describe('an answer with mdocs', () => {
  it('is verified, and heard again', async () => {
    const began = await begun()
    const data = await began.wallet.answer(answered([await shown(began.wallet)]))
    expect(Object.keys(data)).toEqual(['response'])
    for (const _ of [1, 2]) expect(await bring(began, data)).toMatchObject(verified)
    const found = await test.verifier.sessions.get(began.session.id)
    expect(found?.value).toMatchObject({
      credentials: [{ claims: { [licenceNamespace]: { family_name: 'Example', given_name: 'Ada' } } }],
    })
  })

  it('has all documents that were asked for, in whatever order', async () => {
    const began = await begun([mdocKind.query, photo.query])
    const documents = [await shown(began.wallet, photo), await shown(began.wallet)]
    const data = await began.wallet.answer(answered(documents))
    expect(await bring(began, data)).toMatchObject(verified)
    const found = await test.verifier.sessions.get(began.session.id)
    expect(found?.value).toMatchObject({ credentials: [{ type: licenceType }, { type: photoType }] })
  })

  it('lacks one of them: it is judged, and not accepted', async () => {
    const began = await begun([mdocKind.query, photo.query])
    const data = await began.wallet.answer(answered([await shown(began.wallet)]))
    expect(await bring(began, data)).toMatchObject({
      value: { reply: 'refused', session: { state: 'rejected' } },
    })
  })

  it('may be that there is none', async () => {
    const began = await begun()
    const data = await began.wallet.answer(errorAnswer({}, 'access_denied'))
    expect(await bring(began, data)).toMatchObject({ value: { reply: 'noted' } })
  })

  it.each<[string, Partial<RequestBinding>]>([
    ['the handover of OpenID4VP', { encryptionInfo: undefined }],
    ['another key and nonce', { encryptionInfo: 'AAAA' }],
    ['another origin', { audience: 'origin:https://other.example' }],
    ['the verifier, by direct_post', { audience: 'x509_hash:AAAA', encryptionInfo: undefined }],
  ])('that the device signed for %s is refused', async (_, change) => {
    const began = await begun()
    const data = await began.wallet.answer(answered([await shown(began.wallet, mdocKind, change)]))
    expect(await bring(began, data)).toMatchObject(refused('presentation_unbound'))
    const right = await began.wallet.answer(answered([await shown(began.wallet)]))
    expect(await bring(began, right)).toMatchObject(verified)
  })

  it('to another page or for another session cannot be read', async () => {
    const [one, other] = [await begun(), await begun()]
    const elsewhere = {
      ...one,
      wallet: { ...one.wallet, binding: { ...one.wallet.binding, audience: 'origin:https://other.example' } },
    }
    const response = decodeBase64url(await shown(one.wallet)) ?? new Uint8Array()
    for (const data of [
      await sealed(elsewhere, response),
      await other.wallet.answer(answered([await shown(other.wallet)])),
    ])
      expect(await bring(one, data)).toEqual({
        ok: false,
        error: { code: 'device_response_unreadable', reason: 'undecryptable' },
      })
  })

  it('in the clear is refused', async () => {
    const began = await begun()
    const data = { vp_token: { asked: [await shown(began.wallet)] } }
    expect(await bring(began, data)).toEqual(refused('response_not_encrypted'))
  })

  it('of one protocol is none of another', async () => {
    const began = await start({ protocols: ['openid4vp-v1-unsigned', PROTOCOL] })
    const [unsigned, forMdocs] = began.ok ? (began.value.digital?.requests ?? []) : []
    const found = await test.verifier.sessions.get(began.ok ? began.value.id : '')
    if (!unsigned || !forMdocs || !found) throw new Error('nothing was begun')
    const session = found.value
    const byJwe = { session, wallet: await callWallet(unsigned, SHOP) }
    const byHpke = { session, wallet: await callWallet(forMdocs, SHOP) }
    const asked = (wallet: CalledWallet, presentation: string) =>
      wallet.answer(answerWith({}, new Map([['asked', [presentation]]])))
    const jwe = await asked(byJwe.wallet, await shown(byJwe.wallet))
    const hpke = await asked(byHpke.wallet, await shown(byHpke.wallet))
    expect(await bring(byHpke, jwe)).toMatchObject(refused('device_response_unreadable'))
    expect(await bring(byJwe, hpke, 'openid4vp-v1-unsigned')).toMatchObject(refused('response_undecryptable'))
    // The right encryption around what the device signed for the other.
    const mixed = await asked(byHpke.wallet, await shown(byJwe.wallet))
    expect(await bring(byHpke, mixed)).toMatchObject(refused('presentation_unbound'))
    const turned = await asked(byJwe.wallet, await shown(byHpke.wallet))
    expect(await bring(byJwe, turned, 'openid4vp-v1-unsigned')).toMatchObject(refused('presentation_unbound'))
    expect(await bring(byJwe, jwe, 'openid4vp-v1-unsigned')).toMatchObject(verified)
  })

  it('with what was not asked for is refused', async () => {
    const began = await begun()
    const documents = [await shown(began.wallet), await shown(began.wallet, photo)]
    expect(await bring(began, await began.wallet.answer(answered(documents)))).toEqual({
      ok: false,
      error: { code: 'document_not_asked', docType: photoType },
    })
    const twice = [await shown(began.wallet), await shown(began.wallet)]
    expect(await bring(began, await began.wallet.answer(answered(twice)))).toMatchObject(
      refused('more_than_one_presentation'),
    )
  })

  it.each<[string, (began: Begun) => Promise<JsonObject> | JsonObject, string]>([
    ['no base64url', () => ({ response: '!' }), 'malformed'],
    ['no CBOR', () => ({ response: 'AAAA' }), 'malformed'],
    ['a map', () => ({ response: encodeBase64url(encodeCbor(mapOf({ enc: 'x' }))) }), 'malformed'],
    [
      'another name',
      () => ({ response: written(['dc', { enc: bytes(65), cipherText: bytes(20) }]) }),
      'malformed',
    ],
    ['no key', () => ({ response: written(['dcapi', { cipherText: bytes(20) }]) }), 'malformed'],
    [
      'more',
      () => ({ response: written(['dcapi', { enc: bytes(65), cipherText: bytes(20) }, 1]) }),
      'malformed',
    ],
    [
      'a key that is none',
      () => ({ response: written(['dcapi', { enc: bytes(65), cipherText: bytes(20) }]) }),
      'undecryptable',
    ],
    [
      'nothing',
      () => ({ response: written(['dcapi', { enc: bytes(0), cipherText: bytes(0) }]) }),
      'undecryptable',
    ],
    ['a text within', (began) => sealed(began, 'x'), 'malformed'],
    ['no CBOR within', (began) => sealed(began, bytes(3, 0xff)), 'malformed'],
    [
      'documents that are none',
      (began) => sealed(began, mapOf({ version: '1.0', status: 0, documents: 'x' })),
      'malformed',
    ],
    [
      'a document that is none',
      (began) => sealed(began, mapOf({ version: '1.0', status: 0, documents: [1] })),
      'malformed',
    ],
  ])('that is %s cannot be read', async (_, made, reason) => {
    const began = await begun()
    expect(await bring(began, await made(began))).toEqual({
      ok: false,
      error: { code: 'device_response_unreadable', reason },
    })
  })

  it('without documents is none, and with a fault is refused as its documents are', async () => {
    const began = await begun()
    for (const empty of [
      mapOf({ version: '1.0', status: 0 }),
      mapOf({ version: '1.0', status: 0, documents: [] }),
    ])
      expect(await bring(began, await sealed(began, empty))).toEqual(refused('vp_token_empty'))
    const bare = mapOf({ docType: licenceType })
    const faulty = mapOf({ version: '1.0', status: 10, documents: [bare] })
    expect(await bring(began, await sealed(began, faulty))).toMatchObject({
      error: { code: 'presentation_unbound', checks: [{ detail: 'device_response_status' }] },
    })
  })
})

describe('a device MAC', () => {
  const jwk = generateSoftwareKey('ES256')

  async function shownWithMac({ binding }: CalledWallet, { crv, kty, x, y }: EncryptionKey): Promise<string> {
    const { credential } = await issueAs(mdocKind, issuer, {}, softwareSigner(jwk))
    const transcript = await sessionTranscriptOf(binding, nodeCrypto)
    if (!transcript.ok) throw new Error(transcript.error.code)
    const made = await presentMdocWithMac(
      {
        credential,
        disclose: mdocKind.paths,
        transcript: transcript.value,
        agree: softwareKeyAgreement(jwk),
        readerKey: { kty, crv, x, y },
      },
      nodeCrypto,
    )
    if (!made.ok) throw new Error(made.error.code)
    return made.value
  }

  it.each(['openid4vp-v1-unsigned', PROTOCOL] as const)(
    'in an answer by %s is for the key of that protocol, and is verified',
    async (protocol) => {
      const began = await start({ protocols: ['openid4vp-v1-unsigned', PROTOCOL] })
      const [id, requests] = began.ok ? [began.value.id, began.value.digital?.requests ?? []] : ['', []]
      const found = await test.verifier.sessions.get(id)
      const request = requests.find((one) => one.protocol === protocol)
      const mode = found?.value.answerMode
      if (!request || !found || mode?.mode !== 'dc_api.jwt' || !mode.mdoc)
        throw new Error('nothing was begun')
      const wallet = await callWallet(request, SHOP)
      const answer = async (key: EncryptionKey) => {
        const vpToken = new Map([['asked', [await shownWithMac(wallet, key)]]])
        return bring({ session: found.value, wallet }, await wallet.answer(answerWith({}, vpToken)), protocol)
      }
      const [own, other] = protocol === PROTOCOL ? [mode.mdoc.key, mode.key] : [mode.key, mode.mdoc.key]
      expect(await answer(other)).toMatchObject({
        error: { code: 'presentation_unbound', checks: [{ name: 'holder_binding', detail: 'mac_invalid' }] },
      })
      expect(await answer(own)).toMatchObject(verified)
    },
  )

  it('for the key of another session is refused', async () => {
    const [one, other] = [await begun(), await begun()]
    const mode = other.session.answerMode
    if (mode.mode !== 'dc_api.jwt' || !mode.mdoc) throw new Error('no key for mdocs')
    const presentation = await shownWithMac(one.wallet, mode.mdoc.key)
    const data = await one.wallet.answer(answered([presentation]))
    expect(await bring(one, data)).toMatchObject(refused('presentation_unbound'))
  })
})

function written([name, members, ...more]: readonly [
  string,
  Readonly<Record<string, CborInput>>,
  ...CborInput[],
]) {
  return encodeBase64url(encodeCbor([name, mapOf(members), ...more]))
}

function bytes(length: number, value = 4): Uint8Array {
  return new Uint8Array(length).fill(value)
}
