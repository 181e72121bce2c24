import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey, resolveDid } from '@countersign/did/did'
import type { DidKeyResolver } from '@countersign/did/did-document'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import {
  AUDIENCE,
  bindTo,
  disclosureOf,
  holder,
  NONCE,
  NOW,
} from '@countersign/testing/forging/credential-fixtures'
import { describe, expect, it } from 'vitest'
import type { VerifyInput } from '../contract/format.ts'
import type { IssuerTrust } from '../contract/trust-port.ts'
import {
  ALL,
  faults,
  faultsOf,
  JWTS,
  type Kind,
  newer,
  older,
  sdJwt,
  verified,
} from './forged-formats.testing.ts'
import { vcSdJwt } from './format.ts'
import {
  didIssuer,
  forgeSdJwt,
  HOLDER_DID,
  HOLDER_KID,
  ISSUER_DID,
  type W3cForgery,
  w3cInput,
} from './w3c.testing.ts'

const stranger = makeSigner('P-256', 'stranger')
const STRANGER_DID = didFromKey('jwk', stranger.publicJwk)
const WEB_DID = 'did:web:holder.example'
const WEB_KEY = `${WEB_DID}#key-1`

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

const makeEd25519 = once(() => makeSigner('Ed25519', 'ed'))
const makeP521 = once(() => makeSigner('P-521', 'p521'))

/** A credential about somebody else than the fixtures' holder, or about nobody. */
function about(id: string | undefined): W3cForgery {
  return {
    document: { credentialSubject: { ...(id !== undefined && { id }), given_name: 'Erika' } },
    claims: { sub: id },
  }
}

function boundTo(signer: Signer, id: string | undefined): W3cForgery {
  return { document: about(id).document, claims: { sub: id, cnf: cnfOf(signer) } }
}

function cnfOf(signer: Signer): JsonObject {
  const jwk: JsonObject = JSON.parse(JSON.stringify(bareKey(signer.publicJwk)))
  return { jwk }
}

/** About nobody, and bound to the key of this DID URL (RFC 7800 §3.4). */
function namedIn(kid: string): W3cForgery {
  return { document: about(undefined).document, claims: { sub: undefined, cnf: { kid } } }
}

function keyUrlOf(method: 'jwk' | 'key'): string {
  const own = resolveDid(didFromKey(method, bareKey(holder.publicJwk)))
  return own.ok ? (own.value.authentication?.[0] ?? '') : ''
}

/** Without the names that the fixtures' holder goes by. */
const nameless: W3cForgery = {
  vp: { holder: undefined },
  proof: { iss: undefined },
  proofHeader: { kid: undefined },
}

function join(...forgeries: readonly W3cForgery[]): W3cForgery {
  const joined = (name: 'document' | 'claims' | 'vp' | 'proof' | 'proofHeader') =>
    Object.assign({}, ...forgeries.map((forgery) => forgery[name]))
  const vp = joined('vp')
  const signer = forgeries.findLast(({ proofSigner }) => proofSigner)?.proofSigner
  return {
    document: joined('document'),
    claims: joined('claims'),
    ...(Object.keys(vp).length > 0 && { vp }),
    proof: joined('proof'),
    proofHeader: joined('proofHeader'),
    ...(signer && { proofSigner: signer }),
  }
}

