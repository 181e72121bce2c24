/**
 * What the issuer signed, and what came along: disclosures (RFC 9901 §4.2, §7.1, §7.3), digests of data elements (ISO/IEC 18013-5
 * §9.1.2.4, §9.3.1), and that an mdoc is one document of one type (§8.3.2.1.2.2).
 */
import type { JsonObject } from '@countersign/core/json'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import {
  type CborInput,
  type CborValue,
  embeddedBytes,
  isBytes,
  isCborArray,
  isCborMap,
  mapOf,
  TAG,
  tagged,
} from '@countersign/crypto/cbor/value'
import { read, rewriteCbor, withEntry, withoutEntry } from '@countersign/testing/forging/cbor'
import { licenceNamespace } from '@countersign/testing/forging/credential-kinds'
import { base64url, rewriteJws } from '@countersign/testing/forging/jws'
import { type Asked, issued, shown } from '../testing/two-instances.testing.ts'
import { JWTS, MDOCS, type Mutation, ofPresentation, SD_JWTS } from './mutation.testing.ts'
import { boundTo, flipped, partsOf, textOf, withIssuerJwt } from './parts.testing.ts'

type Disclosures = (disclosures: readonly string[]) => readonly string[]

/** The disclosures changed on the way, under the proof that was made before. */
function onTheWay(what: string, by: string, change: Disclosures): Mutation {
  return ofPresentation({ what, kinds: SD_JWTS, ends: 'refused', by }, async (request) => {
    const { disclosures, jwt, proof } = partsOf(await shown(request))
    return [jwt, ...change(disclosures), proof].join('~')
  })
}

/** The disclosures changed by the holder, who signs what he sends. */
function byHolder(what: string, by: string, change: Disclosures): Mutation {
  return ofPresentation({ what, kinds: SD_JWTS, ends: 'refused', by }, async (request, held) => {
    const { disclosures, jwt } = partsOf(await shown(request, { held }))
    return boundTo(`${[jwt, ...change(disclosures)].join('~')}~`, request, held.holder)
  })
}

const opened = (disclosure: string) =>
  JSON.parse(Buffer.from(disclosure, 'base64url').toString()) as [string, string, unknown]
const write = (content: unknown) => base64url(JSON.stringify(content))
const at =
  (place: number, change: (disclosure: string) => string): Disclosures =>
  (disclosures) =>
    disclosures.map((one, index) => (index === place ? change(one) : one))
const without =
  (place: number): Disclosures =>
  (disclosures) =>
    disclosures.filter((_, index) => index !== place)
const and =
  (more: (disclosures: readonly string[]) => string): Disclosures =>
  (disclosures) => [...disclosures, more(disclosures)]

const PLACES = [
  ['the first', 0],
  ['the second', 1],
] as const

const disclosures = [
  ...PLACES.flatMap(([which, place]) => [
    onTheWay(`${which} disclosure: taken away`, 'sd_hash_wrong', without(place)),
    onTheWay(
      `${which} disclosure: another value`,
      'disclosure',
      at(place, (one) => {
        const [salt, name] = opened(one)
        return write([salt, name, 'Mallory'])
      }),
    ),
    byHolder(
      `${which} disclosure: another value, bound by the holder`,
      'disclosure',
      at(place, (one) => {
        const [salt, name] = opened(one)
        return write([salt, name, 'Mallory'])
      }),
    ),
    byHolder(
      `${which} disclosure: another name, bound by the holder`,
      'disclosure',
      at(place, (one) => {
        const [salt, , value] = opened(one)
        return write([salt, 'age_over_18', value])
      }),
    ),
    byHolder(
      `${which} disclosure: another salt, bound by the holder`,
      'disclosure',
      at(place, (one) => {
        const [, name, value] = opened(one)
        return write(['mallory-was-here', name, value])
      }),
    ),
    byHolder(
      `${which} disclosure: twice, bound by the holder`,
      'disclosure',
      and((all) => all[place] ?? ''),
    ),
    byHolder(
      `${which} disclosure: written with a space, bound by the holder`,
      'disclosure',
      at(place, (one) => base64url(JSON.stringify(opened(one)).replaceAll(',', ', '))),
    ),
    byHolder(
      `${which} disclosure: padded, bound by the holder`,
      'disclosure',
      at(place, (one) => `${one}=`),
    ),
    byHolder(
      `${which} disclosure: as of an element of an array, bound by the holder`,
      'disclosure',
      at(place, (one) => {
        const [salt, , value] = opened(one)
        return write([salt, value])
      }),
    ),
  ]),
  onTheWay('the disclosures in another order', 'sd_hash_wrong', (all) => all.toReversed()),
  onTheWay(
    'a disclosure twice',
    'disclosure',
    and(([first = '']) => first),
  ),
  onTheWay('no disclosure left', 'sd_hash_wrong', () => []),
  byHolder(
    'a disclosure of his own beside the others',
    'disclosure',
    and(() => write(['salt', 'age_over_18', true])),
  ),
  byHolder(
    'a disclosure of the name _sd',
    'disclosure',
    and(() => write(['salt', '_sd', ['x']])),
  ),
  byHolder(
    'a disclosure of the name ...',
    'disclosure',
    and(() => write(['salt', '...', 'x'])),
  ),
  byHolder(
    'a disclosure that is no array',
    'disclosure',
    and(() => write({ family_name: 'Mallory' })),
  ),
  byHolder(
    'an empty disclosure',
    'serialisation_malformed',
    and(() => ''),
  ),
  ofPresentation(
    { what: "a disclosure of another's credential", kinds: SD_JWTS, ends: 'refused', by: 'disclosure' },
    async (request, held) => {
      const other = partsOf(await shown(request))
      const { disclosures: own, jwt } = partsOf(await shown(request, { held }))
      const text = `${[jwt, own[0], other.disclosures[1]].join('~')}~`
      return boundTo(text, request, held.holder)
    },
  ),
  ofPresentation(
    {
      what: 'a disclosure that the holder kept back, added on the way',
      kinds: SD_JWTS,
      ends: 'refused',
      by: 'sd_hash_wrong',
    },
    async (request, held) => {
      const whole = partsOf(await shown(request, { held }))
      const {
        disclosures: few,
        jwt,
        proof,
      } = partsOf(await shown(request, { held, disclose: request.kind.paths.slice(0, 1) }))
      const kept = whole.disclosures.filter((one) => !few.includes(one))
      return [jwt, ...few, ...kept, proof].join('~')
    },
  ),
]

