import { decodeBase64url } from '@countersign/core/base64url'
import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import { bareKey, type PublicJwk } from '@countersign/crypto/jwk'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBase58btc } from './base58btc.ts'
import { didFromKey } from './did.ts'
import { multibaseKey } from './did-key.ts'
import { didResolver, type FetchDidDocument } from './did-resolver.ts'
import { parseDidDocument } from './parse-did-document.ts'

const NOW = 1_780_000_000
const DID = 'did:web:issuer.example:department'
const URL_OF_DID = 'https://issuer.example/department/did.json'
const key = bareKey(makeSigner('P-256').publicJwk)
const other = bareKey(makeSigner('P-384').publicJwk)
const ed = bareKey(makeSigner('Ed25519').publicJwk)

function method(changes: JsonObject = {}): JsonObject {
  return { id: `${DID}#1`, type: 'JsonWebKey2020', controller: DID, publicKeyJwk: { ...key }, ...changes }
}

function documentText(changes: JsonObject = {}): string {
  const document = { id: DID, verificationMethod: [method()], assertionMethod: [`${DID}#1`] }
  return JSON.stringify({ '@context': ['https://www.w3.org/ns/did/v1'], ...document, ...changes })
}

function without(object: JsonObject, member: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== member))
}

function parsed(changes: JsonObject = {}) {
  const document = parseDidDocument(documentText(changes), DID, NOW)
  if (!document.ok) throw new Error(JSON.stringify(document.error))
  return document.value
}

/** Raw bytes of an Ed25519 key. */
const rawEd = decodeBase64url(ed.kty === 'OKP' ? ed.x : '') ?? new Uint8Array()