describe.each(JWTS)('$format.id: the holder’s proof', (kind) => {
  it.each<[string, W3cForgery, string]>([
    ['another nonce', { proof: { nonce: 'other' } }, 'nonce_wrong'],
    ['no nonce', { proof: { nonce: undefined } }, 'nonce_wrong'],
    ['another audience', { proof: { aud: 'x509_hash:other' } }, 'aud_wrong'],
    ['an audience without its prefix', { proof: { aud: AUDIENCE.slice(10) } }, 'aud_wrong'],
    ['several audiences', { proof: { aud: [AUDIENCE, 'other'] } }, 'aud_wrong'],
    ['a list of one audience', { proof: { aud: [AUDIENCE] } }, 'aud_wrong'],
    ['no audience', { proof: { aud: undefined } }, 'aud_wrong'],
    ['an old date', { proof: { iat: NOW - 301 } }, 'vp_too_old'],
    ['a date in the future', { proof: { iat: NOW + 301 } }, 'vp_from_future'],
    ['a date as text', { proof: { iat: `${NOW}` } }, 'vp_time_malformed'],
    ['an end that is past', { proof: { exp: NOW - 10 } }, 'vp_expired'],
    ['an end that is no time', { proof: { exp: null } }, 'vp_time_malformed'],
    ['a beginning in the future', { proof: { nbf: NOW + 11 } }, 'vp_from_future'],
    ['the key of somebody else', { proofSigner: stranger }, 'signature_invalid'],
    ['another algorithm', { proofSigner: makeSigner('Ed25519') }, 'alg_key_mismatch'],
    ['the key of the issuer', { proofSigner: didIssuer }, 'signature_invalid'],
    ['a key id of somebody else', { proofHeader: { kid: `${STRANGER_DID}#0` } }, 'holder_wrong'],
    [
      'the key and the name of somebody else',
      {
        proofSigner: stranger,
        proofHeader: { kid: `${STRANGER_DID}#0` },
        proof: { iss: STRANGER_DID },
        vp: undefined,
      },
      'holder_wrong',
    ],
    ['an iss of somebody else', { proof: { iss: STRANGER_DID } }, 'holder_wrong'],
    ['an iss that is no DID', { proof: { iss: 'https://holder.example' } }, 'holder_wrong'],
    ['a holder that is somebody else', { vp: { holder: STRANGER_DID } }, 'holder_wrong'],
    ['the issuer as holder', { proof: { iss: ISSUER_DID } }, 'holder_wrong'],
    [
      'a key id of a DID that begins like the holder',
      { proofHeader: { kid: `${HOLDER_DID}x#0` } },
      'holder_wrong',
    ],
  ])('fails for %s', async (_what, forgery, detail) => {
    const { vp, ...others } = forgery
    expect(await faultsOf(kind, vp === undefined ? others : forgery)).toEqual([`holder_binding: ${detail}`])
  })

  it.each<[string, W3cForgery]>([
    ['a date five minutes ago', { proof: { iat: NOW - 300 } }],
    ['no dates at all: the nonce is fresh', { proof: { iat: undefined } }],
    ['an end within the tolerance', { proof: { exp: NOW - 9 } }],
    ['a key id that is a fragment', { proofHeader: { kid: '#0' } }],
    ['no name but its key', nameless],
    ['a holder with a name', { vp: { holder: { id: HOLDER_DID, name: 'Erika' } } }],
  ])('is in order with %s', async (_what, forgery) => expect(await faultsOf(kind, forgery)).toEqual([]))

  it('that nobody signed is none', async () => {
    const [, payload] = (await kind.presentation()).split('.')
    const typ = kind === older ? 'JWT' : 'vp+jwt'
    const header = disclosureOf({ alg: 'none', typ, kid: HOLDER_KID })
    expect(faults((await verified(kind, `${header}.${payload}.`)).checks)).toEqual([
      'holder_binding: alg_not_allowed',
    ])
  })

  it('is not looked at where it is waived', async () => {
    const presentation = await kind.presentation({ proof: { nonce: 'other' }, proofSigner: stranger })
    const { checks } = await verified(kind, presentation, { binding: undefined })
    expect(checks[4]).toEqual({ name: 'holder_binding', outcome: 'skipped' })
  })

  it('cannot confirm transaction data, which has no place in it', async () => {
    const binding = { audience: AUDIENCE, nonce: NONCE, transactionData: ['e30'] }
    expect(await faultsOf(kind, {}, { binding })).toEqual(['holder_binding: transaction_data_unsupported'])
  })
})

