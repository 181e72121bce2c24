/**
 * mdocs that are unreadable or not bound: the response and the document within it, elements that the issuer never
 * signed, and CBOR that would be more than it looks. Each is a good response but for one thing.
 */
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import {
  type CborInput,
  type CborValue,
  isCborArray,
  isCborMap,
  mapOf,
  TAG,
  tagged,
} from '@countersign/crypto/cbor/value'
import { partOf, rewriteCbor, withEntry, withoutEntry } from '@countersign/testing/forging/cbor'
import {
  licenceNamespace,
  licenceType,
  mdocKind,
  presentAs,
} from '@countersign/testing/forging/credential-kinds'
import { asked, trusted } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import type { Requested } from '../stages.ts'
import { unbound } from './format-binding-cases.ts'

type Path = Parameters<typeof rewriteCbor>[1]
type Change = Parameters<typeof rewriteCbor>[2]

const document: Path = ['documents', 0]
const issuerSigned: Path = [...document, 'issuerSigned']
const issuerAuth: Path = [...issuerSigned, 'issuerAuth']
const nameSpaces: Path = [...issuerSigned, 'nameSpaces']
const elements: Path = [...nameSpaces, licenceNamespace]
const deviceSigned: Path = [...document, 'deviceSigned']
const deviceSignature: Path = [...deviceSigned, 'deviceAuth', 'deviceSignature']

function changed(name: string, reason: RegExp, path: Path, change: Change): BadInput<Requested> {
  return unbound(name, mdocKind, reason, async (at, held) =>
    rewriteCbor(await presentAs(mdocKind, at, held), path, change),
  )
}

/** Something else in the place of what stands there. */
function instead(name: string, reason: RegExp, path: Path, value: CborInput): BadInput<Requested> {
  return changed(name, reason, path, () => value)
}

/** A part of another holder's document, presented for the same request, in the place of one's own. */
function exchanged(name: string, reason: RegExp, path: Path): BadInput<Requested> {
  return unbound(name, mdocKind, reason, async (at, held, world) => {
    const theirs = await presentAs(mdocKind, at, await trusted(mdocKind, world))
    return rewriteCbor(await presentAs(mdocKind, at, held), path, () => partOf(theirs, path))
  })
}

const listOf = (namespaces: CborValue) =>
  isCborMap(namespaces) ? namespaces.entries.get(licenceNamespace) : undefined
const all = (value: CborValue) => (isCborArray(value) ? value.items : [])
const algorithm = (number: number): CborInput => encodeCbor(new Map([[1, number]]))

const responses: readonly BadInput<Requested>[] = [
  changed('two documents', /not_one_document/, ['documents'], (value) => [...all(value), ...all(value)]),
  instead('no document', /not_one_document/, ['documents'], []),
  instead('documents that are a map', /malformed/, ['documents'], new Map()),
  instead('a status that is not zero', /device_response_status/, ['status'], 10),
  instead('a status that is a text', /device_response_status/, ['status'], '0'),
  changed('no status', /device_response_status/, [], (value) => withoutEntry(value, 'status')),
  instead('a version of the future', /version_unsupported/, ['version'], '2.0'),
  instead('a version that is a number', /version_unsupported/, ['version'], 1),
  changed('errors beside the document', /device_response_errors/, [], (value) =>
    withEntry(value, 'documentErrors', [new Map([[licenceType, 0]])]),
  ),
  instead(
    'another document type around the same document',
    /doctype_mismatch/,
    [...document, 'docType'],
    'x.y',
  ),
  instead('no document type', /document_malformed/, [...document, 'docType'], null),
  instead('no issuer', /cose|issuer_signed/, issuerSigned, null),
  instead('no device', /document_malformed/, deviceSigned, null),
  changed('a map of numbers', /malformed|version/, [], () => new Map([[1, 2]])),
  instead('a list', /device_response_malformed/, [], []),
  instead('a text', /device_response_malformed/, [], 'DeviceResponse'),
]