describe('a DID document', () => {
  it('is read for its keys and what they are for', () => {
    expect(parsed()).toMatchObject({
      id: DID,
      '@context': ['https://www.w3.org/ns/did/v1'],
      verificationMethod: [{ id: `${DID}#1`, controller: DID, publicKeyJwk: key }],
      assertionMethod: [`${DID}#1`],
    })
  })

  it.each<[string, JsonObject, PublicJwk]>([
    ['JsonWebKey', { type: 'JsonWebKey' }, key],
    ['Multikey', { type: 'Multikey', publicKeyJwk: null, publicKeyMultibase: multibaseKey(other) }, other],
    [
      'Ed25519VerificationKey2020',
      { type: 'Ed25519VerificationKey2020', publicKeyJwk: null, publicKeyMultibase: multibaseKey(ed) },
      ed,
    ],
    [
      'Ed25519VerificationKey2018',
      { type: 'Ed25519VerificationKey2018', publicKeyJwk: null, publicKeyBase58: encodeBase58btc(rawEd) },
      ed,
    ],
    [
      'Ed25519VerificationKey2018 with a JWK',
      { type: 'Ed25519VerificationKey2018', publicKeyJwk: { ...ed } },
      ed,
    ],
  ])('has a method of the type %s', (_type, changes, expected) => {
    const cleaned = Object.fromEntries(Object.entries(method(changes)).filter(([, value]) => value !== null))
    expect(parsed({ verificationMethod: [cleaned] }).verificationMethod[0]?.publicKeyJwk).toEqual(expected)
  })

  it('may name its methods by their fragment, and hold one where it is used', () => {
    const embedded = method({ id: '#2', publicKeyJwk: { ...other } })
    const document = parsed({
      verificationMethod: [method({ id: '#1' })],
      assertionMethod: ['#1'],
      authentication: [embedded, `${DID}#1`],
    })
    expect(document.verificationMethod.map(({ id }) => id)).toEqual([`${DID}#1`, `${DID}#2`])
    expect(document.authentication).toEqual([`${DID}#2`, `${DID}#1`])
    expect(document.assertionMethod).toEqual([`${DID}#1`])
  })

  it.each<[string, JsonObject, string]>([
    ['a type that nobody knows', { type: 'RsaVerificationKey2018' }, 'method_type_unsupported'],
    ['a name of the prototype as type', { type: 'constructor' }, 'method_type_unsupported'],
    ['a list of types', { type: ['JsonWebKey2020'] }, 'method_type_unsupported'],
    ['a type of another key', { type: 'Ed25519VerificationKey2020' }, 'method_type_differs'],
    ['another controller', { controller: 'did:web:other.example' }, 'controller_differs'],
    ['two controllers', { controller: [DID, 'did:web:other.example'] }, 'controller_differs'],
    ['the id of another DID', { id: 'did:web:other.example#1' }, 'method_of_another'],
    ['the id of a DID that starts alike', { id: `${DID}s#1` }, 'method_of_another'],
    ['a private key', { publicKeyJwk: { ...key, d: 'AA' } }, 'jwk_private'],
    ['a key that is no object', { publicKeyJwk: 'AA' }, 'jwk_malformed'],
    [
      'a key of another kind',
      { publicKeyJwk: { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } },
      'jwk_unsupported',
    ],
    ['two forms of a key', { publicKeyMultibase: multibaseKey(key) }, 'key_ambiguous'],
    ['a revocation', { revoked: '2099-01-01T00:00:00Z' }, 'method_revoked'],
    ['an end in the past', { expires: '2020-01-01T00:00:00Z' }, 'method_expired'],
    ['an end that is no date', { expires: 'tomorrow' }, 'method_expired'],
    ['an end on a day that does not exist', { expires: '2999-02-30T00:00:00Z' }, 'method_expired'],
    ['an end that is a day', { expires: '2999-01-01' }, 'method_expired'],
    ['an end in no time zone', { expires: '2999-01-01T00:00:00' }, 'method_expired'],
    ['an end that is a number', { expires: 4_000_000_000 }, 'method_expired'],
  ])('keeps the reason for a method with %s', (_what, changes, reason) => {
    const { verificationMethod, unusable } = parsed({ verificationMethod: [method(changes)] })
    expect(verificationMethod).toEqual([])
    expect([...unusable.values()]).toEqual([reason])
  })

  it.each<[string, JsonObject, string]>([
    ['no key', {}, 'key_missing'],
    ['multibase of another base', { publicKeyMultibase: 'mAQ' }, 'multibase_unsupported'],
    ['multibase with a foreign character', { publicKeyMultibase: 'z0' }, 'base58_malformed'],
    ['multibase that is no text', { publicKeyMultibase: 5 }, 'key_malformed'],
    ['a short Base58 key', { publicKeyBase58: encodeBase58btc(rawEd.subarray(1)) }, 'key_malformed'],
    ['an endless Base58 key', { publicKeyBase58: 'z'.repeat(1000) }, 'key_malformed'],
    ['Base58 that is no text', { publicKeyBase58: [] }, 'key_malformed'],
    ['a Base58 key of small order', { publicKeyBase58: encodeBase58btc(new Uint8Array(32)) }, 'jwk_weak'],
  ])('keeps the reason for a method with %s', (_what, material, reason) => {
    const type = 'Ed25519VerificationKey2018'
    const bare = { ...without(method({ type }), 'publicKeyJwk'), ...material }
    expect([...parsed({ verificationMethod: [bare] }).unusable.values()]).toEqual([reason])
  })

  it('takes a key that has not expired yet', () => {
    const expires = new Date((NOW + 60) * 1000).toISOString()
    expect(parsed({ verificationMethod: [method({ expires })] }).verificationMethod).toHaveLength(1)
  })

  it.each<[string, string, string]>([
    ['of another DID', documentText({ id: 'did:web:other.example' }), 'did_document_of_another'],
    ['of a DID in another case', documentText({ id: DID.toUpperCase() }), 'did_document_of_another'],
    ['of nobody', JSON.stringify({}), 'did_document_of_another'],
    ['that is no JSON', '<html>', 'did_document_malformed'],
    ['that is a list', '[]', 'did_document_malformed'],
    ['that says its id twice', `{"id":"${DID}","id":"${DID}"}`, 'did_document_malformed'],
    ['that is large', documentText({ a: 'x'.repeat(70_000) }), 'did_document_malformed'],
    ['that is deep', `{"id":"${DID}","a":${'['.repeat(40)}${']'.repeat(40)}}`, 'did_document_malformed'],
    ['with methods that are no list', documentText({ verificationMethod: {} }), 'did_document_malformed'],
    [
      'with a method that is no object',
      documentText({ verificationMethod: ['#1'] }),
      'did_document_malformed',
    ],
    [
      'with one id twice',
      documentText({ verificationMethod: [method(), method()] }),
      'did_document_malformed',
    ],
    [
      'with one id in two forms',
      documentText({ verificationMethod: [method(), method({ id: '#1' })] }),
      'did_document_malformed',
    ],
    ['with an embedded id twice', documentText({ authentication: [method()] }), 'did_document_malformed'],
    [
      'with a method without id',
      documentText({ verificationMethod: [without(method(), 'id')] }),
      'did_document_malformed',
    ],
    [
      'with an id without fragment',
      documentText({ verificationMethod: [method({ id: DID })] }),
      'did_document_malformed',
    ],
    ['with a number as use', documentText({ assertionMethod: [1] }), 'did_document_malformed'],
    ['with a text as uses', documentText({ assertionMethod: `${DID}#1` }), 'did_document_malformed'],
    [
      'with many methods',
      documentText({ verificationMethod: Array.from({ length: 65 }, (_, at) => method({ id: `#${at}` })) }),
      'did_document_malformed',
    ],
    [
      'with many uses',
      documentText({ assertionMethod: Array.from({ length: 65 }, () => '#1') }),
      'did_document_malformed',
    ],
  ])('%s is refused', (_what, text, code) => {
    expect(parseDidDocument(text, DID, NOW)).toMatchObject({ ok: false, error: { code } })
  })

  it('is read or refused, whatever it is', () => {
    const entry = fc.oneof(
      fc.constantFrom<JsonValue>('#1', `${DID}#1`, method(), method({ id: '#2' })),
      fc.jsonValue().map((value) => value as JsonValue),
    )
    const members = fc.record(
      {
        verificationMethod: fc.oneof(fc.array(entry), entry),
        assertionMethod: fc.oneof(fc.array(entry), entry),
        keyAgreement: fc.oneof(fc.array(entry), entry),
        '@context': entry,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(members, (changes) => {
        const document = parseDidDocument(documentText(changes as JsonObject), DID, NOW)
        if (!document.ok) return
        expect(document.value.verificationMethod.every(({ controller }) => controller === DID)).toBe(true)
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => !parseDidDocument(text, DID, NOW).ok))
  })
})

/** A web of documents, a clock and a count of what was asked. */
function world(documents: Record<string, string>, limits: { maxEntries?: number } = {}) {
  const asked: string[] = []
  let time = NOW
  const fetchDocument: FetchDidDocument = async (url) => {
    asked.push(url)
    const text = documents[url]
    return text === undefined ? refuse({ reason: 'status_404' }) : ok(text)
  }
  const keyOf = didResolver({ fetchDocument, now: () => time, ...limits })
  return { asked, documents, keyOf, wait: (seconds: number) => (time += seconds) }
}

describe('the resolver', () => {
  it('finds the key of a did:web, and asks once for all who wait', async () => {
    const { asked, keyOf } = world({ [URL_OF_DID]: documentText() })
    const answers = await Promise.all([1, 2, 3].map(() => keyOf(`${DID}#1`, 'assertionMethod')))
    expect(answers).toEqual([1, 2, 3].map(() => ({ ok: true, value: key })))
    await keyOf(`${DID}#1`, 'assertionMethod')
    expect(asked).toEqual([URL_OF_DID])
  })

  it('lets a key do what its document says and nothing else', async () => {
    const { keyOf } = world({ [URL_OF_DID]: documentText() })
    expect(await keyOf(`${DID}#1`, 'authentication')).toEqual({
      ok: false,
      error: { code: 'did_relationship_missing', relationship: 'authentication' },
    })
    expect(await keyOf(`${DID}#2`, 'assertionMethod')).toEqual({
      ok: false,
      error: { code: 'did_url_names_no_key' },
    })
  })

  it('says why a key that is there cannot be used', async () => {
    const revoked = method({ revoked: '2020-01-01T00:00:00Z' })
    const { keyOf } = world({ [URL_OF_DID]: documentText({ verificationMethod: [revoked] }) })
    expect(await keyOf(`${DID}#1`, 'assertionMethod')).toEqual({
      ok: false,
      error: { code: 'did_key_unusable', reason: 'method_revoked' },
    })
  })

  it('asks again when a document has had its time, and sees that a key is gone', async () => {
    const { asked, documents, keyOf, wait } = world({ [URL_OF_DID]: documentText() })
    await keyOf(`${DID}#1`, 'assertionMethod')
    documents[URL_OF_DID] = documentText({ verificationMethod: [] })
    wait(299)
    expect((await keyOf(`${DID}#1`, 'assertionMethod')).ok).toBe(true)
    wait(1)
    expect((await keyOf(`${DID}#1`, 'assertionMethod')).ok).toBe(false)
    expect(asked).toHaveLength(2)
  })

  it('asks again for a key that may be new, but not for each who names one', async () => {
    const { asked, documents, keyOf, wait } = world({ [URL_OF_DID]: documentText() })
    await keyOf(`${DID}#1`, 'assertionMethod')
    const second = method({ id: '#2', publicKeyJwk: { ...other } })
    documents[URL_OF_DID] = documentText({ verificationMethod: [second], assertionMethod: ['#2'] })
    expect((await keyOf(`${DID}#2`, 'assertionMethod')).ok).toBe(false)
    wait(30)
    expect(await keyOf(`${DID}#2`, 'assertionMethod')).toEqual({ ok: true, value: other })
    for (let attempt = 0; attempt < 5; attempt++) await keyOf(`${DID}#x${attempt}`, 'assertionMethod')
    expect(asked).toHaveLength(2)
  })

  it('keeps a failure with its reason for a while', async () => {
    const { asked, documents, keyOf, wait } = world({})
    const missing = { ok: false, error: { code: 'did_not_found', reason: 'status_404' } }
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await keyOf(`${DID}#1`, 'assertionMethod')).toEqual(missing)
    }
    expect(asked).toHaveLength(1)
    documents[URL_OF_DID] = documentText()
    wait(29)
    expect(await keyOf(`${DID}#1`, 'assertionMethod')).toEqual(missing)
    wait(1)
    expect((await keyOf(`${DID}#1`, 'assertionMethod')).ok).toBe(true)
  })

  it('keeps no more than it may, and those in use longest', async () => {
    const dids = ['a', 'b', 'c'].map((name) => `did:web:${name}.example`)
    const { asked, keyOf } = world({}, { maxEntries: 2 })
    const [a, b, c] = dids.map((did) => () => keyOf(`${did}#1`, 'assertionMethod'))
    for (const ask of [a, b, a, c, a, b]) await ask?.()
    expect(asked.map((url) => url.charAt('https://'.length))).toEqual(['a', 'b', 'c', 'b'])
  })

  it('answers at once for a DID that is its key, and asks nobody', () => {
    const { asked, keyOf } = world({})
    const did = didFromKey('jwk', key)
    expect(keyOf(`${did}#0`, 'assertionMethod')).toEqual({ ok: true, value: key })
    expect(keyOf(did, 'assertionMethod')).toEqual({ ok: false, error: { code: 'did_url_names_no_key' } })
    expect(asked).toEqual([])
  })

  it.each([
    ['did:web:127.0.0.1#1', 'did_malformed'],
    ['did:web:issuer.example/path#1', 'did_malformed'],
    ['did:web:issuer.example?a=b#1', 'did_malformed'],
    ['did:web:issuer.example:..#1', 'did_malformed'],
    ['did:webs:issuer.example#1', 'did_method_unsupported'],
    ['did:ion:abc#1', 'did_method_unsupported'],
    ['#1', 'did_malformed'],
    ['issuer.example#1', 'did_malformed'],
  ])('asks nobody about %s', async (didUrl, code) => {
    const { asked, keyOf } = world({})
    expect(await keyOf(didUrl, 'assertionMethod')).toMatchObject({ ok: false, error: { code } })
    expect(asked).toEqual([])
  })
})