describe.each(ALL)('$format.id: the holder’s key', (kind) => {
  const names = kind === sdJwt ? {} : nameless

  it.each<[string, W3cForgery]>([
    ['is in cnf, where the credential is about nobody', boundTo(holder, undefined)],
    ['is in cnf, where the credential is about somebody else', boundTo(holder, 'urn:child')],
    ['is in cnf, where the subject is a DID elsewhere', boundTo(holder, WEB_DID)],
    ['is the DID of the subject', about(HOLDER_DID)],
    ['is that of a did:jwk which cnf names', namedIn(keyUrlOf('jwk'))],
    ['is that of a did:key which cnf names', namedIn(keyUrlOf('key'))],
    [
      'is in cnf, which names one elsewhere beside it',
      { claims: { cnf: { ...cnfOf(holder), kid: WEB_KEY } } },
    ],
  ])('%s', async (_what, forgery) => {
    expect(await faultsOf(kind, join(forgery, names))).toEqual([])
  })

  it.each<[string, W3cForgery, string]>([
    ['nobody is named', about(undefined), 'credential_not_bound'],
    ['the subject is no DID', about('urn:person'), 'credential_not_bound'],
    ['the subject is a DID elsewhere, and no key is named', about(WEB_DID), 'kid_missing'],
    ['cnf is somebody else’s', boundTo(stranger, HOLDER_DID), 'signature_invalid'],
    ['cnf names a key of nobody', { claims: { cnf: { kid: 'key-1' } } }, 'cnf_method_unsupported'],
    ['cnf names a key by a number', { claims: { cnf: { kid: 7 } } }, 'cnf_method_unsupported'],
    ['cnf names the key of somebody else', namedIn(`${STRANGER_DID}#0`), 'signature_invalid'],
    ['cnf names a DID and no key of it', namedIn(HOLDER_DID), 'cnf_key_unusable'],
    ['cnf names a key that the DID has not', namedIn(`${HOLDER_DID}#1`), 'cnf_key_unusable'],
    ['cnf names a DID that is none', namedIn('did:jwk:!#0'), 'cnf_key_unusable'],
    ['cnf names a DID that nobody looks up', namedIn(WEB_KEY), 'did_method_unsupported'],
    [
      'cnf has one key and names another: that which is there counts',
      { claims: { cnf: { ...cnfOf(stranger), kid: HOLDER_KID } } },
      'signature_invalid',
    ],
    [
      'cnf has half a key and names a whole one',
      { claims: { cnf: { jwk: { kty: 'EC' }, kid: HOLDER_KID } } },
      'cnf_key_unusable',
    ],
    ['cnf is no object', { claims: { cnf: 'key' } }, 'cnf_malformed'],
    [
      'cnf is half a key',
      { claims: { cnf: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA' } } } },
      'cnf_key_unusable',
    ],
    [
      'cnf is a private key',
      { claims: { cnf: { jwk: { ...JSON.parse(JSON.stringify(holder.publicJwk)), d: 'AA' } } } },
      'cnf_key_unusable',
    ],
    [
      'there are two subjects',
      { document: { credentialSubject: [{ id: HOLDER_DID }, { id: 'urn:b' }] }, claims: { sub: undefined } },
      'credential_not_bound',
    ],
  ])('is not there where %s', async (_what, forgery, detail) => {
    expect(await faultsOf(kind, join(forgery, names))).toEqual([`holder_binding: ${detail}`])
  })

  it('of a did:jwk that is for encryption cannot show anything', async () => {
    const did = didFromKey('jwk', { ...bareKey(holder.publicJwk), use: 'enc' })
    expect(await faultsOf(kind, join(about(did), names))).toEqual(['holder_binding: kid_missing'])
    const named = join(about(did), names, { proofHeader: { kid: `${did}#0` } })
    if (kind !== sdJwt)
      expect(await faultsOf(kind, named)).toEqual(['holder_binding: did_relationship_missing'])
  })
})

describe.each(JWTS)('$format.id: a holder whose DID stands elsewhere', (kind) => {
  const forgery = join(about(WEB_DID), {
    vp: { holder: WEB_DID },
    proof: { iss: WEB_DID },
    proofHeader: { kid: `${WEB_DID}#key-1` },
  })

  it('is asked for, by the key and for the use that the proof needs', async () => {
    const asked: unknown[] = []
    const holderKeys: DidKeyResolver = async (...question) => {
      asked.push(question)
      return ok(holder.publicJwk)
    }
    expect(await faultsOf(kind, forgery, { holderKeys })).toEqual([])
    expect(asked).toEqual([[`${WEB_DID}#key-1`, 'authentication']])
  })

  it('fails with the reason of whoever looked', async () => {
    const holderKeys: DidKeyResolver = () => refuse({ code: 'did_url_names_no_key' })
    expect(await faultsOf(kind, forgery, { holderKeys })).toEqual(['holder_binding: did_url_names_no_key'])
    expect(await faultsOf(kind, forgery)).toEqual(['holder_binding: did_method_unsupported'])
  })

  it('is not asked for a key of another DID', async () => {
    const holderKeys: DidKeyResolver = () => {
      throw new Error('asked')
    }
    const other = join(forgery, { proofHeader: { kid: 'did:web:evil.example#key-1' } })
    expect(await faultsOf(kind, other, { holderKeys })).toEqual(['holder_binding: holder_wrong'])
    const replayed = join(forgery, { proof: { nonce: 'other' } })
    expect(await faultsOf(kind, replayed, { holderKeys })).toEqual(['holder_binding: nonce_wrong'])
  })

  it('is not asked for on the word of an issuer whom nobody believes', async () => {
    const holderKeys: DidKeyResolver = () => {
      throw new Error('asked')
    }
    const trust: IssuerTrust = () =>
      refuse({ code: 'untrusted', reason: 'unheard_of', key: didIssuer.publicJwk })
    expect(await faultsOf(kind, forgery, { holderKeys, trust })).toEqual([
      'issuer_trust: unheard_of',
      'holder_binding: did_method_unsupported',
    ])
    const forged = { ...forgery, signer: stranger }
    expect(await faultsOf(kind, forged, { holderKeys })).toEqual([
      'issuer_signature: signature_invalid',
      'holder_binding: did_method_unsupported',
    ])
  })
})

describe.each(ALL)('$format.id: a cnf that names a key of a did:web', (kind) => {
  const forgery = join(namedIn(WEB_KEY), nameless)
  const holderKeys: DidKeyResolver = () => ok(holder.publicJwk)

  it('is looked up for a believed issuer alone', async () => {
    const asked: unknown[] = []
    const asking: DidKeyResolver = async (...question) => {
      asked.push(question)
      return ok(holder.publicJwk)
    }
    expect(await faultsOf(kind, forgery, { holderKeys: asking })).toEqual([])
    expect(asked).toEqual([[WEB_KEY, 'authentication']])
    const trust: IssuerTrust = () =>
      refuse({ code: 'untrusted', reason: 'unheard_of', key: didIssuer.publicJwk })
    expect(await faultsOf(kind, forgery, { holderKeys: asking, trust })).toEqual([
      'issuer_trust: unheard_of',
      'holder_binding: did_method_unsupported',
    ])
    expect(asked).toHaveLength(1)
  })

  it('fails with the reason of whoever looked, and with the key of somebody else', async () => {
    const unknown: DidKeyResolver = () => refuse({ code: 'did_not_found', reason: '404' })
    expect(await faultsOf(kind, forgery, { holderKeys: unknown })).toEqual(['holder_binding: did_not_found'])
    const others: DidKeyResolver = () => ok(stranger.publicJwk)
    expect(await faultsOf(kind, forgery, { holderKeys: others })).toEqual([
      'holder_binding: signature_invalid',
    ])
  })

  it('lets the holder go by that DID and by no other', async () => {
    if (kind === sdJwt) return
    const names = { vp: { holder: WEB_DID }, proof: { iss: WEB_DID }, proofHeader: { kid: WEB_KEY } }
    expect(await faultsOf(kind, join(forgery, names), { holderKeys })).toEqual([])
    const other = { proof: { iss: 'did:web:other.example' } }
    expect(await faultsOf(kind, join(forgery, names, other), { holderKeys })).toEqual([
      'holder_binding: holder_wrong',
    ])
  })

  it('is shown with the key of that name, and with no other', async () => {
    const binding = { signer: { ...holder, keyId: WEB_KEY }, audience: AUDIENCE, nonce: NONCE, issuedAt: NOW }
    const credential = await kind.credential(forgery)
    const opened = await kind.format.open(credential, nodeEngine)
    expect(opened).toMatchObject({ value: { holderKeyUrl: WEB_KEY, holderKey: undefined } })
    const presented = await kind.format.present({ credential, disclose: [], binding }, nodeEngine)
    if (!presented.ok) throw new Error(presented.error.code)
    expect(faults((await verified(kind, presented.value, { holderKeys })).checks)).toEqual([])
    const other = { ...binding, signer: { ...holder, keyId: `${WEB_DID}#key-2` } }
    expect(await kind.format.present({ credential, disclose: [], binding: other }, nodeEngine)).toMatchObject(
      {
        error: { code: 'holder_key_wrong' },
      },
    )
  })
})

describe('an SD-JWT about a DID', () => {
  it('whose document is elsewhere is shown with the name of the key that signs', async () => {
    const signer = { ...holder, keyId: WEB_KEY }
    const binding = { signer, audience: AUDIENCE, nonce: NONCE, issuedAt: NOW }
    const credential = await forgeSdJwt(about(WEB_DID))
    const presented = await vcSdJwt.present({ credential, disclose: [], binding }, nodeEngine)
    if (!presented.ok) throw new Error(presented.error.code)
    const holderKeys: DidKeyResolver = (url) =>
      url === WEB_KEY ? ok(holder.publicJwk) : refuse({ code: 'did_url_names_no_key' })
    expect(faults((await verified(sdJwt, presented.value, { holderKeys })).checks)).toEqual([])
    const bare = await vcSdJwt.present(
      { credential, disclose: [], binding: { ...binding, signer: holder } },
      nodeEngine,
    )
    expect(bare).toMatchObject({ error: { code: 'credential_not_bound' } })
  })

  it('is bound by the key of that DID, named or not', async () => {
    const headers: readonly JsonObject[] = [{}, { kid: HOLDER_KID }]
    for (const keyBindingHeader of headers) {
      const text = await bindTo(await forgeSdJwt(), { keyBindingHeader })
      expect(faults((await verified(sdJwt, text)).checks)).toEqual([])
    }
    const other = await bindTo(await forgeSdJwt(), { keyBindingHeader: { kid: `${STRANGER_DID}#0` } })
    expect(faults((await verified(sdJwt, other)).checks)).toEqual(['holder_binding: holder_wrong'])
    const forged = await bindTo(await forgeSdJwt(), { keyBindingSigner: stranger })
    expect(faults((await verified(sdJwt, forged)).checks)).toEqual(['holder_binding: signature_invalid'])
  })

  it('may confirm transaction data in its key-binding JWT', async () => {
    const transactionData = [disclosureOf({ type: 'a' })]
    const binding: VerifyInput['binding'] = { audience: AUDIENCE, nonce: NONCE, transactionData }
    const credential = await forgeSdJwt()
    const signed = { ...binding, signer: holder, issuedAt: NOW }
    const presented = await vcSdJwt.present({ credential, disclose: [], binding: signed }, nodeEngine)
    if (!presented.ok) throw new Error(presented.error.code)
    const outcome = await verified(sdJwt, presented.value, { binding })
    expect(faults(outcome.checks)).toEqual([])
    expect(outcome.confirmed).toEqual({ ok: true, value: [0] })
    const without = await bindTo(credential)
    expect((await verified(sdJwt, without, { binding })).confirmed).toEqual({ ok: true, value: [] })
  })
})

describe.each(ALL)('$format.id: a holder who presents', (kind) => {
  const binding = { signer: holder, audience: AUDIENCE, nonce: NONCE, issuedAt: NOW }

  async function present(
    forgery: W3cForgery,
    signer: Signer = holder,
    transactionData: readonly string[] = [],
  ) {
    const credential = await kind.credential(forgery)
    const input = { credential, disclose: [], binding: { ...binding, signer, transactionData } }
    return kind.format.present(input, nodeEngine)
  }

  it.each<[string, W3cForgery, Signer]>([
    ['the subject’s did:jwk', about(HOLDER_DID), holder],
    ['the subject’s did:key', about(didFromKey('key', holder.publicJwk)), holder],
    ['cnf of a credential about nobody', boundTo(holder, undefined), holder],
    ['cnf of a credential about somebody else', boundTo(holder, 'urn:child'), holder],
    ['an Ed25519 key', about(didFromKey('key', makeEd25519().publicJwk)), makeEd25519()],
    ['a P-521 key', boundTo(makeP521(), undefined), makeP521()],
  ])('with %s is believed', async (_what, forgery, signer) => {
    const presented = await present(forgery, signer)
    if (!presented.ok) throw new Error(presented.error.code)
    expect(faults((await verified(kind, presented.value)).checks)).toEqual([])
  })

  it.each<[string, W3cForgery, Signer, string]>([
    ['another key than the DID', about(HOLDER_DID), stranger, 'holder_key_wrong'],
    ['another key than cnf', boundTo(holder, undefined), stranger, 'holder_key_wrong'],
    ['a credential about nobody', about(undefined), holder, 'credential_not_bound'],
    ['a DID elsewhere and a key that is not of it', about(WEB_DID), holder, 'credential_not_bound'],
    ['a cnf that is none', { claims: { cnf: { kid: 'x' } } }, holder, 'cnf_method_unsupported'],
  ])('is refused with %s', async (_what, forgery, signer, code) => {
    expect(await present(forgery, signer)).toMatchObject({ ok: false, error: { code } })
  })

  it('may show the credential as it is, and never a claim that is not in it', async () => {
    const credential = await kind.credential()
    expect(
      await kind.format.present({ credential, disclose: [['credentialSubject', 'given_name']] }, nodeEngine),
    ).toEqual(ok(credential))
    expect(await kind.format.present({ credential, disclose: [['given_name']] }, nodeEngine)).toMatchObject({
      error: { code: 'path_not_found' },
    })
  })
})

describe.each(JWTS)('$format.id: what a holder signs', (kind: Kind) => {
  const binding = { signer: holder, audience: AUDIENCE, nonce: NONCE, issuedAt: NOW }

  it('names the holder, the verifier and the nonce, and soon ends', async () => {
    const issued = await kind.format.issue(w3cInput(), nodeEngine)
    const credential = issued.ok ? issued.value : ''
    const presented = await kind.format.present({ credential, disclose: [], binding }, nodeEngine)
    const jws = decodeJws(presented.ok ? presented.value : '', { maxLength: 100_000 })
    if (!jws.ok) throw new Error(jws.error.code)
    expect(jws.value.header).toEqual(
      kind === older
        ? { typ: 'JWT', kid: HOLDER_KID, alg: 'ES256' }
        : { typ: 'vp+jwt', cty: 'vp', kid: HOLDER_KID, alg: 'ES256' },
    )
    expect(jws.value.payload).toMatchObject({
      iss: HOLDER_DID,
      aud: AUDIENCE,
      nonce: NONCE,
      iat: NOW,
      exp: NOW + 300,
    })
    const vp = kind === older ? jws.value.payload.vp : jws.value.payload
    expect(vp).toMatchObject({ type: ['VerifiablePresentation'], holder: HOLDER_DID })
    expect(JSON.stringify(vp)).toContain(
      kind === newer ? `data:application/vc+jwt,${credential}` : credential,
    )
  })

  it('may be of a DID elsewhere, by the key id that belongs to it', async () => {
    const signer = { ...holder, keyId: `${WEB_DID}#key-1` }
    const credential = await kind.credential(about(WEB_DID))
    const presented = await kind.format.present(
      { credential, disclose: [], binding: { ...binding, signer } },
      nodeEngine,
    )
    if (!presented.ok) throw new Error(presented.error.code)
    const holderKeys: DidKeyResolver = () => ok(holder.publicJwk)
    expect(faults((await verified(kind, presented.value, { holderKeys })).checks)).toEqual([])
  })

  it('is no transaction', async () => {
    const credential = await kind.credential()
    const input = { credential, disclose: [], binding: { ...binding, transactionData: ['e30'] } }
    expect(await kind.format.present(input, nodeEngine)).toMatchObject({
      error: { code: 'transaction_data_unsupported' },
    })
  })

  it('fits a credential of the greatest size', async () => {
    const claims = { credentialSubject: { text: 'x'.repeat(47_000) } }
    const issued = await kind.format.issue(w3cInput({ claims }), nodeEngine)
    if (!issued.ok) throw new Error(issued.error.code)
    const presented = await kind.format.present(
      { credential: issued.value, disclose: [], binding },
      nodeEngine,
    )
    expect(faults((await verified(kind, presented.ok ? presented.value : '')).checks)).toEqual([])
  })
})
