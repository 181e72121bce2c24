/**
 * Issues an mdoc (ISO/IEC 18013-5 §9.1.2, OpenID4VCI 1.0 appendix A.2): claims by namespace in, `IssuerSigned` out.
 * Refuses what a verifier would have to reject, so that no such credential ever exists. Every element can be withheld,
 * so `selectivelyDisclosable` says nothing here; nor has `issuer` a place, which the certificate names.
 */
import { decodeBase64, encodeBase64url } from '@countersign/core/base64url'
import { isWritableMoment } from '@countersign/core/date-time'
import {
  hasWellFormedTexts,
  isJsonObject,
  type JsonObject,
  placeOfUnsafeNumber,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { CREDENTIAL_VALUES, RECEIVED } from '@countersign/core/size-limits'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { HEADER, writeX5chain } from '@countersign/crypto/cose/message'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { algorithmOf, type PublicJwk } from '@countersign/crypto/jwk'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { jurisdictionOf } from '@countersign/x509/signer-jurisdiction'
import type { FormatRefusal, IssueInput } from '../contract/format.ts'
import { tooLarge, withinCredentialSize } from '../contract/size.ts'
import { isName, LIMITS, MAX_ELEMENTS, MDOC_ALGORITHMS } from './issuer-signed/algorithms-and-limits.ts'
import { makeDigestIds } from './issuer-signed/digest-ids.ts'
import { toCbor } from './issuer-signed/element-values.ts'
import { type Validity, writeMso } from './issuer-signed/mso.ts'
import { writeMsoStatus } from './issuer-signed/status.ts'
import { findJurisdictionFault, isBoundByStandard } from './issuing-jurisdiction.ts'

/** 128 bits cannot be guessed, and more would only make every presentation longer (§9.1.2.5: 16 at least). */
const RANDOM_BYTES = 16

export async function issueMdoc(
  input: IssueInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const envelope = readEnvelope(input)
  if (!envelope.ok) return envelope
  const status = writeMsoStatus(input.statuses ?? [])
  if (!status.ok) return status
  const written = await writeNamespaces(input, crypto)
  if (!written.ok) return written
  const { digests, nameSpaces } = written.value
  const fault = findSignerFault(input)
  if (fault !== undefined) return refuse(fault)
  const { chain, deviceKey, validity } = envelope.value
  const payload = writeMso({ docType: input.type, digests, deviceKey, validity }, status.value)
  const issuerAuth = await signCoseSign1(
    {
      protectedHeader: new Map(),
      unprotectedHeader: new Map([[HEADER.x5chain, writeX5chain(chain)]]),
      payload,
    },
    input.signer,
  )
  const bytes = encodeCbor(mapOf({ issuerAuth, nameSpaces }))
  return withinCredentialSize(encodeBase64url(bytes))
}

/** §9.3.1: verifiers refuse what states another country or jurisdiction than the certificate of its signer. */
function findSignerFault({ claims, signer, type }: IssueInput): FormatRefusal | undefined {
  if (!isBoundByStandard(type)) return undefined
  const leaf = parseX5cEntry(signer.x5c?.[0] ?? '')
  return leaf.ok ? findJurisdictionFault({ type, claims }, jurisdictionOf(leaf.value)) : undefined
}

interface Envelope {
  readonly deviceKey: PublicJwk
  readonly validity: Validity
  readonly chain: readonly Uint8Array[]
}

function readEnvelope(input: IssueInput): Result<Envelope, FormatRefusal> {
  const { holderKey: deviceKey, signer, type } = input
  if (!isName(type) || type.trim() === '') return refuse({ code: 'doctype_missing' })
  if (deviceKey === undefined) return refuse({ code: 'holder_key_missing' })
  if (!MDOC_ALGORITHMS.includes(algorithmOf(deviceKey))) {
    return refuse({ code: 'holder_key_unsupported' })
  }
  if (!MDOC_ALGORITHMS.includes(signer.algorithm)) return refuse({ code: 'signer_algorithm_unsupported' })
  const chain = (signer.x5c ?? []).map(decodeBase64).filter((der) => der !== undefined)
  if (chain.length === 0) return refuse({ code: 'x5c_missing' })
  if (chain.length !== signer.x5c?.length) return refuse({ code: 'x5c_malformed' })
  const validity = readValidity(input)
  return validity.ok ? ok({ deviceKey, validity: validity.value, chain }) : validity
}

/** §9.1.2.4: an mdoc has an end; none is made up here. It cannot hold before it is signed. */
function readValidity({ expiresAt, issuedAt, notBefore }: IssueInput): Result<Validity, FormatRefusal> {
  if (expiresAt === undefined) return refuse({ code: 'expiry_missing' })
  const validFrom = Math.max(issuedAt, notBefore ?? issuedAt)
  if (![issuedAt, validFrom, expiresAt].every(isWritableMoment)) return refuse({ code: 'time_malformed' })
  return expiresAt <= validFrom
    ? refuse({ code: 'validity_empty' })
    : ok({ signed: issuedAt, validFrom, validUntil: expiresAt })
}

interface WrittenNamespaces {
  readonly nameSpaces: ReadonlyMap<string, readonly CborInput[]>
  readonly digests: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>
}

async function writeNamespaces(
  { claims, encodings = [] }: IssueInput,
  crypto: CryptoEngine,
): Promise<Result<WrittenNamespaces, FormatRefusal>> {
  const namespaces = readNamespaces(claims)
  if (!namespaces.ok) return namespaces
  const writeValue = toCbor(claims, encodings)
  if (!writeValue.ok) return writeValue
  const nameSpaces = new Map<string, readonly CborInput[]>()
  const budget = { valuesLeft: CREDENTIAL_VALUES.cbor }
  const digests = new Map<string, ReadonlyMap<number, Uint8Array>>()
  for (const [namespace, elements] of namespaces.value) {
    const ids = makeDigestIds(elements.length, crypto)
    const items: CborInput[] = []
    const known = new Map<number, Uint8Array>()
    for (const [at, [element, value]] of elements.entries()) {
      const digestID = ids[at] ?? at
      const random = crypto.randomBytes(RANDOM_BYTES)
      const elementValue = writeValue.value(value, [namespace, element])
      // In the order of their bytes, which spares the writer sorting them.
      const item = mapOf({ random, digestID, elementValue, elementIdentifier: element })
      const content = encodeCbor(item)
      if (content.length > RECEIVED.credential) return refuse(tooLarge(RECEIVED.credential))
      // Values too deep or too many, which no reader would take.
      if (!decodeCbor(content, { ...LIMITS, budget }).ok)
        return refuse({ code: 'element_too_complex', detail: element })
      const raw = encodeCbor(tagged(TAG.embedded, content))
      items.push({ kind: 'tag', tag: TAG.embedded, content, raw })
      known.set(digestID, await crypto.digest('sha-256', raw))
    }
    nameSpaces.set(namespace, items)
    digests.set(namespace, known)
  }
  return ok({ nameSpaces, digests })
}

type Elements = readonly (readonly [string, JsonObject[string]])[]

function readNamespaces(claims: JsonObject): Result<readonly (readonly [string, Elements])[], FormatRefusal> {
  const namespaces = Object.entries(claims)
  if (namespaces.length === 0) return refuse({ code: 'claims_missing' })
  if (!hasWellFormedTexts(claims)) return refuse({ code: 'text_malformed' })
  const unsafe = placeOfUnsafeNumber(claims)
  if (unsafe !== undefined) return refuse({ code: 'claim_not_json', detail: unsafe })
  let count = 0
  const read: [string, Elements][] = []
  for (const [namespace, members] of namespaces) {
    const detail = namespace
    if (!isName(namespace) || !isJsonObject(members)) return refuse({ code: 'namespace_malformed', detail })
    const elements = Object.entries(members)
    if (elements.length === 0) return refuse({ code: 'namespace_malformed', detail })
    const unnamed = elements.find(([element]) => !isName(element))
    if (unnamed !== undefined) return refuse({ code: 'element_malformed', detail: unnamed[0] })
    count += elements.length
    read.push([namespace, elements])
  }
  return count > MAX_ELEMENTS ? refuse({ code: 'too_many_elements' }) : ok(read)
}
