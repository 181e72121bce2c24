/**
 * Certificate extensions (RFC 5280 §4.2.1) that path validation and trust decisions use. The others are told apart by
 * one thing: whether their issuer marked them critical, which forbids to go on without understanding them.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import {
  type DerElement,
  readBoolean,
  readChildren,
  readDer,
  readInteger,
  readNamedBits,
  readObjectIdentifier,
  readSequence,
  TAG,
} from './asn1/der.ts'
import {
  readDistributionPoints,
  readPolicies,
  readPolicyConstraints,
  readPolicyMappings,
} from './certificate-policies.ts'
import { type GeneralNames, readGeneralNames } from './general-name.ts'
import { type NameConstraints, readNameConstraints } from './name-constraints.ts'

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

export interface Extensions {
  /** `cA` of the basic constraints. */
  readonly isCa: boolean
  /** How many intermediate certificates may follow. */
  readonly pathLength?: number
  /** Absent: not restricted. */
  readonly keyUsage?: readonly KeyUsage[]
  /** Object identifiers; absent: not restricted. */
  readonly extendedKeyUsage?: readonly string[]
  /** Of the subject alternative name. */
  readonly dnsNames: readonly string[]
  readonly uris: readonly string[]
  readonly subjectAlternativeNames?: GeneralNames
  readonly issuerAlternativeNames?: GeneralNames
  /** URIs of revocation lists; absent: no such extension. */
  readonly crlDistributionPoints?: readonly string[]
  readonly nameConstraints?: NameConstraints
  /** base64url. */
  readonly subjectKeyId?: string
  readonly authorityKeyId?: string
  /** Object identifiers of all extensions, and of those marked critical. */
  readonly extensionIds: readonly string[]
  readonly criticalIds: readonly string[]
  /** Object identifiers of what must be understood and is not. */
  readonly unknownCritical: readonly string[]
}

export const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  issuerAlternativeName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyId: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
} as const

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }
type Draft = Mutable<Extensions>

/**
 * No wrapper, no extensions. Refused when one is malformed or there twice: with its object identifier, where it has one that
 * can be read.
 */
export function readExtensions(wrapper: DerElement | undefined): Result<Extensions, string | undefined> {
  const list = wrapper === undefined ? [] : readSequence(wrapper.contents)
  if (list === undefined || (wrapper !== undefined && list.length === 0)) return refuse(undefined)
  const extensions: Extension[] = []
  for (const element of list) {
    const extension = readExtension(element)
    if (!extension.ok) return extension
    extensions.push(extension.value)
  }
  const extensionIds = extensions.map(({ identifier }) => identifier)
  const twice = extensionIds.find((identifier, at) => extensionIds.indexOf(identifier) < at)
  if (twice !== undefined) return refuse(twice)
  const criticalIds = extensions.flatMap(({ identifier, critical }) => (critical ? [identifier] : []))
  const draft: Draft = {
    isCa: false,
    dnsNames: [],
    uris: [],
    extensionIds,
    criticalIds,
    unknownCritical: criticalIds.filter((identifier) => !READERS.has(identifier)),
  }
  const malformed = extensions.find((extension) => !takeExtension(extension, draft))
  return malformed === undefined ? ok(draft) : refuse(malformed.identifier)
}

interface Extension {
  readonly identifier: string
  readonly critical: boolean
  readonly value: Uint8Array
}

function readExtension(element: DerElement): Result<Extension, string | undefined> {
  const [first, ...others] = (element.tag === TAG.sequence && readChildren(element)) || []
  const identifier = readObjectIdentifier(first)
  const value = others.pop()
  const critical = others.length === 0 ? false : others.length === 1 ? readBoolean(others[0]) : undefined
  return identifier === undefined || critical === undefined || value?.tag !== TAG.octetString
    ? refuse(identifier)
    : ok({ identifier, critical, value: value.contents })
}

/** False when the value is malformed. */
function takeExtension({ identifier, value }: Extension, draft: Draft): boolean {
  return READERS.get(identifier)?.(value, draft) ?? true
}

/** Writes what it reads into the draft; false when the value is malformed. */
type ExtensionReader = (value: Uint8Array, draft: Draft) => boolean