const proofs: readonly BadInput<Requested>[] = [
  unbound('another response address', mdocKind, /signature_invalid/, (at, held) =>
    presentAs(mdocKind, at, held, { responseUri: `${at.request.responseUri}/` }),
  ),
  unbound(
    'an answer that is encrypted to a key that was not offered',
    mdocKind,
    /signature_invalid/,
    (at, held) => presentAs(mdocKind, at, held, { encryptionKeyThumbprint: 'A'.repeat(43) }),
  ),
  instead('alg none', /alg_not_allowed/, [...deviceSignature, 0], algorithm(0)),
  instead('a MAC called a signature', /alg_not_allowed/, [...deviceSignature, 0], algorithm(5)),
  instead('an algorithm of another key', /alg_key_mismatch/, [...deviceSignature, 0], algorithm(-35)),
  instead('no algorithm', /alg_not_allowed/, [...deviceSignature, 0], new Uint8Array()),
  instead('an algorithm that nobody signed', /alg_not_allowed/, deviceSignature, [
    new Uint8Array(),
    new Map([[1, -7]]),
    null,
    new Uint8Array(64),
  ]),
  instead(
    'a critical extension',
    /crit/,
    [...deviceSignature, 0],
    encodeCbor(
      new Map<number, CborInput>([
        [1, -7],
        [2, ['x']],
      ]),
    ),
  ),
  instead('a payload of its own', /payload_ambiguous/, [...deviceSignature, 2], Uint8Array.of(1)),
  instead('no signature', /signature_invalid/, [...deviceSignature, 3], new Uint8Array()),
  instead('a signature that is a text', /cose_malformed/, [...deviceSignature, 3], 'signature'),
  instead('three parts of four', /cose_malformed/, deviceSignature, [new Uint8Array(), new Map(), null]),
  instead(
    'the tag of a MAC',
    /cose_tag_wrong/,
    deviceSignature,
    tagged(17, [new Uint8Array(), new Map(), null, new Uint8Array(64)]),
  ),
  instead(
    'a MAC in the clear, for which there is no key',
    /device_mac_without_encryption/,
    [...deviceSigned, 'deviceAuth'],
    mapOf({
      deviceMac: [algorithm(5), new Map(), null, new Uint8Array(32)],
    }),
  ),
  changed('a signature and a MAC', /device_auth_malformed/, [...deviceSigned, 'deviceAuth'], (value) =>
    withEntry(value, 'deviceMac', [algorithm(5), new Map(), null, new Uint8Array(32)]),
  ),
  instead('no proof', /device_auth_malformed/, [...deviceSigned, 'deviceAuth'], new Map()),
  instead(
    'elements of the device that the issuer did not allow',
    /unauthorized|signature_invalid/,
    [...deviceSigned, 'nameSpaces'],
    tagged(TAG.embedded, encodeCbor(new Map([[licenceNamespace, mapOf({ family_name: 'Eve' })]]))),
  ),
  instead(
    'elements of the device that are no map',
    /device_namespaces_malformed/,
    [...deviceSigned, 'nameSpaces'],
    tagged(TAG.embedded, encodeCbor([])),
  ),
  instead(
    'elements of the device as they are',
    /device_namespaces_malformed/,
    [...deviceSigned, 'nameSpaces'],
    new Map(),
  ),
]

const contents: readonly BadInput<Requested>[] = [
  instead('an element with another value', /digest_wrong/, [...elements, 0, 'elementValue'], 'Eve'),
  instead(
    'an element under another name',
    /digest_wrong/,
    [...elements, 0, 'elementIdentifier'],
    'age_over_18',
  ),
  changed(
    'an element with the digest of another',
    /digest_(wrong|missing|id_repeated)/,
    [...elements, 0, 'digestID'],
    (id) => Number(id) + 1,
  ),
  instead(
    'an element with a digest that there is not',
    /digest_missing/,
    [...elements, 0, 'digestID'],
    4_000_000,
  ),
  instead(
    'an element with another random value',
    /digest_wrong/,
    [...elements, 0, 'random'],
    new Uint8Array(32),
  ),
  instead(
    'an element with a short random value',
    /random_too_short/,
    [...elements, 0, 'random'],
    new Uint8Array(15),
  ),
  instead(
    'an element named __proto__',
    /issuer_signed_item_malformed/,
    [...elements, 0, 'elementIdentifier'],
    '__proto__',
  ),
  changed('an element twice', /repeated/, elements, (value) => [...all(value), ...all(value).slice(0, 1)]),
  changed('the elements under another namespace', /digest_missing/, nameSpaces, (value) =>
    mapOf({ 'org.iso.18013.5.1.DE': listOf(value) }),
  ),
  changed('the elements under a further namespace', /digest_missing/, nameSpaces, (value) =>
    withEntry(value, 'org.iso.18013.5.1.DE', listOf(value)),
  ),
  changed('a namespace named __proto__', /namespaces_malformed/, nameSpaces, (value) =>
    withEntry(value, '__proto__', []),
  ),
  instead('elements that are not embedded', /issuer_signed_item_malformed/, elements, [
    mapOf({ elementIdentifier: 'x' }),
  ]),
  exchanged('the elements of another document', /digest/, elements),
  exchanged("another document under this holder's proof", /signature_invalid/, issuerSigned),
  instead('a document without a chain', /x5chain_missing/, [...issuerAuth, 1], new Map()),
  instead('a chain that is a text', /x5chain_malformed/, [...issuerAuth, 1], new Map([[33, 'AAAA']])),
  instead(
    'a chain of 100 certificates',
    /x5chain_malformed/,
    [...issuerAuth, 1],
    new Map([[33, Array.from({ length: 100 }, () => new Uint8Array(1))]]),
  ),
  instead('a payload that was left out', /mso_malformed/, [...issuerAuth, 2], null),
  instead('a payload that is no CBOR', /mso_malformed/, [...issuerAuth, 2], Uint8Array.of(0xff)),
]

export const mdocChapters = [
  chapter('mso_mdoc, the response', asked(mdocKind), responses),
  chapter("mso_mdoc, the device's proof", asked(mdocKind), proofs),
  chapter('mso_mdoc, what the issuer signed', asked(mdocKind), contents),
]
