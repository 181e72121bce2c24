import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, type CborKey, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { writeCoseKey } from '@countersign/crypto/cose/key'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import {
  CERTIFICATE,
  DOC_TYPE,
  embedded,
  type Forgery,
  faults,
  forge,
  holder,
  LOCAL_NAMESPACE,
  NAMESPACE,
  NOW,
  verified,
  verifyInput,
} from './mdoc.testing.ts'
import { verifyMdoc } from './verify.ts'

/** Why the structure was refused, with nothing else judged. */
async function structureFault(forgery: Forgery): Promise<string | undefined> {
  const { checks, presentation } = await verified(forgery)
  const [structure, ...rest] = checks
  expect(presentation).toBeUndefined()
  expect(rest.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'skipped', 'skipped'])
  return structure?.detail
}

/** `IssuerSignedItemBytes` as the forger writes them. */
const ITEM = embedded(
  mapOf({
    digestID: 0,
    random: new Uint8Array(16).fill(7),
    elementIdentifier: 'given_name',
    elementValue: 'Erika',
  }),
)
const ITEM_BYTES = encodeCbor(ITEM)

const time = (text: string): CborInput => tagged(TAG.dateTime, text)

describe('the response', () => {
  it.each<[string, Forgery, string]>([
    ['of another version', { response: { version: '2.0' } }, 'device_response_version_unsupported'],
    ['of a version that is a number', { response: { version: 1 } }, 'device_response_version_unsupported'],
    ['without a version', { response: { version: undefined } }, 'device_response_version_unsupported'],
    ['with a status other than 0', { response: { status: 10 } }, 'device_response_status'],
    ['without a status', { response: { status: undefined } }, 'device_response_status'],
    [
      'with document errors',
      { response: { documentErrors: [mapOf({ [DOC_TYPE]: 0 })] } },
      'device_response_errors',
    ],
    [
      'with document errors that are no list',
      { response: { documentErrors: new Map() } },
      'device_response_errors',
    ],
    ['without documents', { response: { documents: undefined } }, 'device_response_malformed'],
    ['with documents that are no list', { response: { documents: new Map() } }, 'device_response_malformed'],
    ['with no document', { documents: () => [] }, 'device_response_not_one_document'],
    ['with two documents', { documents: (one) => [one, one] }, 'device_response_not_one_document'],
    ['with a document that is no map', { documents: () => [1] }, 'document_malformed'],
    ['with a document without a type', { document: { docType: undefined } }, 'document_malformed'],
    ['that the device did not sign', { document: { deviceSigned: undefined } }, 'document_malformed'],
    ['without what the issuer signed', { document: { issuerSigned: undefined } }, 'issuer_signed_malformed'],
    ['without device namespaces', { deviceSigned: { nameSpaces: undefined } }, 'device_namespaces_malformed'],
    [
      'with bare device namespaces',
      { deviceSigned: { nameSpaces: new Map() } },
      'device_namespaces_malformed',
    ],
    ['without a proof', { deviceAuth: new Map() }, 'device_auth_malformed'],
    ['with an unknown proof', { deviceAuth: mapOf({ deviceZk: [] }) }, 'device_auth_malformed'],
    [
      'with two proofs',
      { deviceAuth: mapOf({ deviceSignature: [], deviceMac: [] }) },
      'device_auth_malformed',
    ],
    ['with a broken proof', { deviceAuth: mapOf({ deviceSignature: [] }) }, 'cose_malformed'],
    [
      'with a MAC tagged as a signature',
      { deviceAuth: mapOf({ deviceMac: tagged(18, []) }) },
      'cose_tag_wrong',
    ],
  ])('%s is refused', async (_, forgery, code) => expect(await structureFault(forgery)).toBe(code))

  it.each([
    ['padding', (text: string) => `${text}=`, 'mdoc_not_base64url'],
    ['a line break', (text: string) => `${text}\n`, 'mdoc_not_base64url'],
    [
      'something after it',
      (text: string) => `${text.slice(0, -(text.length % 4) || undefined)}AAAA`,
      'cbor_trailing_bytes',
    ],
    ['its end cut off', (text: string) => text.slice(0, -(8 + (text.length % 4))), 'cbor_truncated'],
  ])('with %s is refused', async (_, change, code) => {
    const { checks } = await verifyMdoc(verifyInput(change(await forge())), nodeEngine)
    expect(checks[0]?.detail).toBe(code)
  })

  it('of another document type than was signed is refused', async () => {
    const other = 'org.iso.23220.photoid.1'
    expect(await structureFault({ document: { docType: other } })).toBe('doctype_mismatch')
    expect(await structureFault({ document: { docType: other }, deviceDocType: other })).toBe(
      'doctype_mismatch',
    )
    expect(await structureFault({ mso: { docType: other } })).toBe('doctype_mismatch')
  })
})

