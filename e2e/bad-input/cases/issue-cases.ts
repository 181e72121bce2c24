/**
 * Issue calls of the families that came with the formats: data in the wrong place or of the wrong kind, keys that cannot
 * sign it. Refused when they are made, never when a wallet comes with its code, and nothing of them is kept.
 */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import type { FormatId } from '@countersign/credential/contract/format-id'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { type BadInput, chapter, type Stage } from '../case.ts'
import { offerOfIssuer } from '../stages.ts'
import { RawText, sendJson } from '../wire.ts'
import type { World } from '../world.ts'

/** What the issuer has written down for good. */
function written({ database }: World): unknown {
  const file = new DatabaseSync(database, { readOnly: true })
  try {
    const count = (table: string) => file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()
    const places = file.prepare(
      'SELECT sum(next_position) AS taken, sum(version) AS versions FROM status_lists',
    )
    return [places.get(), count('issued_credentials'), count('status_changes')]
  } finally {
    file.close()
  }
}

/** Afterwards nothing is there that was not there before, and offers are made as ever. */
const nothingKept: Stage<unknown> = {
  prepare: async (world) => written(world),
  goOn: async (before, world) => {
    assert.deepEqual(written(world), before)
    await offerOfIssuer(world.issuer.url)
  },
}

function bad(path: string, name: string, message: RegExp, body: unknown): BadInput<unknown> {
  return { name, status: 400, message, send: (_, { issuer }) => sendJson(issuer.url + path, body) }
}

function caseOf(format: FormatId): FormatCase {
  const found = formatCases.find((one) => one.format === format)
  if (found === undefined) throw new Error(`nobody issues ${format}`)
  return found
}

const licence = caseOf('mso_mdoc')
const [jwtVc, vcJwt, vcSdJwt] = [caseOf('jwt_vc_json'), caseOf('vc+jwt'), caseOf('vc+sd-jwt')]

type Data = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const namespace = 'org.iso.18013.5.1'
const elements = (licence.order['mdocData'] as Data)[namespace] ?? {}

function mdoc(name: string, message: RegExp, change: object): BadInput<unknown> {
  return bad('/openid4vc/mdoc/issue', name, message, { ...licence.order, ...change })
}

const withElements = (more: object) => ({ mdocData: { [namespace]: { ...elements, ...more } } })

/** An element that is there and is not what it should be. */
function element(name: string, message: RegExp, more: object): BadInput<unknown> {
  return mdoc(name, message, withElements(more))
}

const lists = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`e${at}`, at]))
const unfit = /does not fit/
const unissuable = /cannot be issued/

const places: readonly BadInput<unknown>[] = [
  mdoc('neither credentialData nor mdocData', /exactly one of credentialData and mdocData/, {
    mdocData: undefined,
  }),
  mdoc('both credentialData and mdocData', /exactly one of/, { credentialData: {} }),
  mdoc('mdocData that is a list', /mdocData/, { mdocData: [] }),
  mdoc('mdocData that is a text', /mdocData/, { mdocData: 'x' }),
  mdoc('mdocData that is null', /mdocData/, { mdocData: null }),
  mdoc('no namespace', unfit, { mdocData: {} }),
  mdoc('elements without a namespace', unfit, { mdocData: elements }),
  mdoc('elements of another namespace', unfit, { mdocData: { 'org.iso.23220.1': elements } }),
  mdoc('elements in a list', unfit, { mdocData: { [namespace]: [elements] } }),
  mdoc('a namespace that is a text', unfit, { mdocData: { [namespace]: 'x' } }),
  mdoc('a further namespace that is empty', /namespace_malformed/, {
    mdocData: { [namespace]: elements, x: {} },
  }),
  mdoc('a further namespace that is a list', /namespace_malformed/, {
    mdocData: { [namespace]: elements, x: [1] },
  }),
  mdoc('a namespace without a name', /namespace_malformed/, {
    mdocData: { [namespace]: elements, '': { a: 1 } },
  }),
  mdoc('an element without a name', /element_malformed/, withElements({ '': 1 })),
  mdoc('claims of another format', unfit, { mdocData: undefined, credentialData: { given_name: 'Ada' } }),
  mdoc('disclosures to choose, where every element can be withheld', /selectiveDisclosure has no meaning/, {
    selectiveDisclosure: { fields: {} },
  }),
  mdoc('a validity of no day', /mdocValidityDays/, { mdocValidityDays: 0 }),
  mdoc('a validity backwards', /mdocValidityDays/, { mdocValidityDays: -1 }),
  mdoc('a validity of eleven years', /mdocValidityDays/, { mdocValidityDays: 4016 }),
  mdoc('a validity of half a day', /mdocValidityDays/, { mdocValidityDays: 0.5 }),
  mdoc('a validity in words', /mdocValidityDays/, { mdocValidityDays: 'a year' }),
  mdoc('an unknown document type', /Unknown credentialConfigurationId/, {
    credentialConfigurationId: 'org.iso.x',
  }),
  mdoc('a status that is a text', /status/, { status: 'yes' }),
]

