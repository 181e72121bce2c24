/**
 * Where the `dcql` library and OpenID4VP 1.0 part, each with the section that says so and a predicate that recognises
 * it. `accepts`: who accepts there, or matches; the other refuses, or does not.
 */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { ClaimPath, HeldCredential } from '@countersign/credential/contract/format'
import type { ClaimsQuery, CredentialQuery } from '@countersign/protocol/openid4vp/dcql/query'
import { walk } from './walk.testing.ts'

export interface Disagreement<Subject> {
  readonly name: string
  /** Of OpenID4VP 1.0 where it names none. */
  readonly section: string
  readonly accepts: 'ours' | 'theirs'
  readonly applies: (subject: Subject) => boolean
}

type Loose = Readonly<Record<string, unknown>>

function listOf(value: unknown, member: string): readonly Loose[] {
  const list = isLoose(value) ? value[member] : undefined
  return Array.isArray(list) ? list.filter(isLoose) : []
}

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const credentialsOf = (query: JsonValue) => listOf(query, 'credentials')
const claimsOf = (query: JsonValue) =>
  credentialsOf(query).flatMap((credential) => listOf(credential, 'claims'))
const metaOf = (credential: Loose): Loose => (isLoose(credential['meta']) ? credential['meta'] : {})
const isTexts = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')

const OPTIONAL_MEMBERS = [
  'credential_sets',
  'required',
  'multiple',
  'trusted_authorities',
  'require_cryptographic_holder_binding',
  'claims',
  'claim_sets',
  'values',
  'id',
]
const FOREIGN_FORMATS = ['vc+jwt', 'unknown']

export const inParsing: readonly Disagreement<JsonValue>[] = [
  {
    name: 'meta is left out',
    section: '§6.1: REQUIRED',
    accepts: 'theirs',
    applies: (query) => credentialsOf(query).some((credential) => !Object.hasOwn(credential, 'meta')),
  },
  {
    name: 'meta is an array',
    section: '§6.1: an object',
    accepts: 'theirs',
    applies: (query) => credentialsOf(query).some(({ meta }) => Array.isArray(meta)),
  },
  {
    name: 'a claim without id beside claim_sets',
    section: '§6.3: id is REQUIRED there',
    accepts: 'theirs',
    applies: (query) =>
      credentialsOf(query).some(
        (credential) =>
          Object.hasOwn(credential, 'claim_sets') &&
          listOf(credential, 'claims').some((claim) => claim['id'] === undefined),
      ),
  },
  {
    name: 'two claims with one id',
    section: '§6.3: the same id MUST NOT be there twice',
    accepts: 'theirs',
    applies: (query) =>
      credentialsOf(query).some((credential) => {
        const ids = listOf(credential, 'claims').flatMap(({ id }) => (id === undefined ? [] : [id]))
        return new Set(ids).size < ids.length
      }),
  },
  {
    name: 'an empty list of values',
    section: '§6.3: a non-empty array',
    accepts: 'theirs',
    applies: (query) => claimsOf(query).some(({ values }) => Array.isArray(values) && values.length === 0),
  },
  {
    name: 'an integer that JSON does not carry exactly',
    section: 'RFC 8259 §6: beyond 2^53 implementations do not agree on the value',
    accepts: 'theirs',
    applies: (query) =>
      claimsOf(query).some(
        ({ values }) =>
          Array.isArray(values) &&
          values.some((value) => Number.isInteger(value) && !Number.isSafeInteger(value)),
      ),
  },
  {
    name: 'an empty option of a credential set',
    section: '§6.2: a non-empty array of identifiers',
    accepts: 'theirs',
    applies: (query) =>
      listOf(query, 'credential_sets').some(
        ({ options }) =>
          Array.isArray(options) && options.some((option) => Array.isArray(option) && option.length === 0),
      ),
  },
  {
    name: 'a member that may be left out is null',
    section: 'docs/decisions/027: taken for left out',
    accepts: 'ours',
    applies: (query) =>
      [query, ...credentialsOf(query), ...claimsOf(query), ...listOf(query, 'credential_sets')]
        .filter(isLoose)
        .some((part) => OPTIONAL_MEMBERS.some((name) => part[name] === null)),
  },
  {
    name: 'a format that the library does not know',
    section: '§6.1: any format identifier; a wallet without it has no match',
    accepts: 'ours',
    applies: (query) =>
      credentialsOf(query).some(
        ({ format }) => typeof format === 'string' && FOREIGN_FORMATS.includes(format),
      ),
  },
  {
    name: 'a type of trusted authority that the library does not know',
    section: '§6.1.1: other types may be defined; such an entry matches nothing',
    accepts: 'ours',
    applies: (query) =>
      credentialsOf(query).some((credential) =>
        listOf(credential, 'trusted_authorities').some(({ type }) => type === 'other'),
      ),
  },
  {
    name: 'a key identifier that is not base64url',
    section: '§6.1.1.1: it equals that of no certificate',
    accepts: 'ours',
    applies: (query) =>
      credentialsOf(query).some((credential) =>
        listOf(credential, 'trusted_authorities').some(
          ({ values }) =>
            Array.isArray(values) &&
            values.some((value) => typeof value === 'string' && /[^\w=-]/.test(value)),
        ),
      ),
  },
  {
    name: 'meta of another shape than its format wants',
    section: 'B.1.1, B.2.3, B.3.5: it names no type, so no credential is of it; unknown members are ignored',
    accepts: 'ours',
    applies: (query) => credentialsOf(query).some(hasForeignMeta),
  },
  {
    name: 'a path in an mdoc of other components than two names',
    section: '§7.2: an error for that claim, which is then not there',
    accepts: 'ours',
    applies: (query) =>
      credentialsOf(query).some(
        (credential) =>
          credential['format'] === 'mso_mdoc' &&
          listOf(credential, 'claims').some(({ path }) => Array.isArray(path) && !isMdocPath(path)),
      ),
  },
]