/** What is here is understood: it may be critical. */
const READERS: ReadonlyMap<string, ExtensionReader> = new Map<string, ExtensionReader>([
  [EXTENSION.subjectKeyId, readSubjectKeyId],
  [EXTENSION.keyUsage, readKeyUsage],
  [EXTENSION.subjectAlternativeName, readSubjectAlternativeNames],
  [EXTENSION.issuerAlternativeName, readIssuerAlternativeNames],
  [EXTENSION.basicConstraints, readBasicConstraints],
  [EXTENSION.nameConstraints, takeNameConstraints],
  [EXTENSION.crlDistributionPoints, takeDistributionPoints],
  [EXTENSION.certificatePolicies, (value) => readPolicies(value)],
  [EXTENSION.policyMappings, (value) => readPolicyMappings(value)],
  [EXTENSION.authorityKeyId, readAuthorityKeyId],
  [EXTENSION.policyConstraints, takePolicyConstraints],
  [EXTENSION.extendedKeyUsage, readExtendedKeyUsage],
  [EXTENSION.inhibitAnyPolicy, (value) => readInteger(readDer(value, TAG.integer)) !== undefined],
])

function readSubjectKeyId(value: Uint8Array, draft: Draft): boolean {
  const id = readDer(value, TAG.octetString)
  if (id === undefined) return false
  draft.subjectKeyId = encodeBase64url(id.contents)
  return true
}

const KEY_IDENTIFIER_TAG = 0x80

function readAuthorityKeyId(value: Uint8Array, draft: Draft): boolean {
  const fields = readSequence(value)
  const id = fields?.find(({ tag }) => tag === KEY_IDENTIFIER_TAG)
  if (id !== undefined) draft.authorityKeyId = encodeBase64url(id.contents)
  return fields !== undefined
}

const KEY_USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

function readKeyUsage(value: Uint8Array, draft: Draft): boolean {
  const bits = readNamedBits(readDer(value, TAG.bitString))
  if (bits === undefined) return false
  draft.keyUsage = KEY_USAGES.filter((_usage, bit) => bits.includes(bit))
  return true
}

function readBasicConstraints(value: Uint8Array, draft: Draft): boolean {
  const fields = readSequence(value)
  if (fields === undefined) return false
  const [first, ...others] = fields
  const flagged = first?.tag === TAG.boolean
  const isCa = flagged ? readBoolean(first) : false
  const [pathLength, ...rest] = flagged ? others : fields
  if (isCa === undefined || rest.length > 0) return false
  draft.isCa = isCa
  return pathLength === undefined || readPathLength(pathLength, draft)
}

function readPathLength(element: DerElement, draft: Draft): boolean {
  const bytes = readInteger(element)
  const [length] = bytes ?? []
  // §4.2.1.9: only a CA may have one. More than 127 would need a second byte and never limit our paths.
  if (!draft.isCa || bytes?.length !== 1 || length === undefined || length >= 0x80) return false
  draft.pathLength = length
  return true
}

function readExtendedKeyUsage(value: Uint8Array, draft: Draft): boolean {
  const purposes: string[] = []
  for (const element of readSequence(value) ?? []) {
    const identifier = readObjectIdentifier(element)
    if (identifier === undefined) return false
    purposes.push(identifier)
  }
  draft.extendedKeyUsage = purposes
  return purposes.length > 0
}

function readSubjectAlternativeNames(value: Uint8Array, draft: Draft): boolean {
  const names = readGeneralNames(readSequence(value))
  if (names === undefined) return false
  draft.subjectAlternativeNames = names
  draft.dnsNames = names.dnsNames
  draft.uris = names.uris
  return true
}

function readIssuerAlternativeNames(value: Uint8Array, draft: Draft): boolean {
  const names = readGeneralNames(readSequence(value))
  if (names === undefined) return false
  draft.issuerAlternativeNames = names
  return true
}

function takeNameConstraints(value: Uint8Array, draft: Draft): boolean {
  const constraints = readNameConstraints(value)
  if (constraints === undefined) return false
  draft.nameConstraints = constraints
  return true
}

function takeDistributionPoints(value: Uint8Array, draft: Draft): boolean {
  const uris = readDistributionPoints(value)
  if (uris === undefined) return false
  draft.crlDistributionPoints = uris
  return true
}

/** Whoever demands policies is not understood, marked critical or not: we do not build policy trees (§6.1.2). */
function takePolicyConstraints(value: Uint8Array, draft: Draft): boolean {
  const demands = readPolicyConstraints(value)
  if (demands === undefined) return false
  if (demands) draft.unknownCritical = [...draft.unknownCritical, EXTENSION.policyConstraints]
  return true
}