const values: readonly BadInput<unknown>[] = [
  element('no family name', /family_name/, { family_name: undefined }),
  element('a name that is a number', /family_name must be string/, { family_name: 7 }),
  element('a name that is null', /family_name must be string/, { family_name: null }),
  element('a name of 151 letters', /family_name/, { family_name: 'a'.repeat(151) }),
  element('a date that is none', /birth_date/, { birth_date: 'yesterday' }),
  element('a date with a time', /birth_date/, { birth_date: '1990-01-01T00:00:00Z' }),
  element('a day that does not exist', /birth_date must match format/, { birth_date: '1990-02-30' }),
  element('a day that does not exist, further in', /driving_privileges.*must match format/, {
    driving_privileges: [{ vehicle_category_code: 'B', issue_date: '2008-02-30' }],
  }),
  element('a portrait that is no base64url', /portrait must match/, { portrait: '@@@@' }),
  element('a portrait with padding', /portrait must match/, { portrait: 'iVBORw0KGgo=' }),
  element('a portrait of half a byte', /value_malformed.*portrait/, { portrait: 'abcde' }),
  element('a portrait that is a list of bytes', /portrait must be string/, { portrait: [137, 80] }),
  element('a portrait of 1.1 MB', /portrait/, { portrait: 'A'.repeat(1_500_000) }),
  element('a country in words', /issuing_country/, { issuing_country: 'Germany' }),
  element(
    'a country that its signer does not sign for',
    /issuing_country is not the country of the certificate that would sign it \(DE, the certificate: UT\)/,
    { issuing_country: 'DE' },
  ),
  element('privileges that are a text', /driving_privileges must be array/, { driving_privileges: 'B' }),
  element('privileges without a category', /vehicle_category_code/, { driving_privileges: [{}] }),
  element('51 privileges', /driving_privileges/, {
    driving_privileges: Array.from({ length: 51 }, () => ({ vehicle_category_code: 'B' })),
  }),
  element('500 elements more', /too_many_elements/, many(500)),
  element('an element of 2 MB', /credential_too_large.*limit 2097152/, { note: 'a'.repeat(2_100_000) }),
  element('an element that is 64 lists deep', /too deeply/, { note: lists(64) }),
]

/** JSON that no serializer writes. */
function raw(
  family: string,
  name: string,
  message: RegExp,
  order: object,
  from: string,
  to: string,
): BadInput<unknown> {
  const text = JSON.stringify(order).replace(from, to)
  return bad(`/openid4vc/${family}/issue`, name, message, new RawText(text))
}

const texts: readonly BadInput<unknown>[] = [licence, jwtVc, vcSdJwt, caseOf('dc+sd-jwt')].flatMap(
  ({ family, format, order }) => [
    raw(family, `${format}, half a character`, /not valid JSON/, order, '"Ada"', '"\\ud800"'),
    raw(
      family,
      `${format}, half a character in a name`,
      /not valid JSON/,
      order,
      '"given_name"',
      '"given_name\\udc00"',
    ),
    raw(
      family,
      `${format}, __proto__ among the claims`,
      /not valid JSON/,
      order,
      '"given_name"',
      '"__proto__":{},"given_name"',
    ),
    raw(
      family,
      `${format}, a claim twice`,
      /twice/,
      order,
      '"given_name"',
      '"given_name":"Eve","given_name"',
    ),
    raw(
      family,
      `${format}, a number without end`,
      /beyond 9007199254740991/,
      order,
      '"given_name"',
      '"age":1e999,"given_name"',
    ),
  ],
)

/** Of all three forms of W3C credentials. */
function w3c(name: string, message: RegExp, change: object): readonly BadInput<unknown>[] {
  return [jwtVc, vcJwt, vcSdJwt].map(({ format, order }) => {
    const credentialData = { ...(order['credentialData'] as object), ...change }
    return bad('/openid4vc/jwt/issue', `${format}, ${name}`, message, { ...order, credentialData })
  })
}

const subject = { given_name: 'Ada', family_name: 'Example' }
const withSubject = (more: object) => ({ credentialSubject: { ...subject, ...more } })