function hasForeignMeta(credential: Loose): boolean {
  const meta = metaOf(credential)
  switch (credential['format']) {
    case 'dc+sd-jwt':
      return !isTexts(meta['vct_values'])
    case 'mso_mdoc':
      return typeof meta['doctype_value'] !== 'string'
    case 'jwt_vc_json': {
      const sets = meta['type_values']
      return !Array.isArray(sets) || sets.length === 0 || !sets.every(isTexts)
    }
    default:
      return false
  }
}

/** What the library refuses to read and ours reads, is to match nothing. */
export function isUnanswerable({ format, meta }: CredentialQuery): boolean {
  return FOREIGN_FORMATS.includes(format) || hasForeignMeta({ format, meta })
}

export function isUnanswerableClaim({ format }: CredentialQuery, { path }: ClaimsQuery): boolean {
  return format === 'mso_mdoc' && !isMdocPath(path)
}

function isMdocPath(path: readonly unknown[]): boolean {
  return path.length === 2 && path.every((step) => typeof step === 'string')
}

/** Where the library throws instead of answering, and ours answers. */
export const inMatching: readonly Disagreement<JsonValue>[] = [
  {
    name: 'a name of the prototype in a path makes the library throw',
    section: '§7.1.1: a key like every other',
    accepts: 'ours',
    applies: (query) =>
      claimsOf(query).some(
        ({ path }) => Array.isArray(path) && path.some((step) => typeof step === 'string' && step in {}),
      ),
  },
]

export interface QueryAndCredential {
  readonly query: CredentialQuery
  readonly held: HeldCredential
}

export const inMeta: readonly Disagreement<QueryAndCredential>[] = [
  {
    name: 'meta does not name a type',
    section: 'B.2.3, B.3.5: vct_values and doctype_value are REQUIRED',
    accepts: 'theirs',
    applies: ({ query: { format, meta } }) => hasForeignMeta({ format, meta }),
  },
]

export const inAuthorities: readonly Disagreement<QueryAndCredential>[] = [
  {
    name: 'a key identifier with padding',
    section: '§6.1.1.1: the bytes are compared, not the text',
    accepts: 'ours',
    applies: ({ query }) =>
      query.trustedAuthorities?.some(({ values }) => values.some((value) => value.endsWith('='))) ?? false,
  },
]

export interface ClaimAndCredential {
  readonly claim: ClaimsQuery
  readonly held: HeldCredential
}

const walked = ({ claim, held }: ClaimAndCredential, path: ClaimPath = claim.path) =>
  walk(held.claims as JsonObject, path)

export const inClaims: readonly Disagreement<ClaimAndCredential>[] = [
  {
    name: 'an element that the path does not fit is skipped',
    section: '§7.1.1: an error for the whole path',
    accepts: 'theirs',
    applies: (subject) => walked(subject).misfit && walked(subject).values.length > 0,
  },
  {
    name: 'all elements of an empty array count as something',
    section: '§7.1.1: nothing selected is an error',
    accepts: 'theirs',
    applies: (subject) => walked(subject).emptied,
  },
  {
    name: 'a name that only an array or a prototype has',
    section: '§7.1.1: a string selects in objects, by their keys',
    accepts: 'theirs',
    applies: (subject) => walked(subject).inherited,
  },
  {
    name: 'null is a value',
    section: '§7.1.1: selected like every other',
    accepts: 'ours',
    applies: (subject) => subject.claim.values === undefined && walked(subject).values.includes(null),
  },
  {
    name: 'the rest of a long path in an mdoc is ignored',
    section: '§7.2: exactly two components',
    accepts: 'theirs',
    applies: ({ claim, held }) => held.format === 'mso_mdoc' && claim.path.length > 2,
  },
]