describe('what the issuer signed', () => {
  it.each<[string, Forgery, string]>([
    ['without issuerAuth', { issuerSigned: { issuerAuth: undefined } }, 'issuer_signed_malformed'],
    ['with a member that is not known', { issuerSigned: { names: 1 } }, 'issuer_signed_malformed'],
    ['with an issuerAuth that is none', { issuerSigned: { issuerAuth: 1 } }, 'cose_malformed'],
    [
      'with an extension that must be understood',
      { protectedHeader: new Map([[2, [33]]]) },
      'cose_crit_unsupported',
    ],
    ['without a chain', { unprotectedHeader: new Map() }, 'x5chain_missing'],
    ['with a chain of text', { unprotectedHeader: new Map([[33, 'MIIB']]) }, 'x5chain_malformed'],
    ['with an empty chain', { unprotectedHeader: new Map([[33, []]]) }, 'x5chain_malformed'],
    [
      'with an endless chain',
      { unprotectedHeader: new Map([[33, Array<CborInput>(7).fill(CERTIFICATE)]]) },
      'x5chain_malformed',
    ],
    ['with two chains', { protectedHeader: new Map([[33, CERTIFICATE]]) }, 'cose_header_repeated'],
    ['with a payload that is no CBOR', { payload: new Uint8Array(3).fill(0xff) }, 'mso_malformed'],
    ['with a payload without tag 24', { payload: Uint8Array.of(0xa0) }, 'mso_malformed'],
    ['with a payload that holds no map', { payload: Uint8Array.of(0xd8, 0x18, 0x41, 0x80) }, 'mso_malformed'],
    ['in another version', { mso: { version: '2.0' } }, 'mso_version_unsupported'],
    ['without a version', { mso: { version: undefined } }, 'mso_version_unsupported'],
    ['without a document type', { mso: { docType: undefined } }, 'mso_malformed'],
    ['with SHA-1', { mso: { digestAlgorithm: 'SHA-1' } }, 'digest_algorithm_unsupported'],
    [
      'with a digest algorithm in lower case',
      { mso: { digestAlgorithm: 'sha-256' } },
      'digest_algorithm_unsupported',
    ],
    ['without a digest algorithm', { mso: { digestAlgorithm: undefined } }, 'digest_algorithm_unsupported'],
    ['without digests', { mso: { valueDigests: undefined } }, 'mso_malformed'],
    ['with digests that are a list', { mso: { valueDigests: mapOf({ [NAMESPACE]: [] }) } }, 'mso_malformed'],
    ['with digests of another algorithm', { mso: { digestAlgorithm: 'SHA-512' } }, 'mso_malformed'],
    ['with a digest under a name', { items: [{ digestId: 'x' }] }, 'mso_malformed'],
    ['with a digest under a negative number', { items: [{ digestId: -1 }] }, 'mso_malformed'],
    ['with a digest that is too short', { items: [{ digest: new Uint8Array(31) }] }, 'mso_malformed'],
    ['without a device key', { deviceKeyInfo: { deviceKey: undefined } }, 'device_key_unusable'],
    [
      'with a private device key',
      {
        deviceKeyInfo: { deviceKey: new Map([...writeCoseKey(holder.publicJwk), [-4, new Uint8Array(32)]]) },
      },
      'device_key_unusable',
    ],
    ['without device key information', { mso: { deviceKeyInfo: undefined } }, 'mso_malformed'],
    ['with authorisations that are no map', { deviceKeyInfo: { keyAuthorizations: [] } }, 'mso_malformed'],
    [
      'with authorisations for no name',
      { deviceKeyInfo: { keyAuthorizations: mapOf({ nameSpaces: [1] }) } },
      'mso_malformed',
    ],
    [
      'with authorised elements that are no map',
      { deviceKeyInfo: { keyAuthorizations: mapOf({ dataElements: [] }) } },
      'mso_malformed',
    ],
    ['without a time', { mso: { validityInfo: undefined } }, 'mso_malformed'],
    ['without an end', { validity: { validUntil: undefined } }, 'mso_malformed'],
    ['with a time that is not tagged', { validity: { signed: '2026-05-28T20:00:00Z' } }, 'mso_malformed'],
    ['with a time as a number', { validity: { signed: tagged(1, NOW) } }, 'mso_malformed'],
    [
      'with a time that does not exist',
      { validity: { signed: time('2026-02-30T20:00:00Z') } },
      'mso_malformed',
    ],
    ['with a time without a zone', { validity: { signed: time('2026-05-28T20:00:00') } }, 'mso_malformed'],
    [
      'that holds before it is signed',
      { validity: { validFrom: time('2026-05-01T00:00:00Z') } },
      'validity_contradictory',
    ],
    [
      'that ends before it holds',
      { validity: { validUntil: time('2026-05-01T00:00:00Z') } },
      'validity_contradictory',
    ],
  ])('%s is refused', async (_, forgery, code) => expect(await structureFault(forgery)).toBe(code))
})