const documents: readonly BadInput<unknown>[] = [
  ...w3c('no subject', unfit, { credentialSubject: undefined }),
  ...w3c('a subject that is null', unfit, { credentialSubject: null }),
  ...w3c('a subject that is a text', unfit, { credentialSubject: 'did:example:1' }),
  ...w3c('subjects in a list', unfit, { credentialSubject: [subject] }),
  ...w3c('claims beside the subject', unfit, { credentialSubject: {}, ...subject }),
  ...w3c('a subject without a mandatory claim', /required property/, {
    credentialSubject: { given_name: 'Ada' },
  }),
  ...w3c('a claim of another type', /given_name must be string/, withSubject({ given_name: [] })),
  ...w3c('a day that is none', /birthdate/, withSubject({ birthdate: 'soon' })),
  ...w3c('a context that is a number', /context_malformed/, { '@context': 7 }),
  ...w3c('a context that is null', /context_malformed/, { '@context': null }),
  ...w3c('a context that is no URL', /context_malformed/, { '@context': ['not a context'] }),
  ...w3c('contexts without end', /context_malformed/, {
    '@context': Array.from({ length: 40 }, (_, at) => `https://context.example/${at}`),
  }),
  ...w3c('a context that gives types another meaning', /context_redefines_term/, {
    '@context': { VerifiableCredential: 'https://foreign.example/Thing' },
  }),
  ...w3c('the contexts of both versions', /context_redefines_term/, {
    '@context': ['https://www.w3.org/2018/credentials/v1', 'https://www.w3.org/ns/credentials/v2'],
  }),
  ...w3c('a type that is a number', unissuable, { type: 7 }),
  ...w3c('a number among the types', unissuable, { type: ['VerifiableCredential', 7] }),
  ...w3c('a type with a blank', unissuable, { type: ['Identity Credential'] }),
  ...w3c('a type that is null', unissuable, { type: null }),
  ...w3c('an id that is a number', /id_malformed/, { id: 7 }),
  ...w3c('an id that is no URL', /id_malformed/, { id: 'one' }),
  ...w3c('evidence that is a text', /member_malformed/, { evidence: 'seen' }),
  ...w3c('a schema without an id', /member_malformed/, { credentialSchema: { type: 'JsonSchema' } }),
  ...w3c('a proof that came along', /proof cannot be given/, { proof: { type: 'DataIntegrityProof' } }),
  ...w3c('a claim of the JWT', /cnf cannot be given/, { cnf: { jwk: {} } }),
  ...w3c('the type of an SD-JWT VC', /vct cannot be given/, { vct: 'urn:x:1' }),
  ...w3c('a claim named like a digest list', unissuable, withSubject({ _sd: ['x'] })),
  ...w3c('an end beyond what can be written', /jwt:exp: it must lie between/, { 'jwt:exp': 1e15 }),
  ...w3c('an end in milliseconds', /jwt:exp: it must be in seconds/, { 'jwt:exp': 3e12 }),
  ...w3c('an end that is over', /validUntil: it is not in the future/, {
    validUntil: '2020-01-01T00:00:00Z',
  }),
  ...w3c('a status list of somebody else', /credentialStatus cannot be given/, { credentialStatus: {} }),
  ...w3c('an issuer that is another', /issuer.id cannot be given/, { issuer: { id: 'did:example:1' } }),
  ...w3c('claims 40 deep', unissuable, withSubject({ note: lists(40) })),
  ...w3c('claims of 2 MB', unissuable, withSubject({ note: 'a'.repeat(2_000_000) })),
]

const disclosures: readonly BadInput<unknown>[] = [
  ...[jwtVc, vcJwt].map(({ format, order }) =>
    bad('/openid4vc/jwt/issue', `${format}, disclosures to choose, where all is shown`, /has no meaning/, {
      ...order,
      selectiveDisclosure: { fields: { credentialSubject: { sd: true } } },
    }),
  ),
  ...['type', 'issuer', '@context', 'toString'].map((name) =>
    bad(
      '/openid4vc/jwt/issue',
      `vc+sd-jwt, ${name} to withhold`,
      /selectiveDisclosure names|cannot be issued/,
      {
        ...vcSdJwt.order,
        selectiveDisclosure: { fields: { [name]: { sd: true } } },
      },
    ),
  ),
]

function batch(name: string, family: string, message: RegExp, orders: unknown): BadInput<unknown> {
  return bad(`/openid4vc/${family}/issueBatch`, name, message, orders)
}

const batches: readonly BadInput<unknown>[] = [
  batch('no order', 'mdoc', /./, []),
  batch('one order outside of a list', 'jwt', /./, jwtVc.order),
  batch('the same twice', 'mdoc', /stands twice/, [licence.order, licence.order]),
  batch('a bad one behind a good one', 'jwt', unfit, [vcJwt.order, { ...jwtVc.order, credentialData: {} }]),
  batch('an mdoc without data behind a W3C credential', 'jwt', unfit, [
    vcJwt.order,
    { ...licence.order, mdocData: {} },
  ]),
  batch(
    '21 of them',
    'mdoc',
    /./,
    Array.from({ length: 21 }, () => licence.order),
  ),
]

export const issueChapters = [
  chapter('issue calls for mdocs, where the data stands', nothingKept, places),
  chapter('issue calls for mdocs, the elements', nothingKept, values),
  chapter('issue calls, what is no text', nothingKept, texts),
  chapter('issue calls for W3C credentials', nothingKept, documents),
  chapter('issue calls for W3C credentials, disclosures', nothingKept, disclosures),
  chapter('issue calls for batches of mdocs and W3C credentials', nothingKept, batches),
]