/** Rewritten by the issuer himself, so that nothing but the rule is broken. */
function sdPayload(what: string, by: string, payload: (claims: JsonObject) => object): Mutation {
  return ofPresentation({ what, kinds: SD_JWTS, ends: 'refused', by }, (request, held) =>
    withIssuerJwt(request, held, (jwt) => rewriteJws(jwt, { payload }, request.stage.issuerOf(request.kind))),
  )
}

/** Where the digests of the two names stand. */
function withDigests(claims: JsonObject, change: (digests: readonly string[]) => unknown): JsonObject {
  const holder = claims['credentialSubject'] as JsonObject | undefined
  const digests = ((holder ?? claims)['_sd'] ?? []) as readonly string[]
  const changed = { ...(holder ?? claims), _sd: change(digests) } as JsonObject
  return holder === undefined ? changed : { ...claims, credentialSubject: changed }
}

const digests = [
  sdPayload('a digest: twice', 'digest', (claims) => withDigests(claims, (all) => [...all, all[0]])),
  sdPayload('a digest: missing', 'disclosure', (claims) => withDigests(claims, ([, ...rest]) => rest)),
  sdPayload('a digest: a bit flipped', 'disclosure', (claims) =>
    withDigests(claims, ([first = '', ...rest]) => [
      Buffer.from(flipped(0)(Buffer.from(first, 'base64url'))).toString('base64url'),
      ...rest,
    ]),
  ),
  sdPayload('a digest: no text', 'digests_malformed', (claims) =>
    withDigests(claims, ([, ...rest]) => [1, ...rest]),
  ),
  sdPayload('a digest of the same text under another algorithm', 'disclosure', (claims) => ({
    ...claims,
    _sd_alg: 'sha-512',
  })),
  sdPayload('an algorithm of digests that nobody knows', 'hash_algorithm_unsupported', (claims) => ({
    ...claims,
    _sd_alg: 'md5',
  })),
]

const shape = [
  ofPresentation(
    { what: 'two proofs of the holder', kinds: SD_JWTS, ends: 'refused', by: 'disclosure' },
    async (request) => {
      const presentation = await shown(request)
      return `${presentation}~${partsOf(presentation).proof}`
    },
  ),
  ofPresentation(
    {
      what: 'the proof over a text without its disclosures',
      kinds: SD_JWTS,
      ends: 'refused',
      by: 'sd_hash_wrong',
    },
    async (request, held) => {
      const text = textOf(await shown(request, { held }))
      const proof = partsOf(await boundTo(`${text.split('~')[0]}~`, request, held.holder)).proof
      return text + proof
    },
  ),
  ofPresentation(
    {
      what: 'the hash under another algorithm than that of the credential',
      kinds: SD_JWTS,
      ends: 'refused',
      by: 'sd_hash_wrong',
    },
    async (request, held) => {
      const text = textOf(await shown(request, { held }))
      const { createHash } = await import('node:crypto')
      const hash = createHash('sha512').update(text).digest('base64url')
      return boundTo(text, request, held.holder, { payload: { sd_hash: hash } })
    },
  ),
  ofPresentation(
    {
      what: 'a claim put into the credential, under the old signature',
      kinds: JWTS,
      ends: 'attempt',
      by: 'signature_invalid',
    },
    (request, held) =>
      withIssuerJwt(request, held, async (jwt) => {
        const subject = { given_name: 'Mallory', family_name: 'Mallory' }
        const changed = await rewriteJws(
          jwt,
          {
            payload: (claims) => {
              const vc = claims['vc'] as JsonObject | undefined
              if (vc === undefined)
                return { ...claims, credentialSubject: { ...subjectOf(claims), ...subject } }
              return { ...claims, vc: { ...vc, credentialSubject: { ...subjectOf(vc), ...subject } } }
            },
          },
          '',
        )
        return [...changed.split('.').slice(0, 2), jwt.split('.')[2]].join('.')
      }),
  ),
]