describe('an element', () => {
  const item = (members: Readonly<Record<string, CborInput>>): Forgery => ({ items: [{ members }] })

  it.each<[string, Forgery, string]>([
    ['that was changed', { items: [{ digest: new Uint8Array(32) }] }, 'digest_wrong'],
    ['that the issuer did not sign', { items: [{ digestId: 1 }] }, 'digest_missing'],
    [
      'under a digest of another namespace',
      {
        items: [{}, { namespace: LOCAL_NAMESPACE, digestId: 5, members: { digestID: 5 } }],
        issuerSigned: { nameSpaces: mapOf({ [LOCAL_NAMESPACE]: [ITEM] }) },
      },
      'digest_missing',
    ],
    ['that comes twice', { items: [{}, {}] }, 'digest_id_repeated'],
    [
      'with two values',
      { items: [{}, { members: { digestID: 1, elementValue: 'Max' } }] },
      'element_repeated',
    ],
    [
      'that is not embedded',
      { items: [{ written: mapOf({ digestID: 0 }) }] },
      'issuer_signed_item_malformed',
    ],
    ['that is embedded text', { items: [{ written: tagged(24, 'x') }] }, 'issuer_signed_item_malformed'],
    ['that is no map', { items: [{ written: embedded([1]) }] }, 'issuer_signed_item_malformed'],
    [
      'that is broken',
      { items: [{ written: tagged(24, Uint8Array.of(0xa1)) }] },
      'issuer_signed_item_malformed',
    ],
    ['without a digest id', item({ digestID: undefined }), 'issuer_signed_item_malformed'],
    [
      'with a digest id of text',
      { items: [{ digestId: 0, members: { digestID: '0' } }] },
      'issuer_signed_item_malformed',
    ],
    [
      'with a digest id that is no integer',
      { items: [{ digestId: 0, members: { digestID: 0.5 } }] },
      'issuer_signed_item_malformed',
    ],
    ['without a random value', item({ random: undefined }), 'issuer_signed_item_malformed'],
    ['with a random value that can be guessed', item({ random: new Uint8Array(15) }), 'random_too_short'],
    ['without a name', item({ elementIdentifier: undefined }), 'issuer_signed_item_malformed'],
    ['with a number for a name', item({ elementIdentifier: 1 }), 'issuer_signed_item_malformed'],
    ['with an empty name', item({ elementIdentifier: '' }), 'issuer_signed_item_malformed'],
    ['with a name that attacks', item({ elementIdentifier: '__proto__' }), 'issuer_signed_item_malformed'],
    ['without a value', item({ elementValue: undefined }), 'issuer_signed_item_malformed'],
    [
      'with a value that two readers read differently',
      item({
        elementValue: new Map<CborKey, CborInput>([
          [1, 'a'],
          ['1', 'b'],
        ]),
      }),
      'element_value_ambiguous',
    ],
    ['of a namespace that attacks', { items: [{ namespace: '__proto__' }] }, 'mso_malformed'],
    [
      'of a namespace that is a number',
      { issuerSigned: { nameSpaces: new Map([[1, []]]) } },
      'namespaces_malformed',
    ],
    [
      'of a namespace that is no list',
      { issuerSigned: { nameSpaces: mapOf({ [NAMESPACE]: ITEM }) } },
      'namespaces_malformed',
    ],
    ['of namespaces that are a list', { issuerSigned: { nameSpaces: [] } }, 'namespaces_malformed'],
    [
      'among too many',
      { issuerSigned: { nameSpaces: mapOf({ [NAMESPACE]: Array<CborInput>(501).fill(0) }) } },
      'too_many_elements',
    ],
  ])('%s is refused', async (_, forgery, code) => expect(await structureFault(forgery)).toBe(code))

  it('with the name of a method is an element like others', async () => {
    const { presentation } = await verified({
      items: [{ namespace: 'constructor', members: { elementIdentifier: 'prototype' } }],
    })
    expect(presentation?.claims).toEqual({ constructor: { prototype: 'Erika' } })
    expect(Reflect.get(Object, 'prototype')).toBe(Object.prototype)
  })

  it.each(['SHA-384', 'SHA-512'])('may be hashed with %s', async (digestAlgorithm) => {
    const hash = digestAlgorithm === 'SHA-384' ? 'sha-384' : 'sha-512'
    const digest = await nodeEngine.digest(hash, ITEM_BYTES)
    expect(await faults({ items: [{ digest }], mso: { digestAlgorithm } })).toEqual([])
  })
})