function subjectOf(document: JsonObject): JsonObject {
  return document['credentialSubject'] as JsonObject
}

const ITEMS = ['documents', 0, 'issuerSigned', 'nameSpaces', licenceNamespace] as const

/** The device's proof covers none of it: the issuer's digests do. */
function element(
  what: string,
  by: string,
  path: readonly (string | number)[],
  change: (value: CborValue, request: Asked) => CborInput,
): Mutation {
  return ofPresentation({ what, kinds: MDOCS, ends: 'refused', by }, async (request) =>
    rewriteCbor(await shown(request), path, (value) => change(value, request)),
  )
}

const listed = (value: CborValue): readonly CborValue[] => (isCborArray(value) ? value.items : [])
const bytes = (value: CborValue): Buffer => Buffer.from(isBytes(value) ? value : [])

const elements = [
  ...PLACES.flatMap(([which, place]) => [
    element(`${which} element: another value`, 'digest', [...ITEMS, place, 'elementValue'], () => 'Mallory'),
    element(
      `${which} element: another name`,
      'digest',
      [...ITEMS, place, 'elementIdentifier'],
      () => 'age_over_18',
    ),
    element(`${which} element: another salt`, 'digest', [...ITEMS, place, 'random'], (value) =>
      flipped(0)(bytes(value)),
    ),
    element(`${which} element: another digest named`, 'digest', [...ITEMS, place, 'digestID'], () => 4711),
    element(`${which} element: a member more`, 'digest_wrong', [...ITEMS, place], (value) =>
      tagged(
        TAG.embedded,
        encodeCbor(withEntry(read(embeddedBytes(value) ?? new Uint8Array()), 'comment', 'x')),
      ),
    ),
    element(
      `${which} element: a byte behind it`,
      'issuer_signed_item_malformed',
      [...ITEMS, place],
      (value) => tagged(TAG.embedded, Buffer.concat([embeddedBytes(value) ?? Buffer.of(), Buffer.of(0)])),
    ),
  ]),
  element('an element twice', 'digest', ITEMS, (value) => {
    const items = listed(value)
    return [...items, items[0]]
  }),
  element(
    'the elements under another namespace',
    'digest',
    ['documents', 0, 'issuerSigned', 'nameSpaces'],
    (value) => {
      if (!isCborMap(value)) throw new Error('no namespaces')
      return mapOf({ 'org.iso.18013.5.1.XX': value.entries.get(licenceNamespace) })
    },
  ),
  ofPresentation(
    { what: 'no element in a namespace', kinds: MDOCS, ends: 'decides', by: 'claim_missing' },
    async (request) => rewriteCbor(await shown(request), ITEMS, () => []),
  ),
  element(
    'the document under another type',
    'doctype_mismatch',
    ['documents', 0, 'docType'],
    () => 'org.iso.23220.photoid.1',
  ),
  element('two documents', 'device_response_not_one_document', ['documents'], (value) => {
    const [one] = listed(value)
    return [one, one]
  }),
  element('no document', 'device_response_not_one_document', ['documents'], () => []),
  element('a status that says error', 'device_response_status', ['status'], () => 10),
  element('another version', 'device_response_version_unsupported', ['version'], () => '9.0'),
  element('errors beside the document', 'device_response_errors', [], (value) =>
    withEntry(value, 'documentErrors', [mapOf({ x: 0 })]),
  ),
  element('no part of the device', 'document_malformed', ['documents', 0], (value) =>
    withoutEntry(value, 'deviceSigned'),
  ),
  element('no part of the issuer', 'issuer_signed', ['documents', 0], (value) =>
    withoutEntry(value, 'issuerSigned'),
  ),
  ofPresentation(
    { what: "an element of another's document", kinds: MDOCS, ends: 'refused', by: 'digest' },
    async (request) => {
      let other: CborValue
      rewriteCbor(await shown(request, { held: await issued(request) }), [...ITEMS, 0], (value) => {
        other = value
        return value
      })
      return rewriteCbor(await shown(request), [...ITEMS, 0], () => other)
    },
  ),
  ofPresentation(
    { what: 'bytes after the response', kinds: MDOCS, ends: 'refused', by: 'cbor' },
    async (request) =>
      Buffer.concat([Buffer.from(await shown(request), 'base64url'), Buffer.of(0)]).toString('base64url'),
  ),
  ofPresentation(
    { what: 'half of the response', kinds: MDOCS, ends: 'refused', by: 'cbor' },
    async (request) => {
      const whole = Buffer.from(await shown(request), 'base64url')
      return whole.subarray(0, whole.length / 2).toString('base64url')
    },
  ),
  ofPresentation(
    { what: 'the response padded', kinds: MDOCS, ends: 'refused', by: 'mdoc_not_base64url' },
    async (request) => `${await shown(request)}=`,
  ),
]

export const CONTENTS_MUTATIONS: readonly Mutation[] = [...disclosures, ...digests, ...shape, ...elements]
