/**
 * `verifier_attestation:` (OpenID4VP 1.0 §5.9.3, §12): somebody says in a JWT which name a verifier has and with which key it
 * signs. Who that is a certificate of theirs says. Whether they are believed, other anchors say than those for verifiers: whoever has
 * a verifier's certificate must not vouch for others with it.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALLOWED_ALGORITHMS } from '@countersign/crypto/allowed-algorithms'
import { type DecodedJws, decodeJws, verifyJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import { type PublicJwk, parsePublicJwk, sameKey } from '@countersign/crypto/jwk'
import { identifyByCertificate } from './certificate-of-client.ts'
import type { AttestationRefusal, ClientEvidence, ClientRefusal, ProvablePrefix } from './client-id-prefix.ts'

const TYPE = 'verifier-attestation+jwt'
const MAX_LENGTH = 32_768
const SKEW_SECONDS = 60

export const verifierAttestation = {
  name: 'verifier_attestation',
  acceptsOriginal: (subject) => subject !== '',
  identify: async ({ header }, subject, evidence) => {
    const attestation = readAttestation(header['jwt'], evidence.now)
    if (!attestation.ok) return refused(attestation.error)
    const { decoded, key, responseUris } = attestation.value
    if (attestation.value.subject !== subject) return refused({ code: 'attestation_of_another' })
    const anchors = evidence.attesterAnchors ?? []
    const attester = await identifyByCertificate(decoded.header['x5c'], () => true, { ...evidence, anchors })
    if (!attester.ok) return attester
    if (!(await isSignedBy(decoded, attester.value.key, evidence))) {
      return refused({ code: 'attestation_signature_refused' })
    }
    const { trust } = attester.value
    const named = trust.trusted
      ? ({ trusted: true, verifier: subject, anchor: trust.verifier } as const)
      : ({ trusted: false, verifier: subject, reason: trust.reason } as const)
    return ok({ key, trust: named, responseUris })
  },
  proofOf: ({ attestation: jwt, now, signer }) => {
    if (jwt === undefined) return refuse({ code: 'attestation_missing' })
    const read = readAttestation(jwt, now())
    if (!read.ok) return refuse({ code: 'attestation_unusable', reason: read.error.code })
    const isOwn = sameKey(read.value.key, signer.publicJwk)
    return isOwn
      ? ok({ original: read.value.subject, header: { jwt } })
      : refuse({ code: 'attestation_unusable', reason: 'attestation_of_another' })
  },
} as const satisfies ProvablePrefix

function refused({ code: reason }: AttestationRefusal): Result<never, ClientRefusal> {
  return refuse({ code: 'client_attestation_refused', reason })
}

interface Attestation {
  readonly decoded: DecodedJws
  readonly subject: string
  /** With which the verifier signs. */
  readonly key: PublicJwk
  readonly responseUris?: readonly string[] | undefined
}

/** §12: `iss`, `sub`, `exp` and `cnf` have to be there; `redirect_uris` may say where answers go. Nothing of it is believed yet. */
function readAttestation(jwt: unknown, now: number): Result<Attestation, AttestationRefusal> {
  const decoded = typeof jwt === 'string' ? decodeJws(jwt, { maxLength: MAX_LENGTH }) : undefined
  if (decoded?.ok !== true) return refuse({ code: 'attestation_malformed' })
  const { header, payload } = decoded.value
  if (!isMediaType(header['typ'], TYPE)) return refuse({ code: 'attestation_type_wrong' })
  const { cnf, iss, sub } = payload
  if (typeof iss !== 'string' || typeof sub !== 'string') return refuse({ code: 'attestation_malformed' })
  const time = timeRefusal(payload, now)
  if (time !== undefined) return refuse(time)
  const key = parsePublicJwk(isJsonObject(cnf) ? cnf['jwk'] : undefined)
  if (!key.ok) return refuse({ code: 'attestation_key_unusable' })
  const responseUris = textsIn(payload['redirect_uris'])
  if (responseUris === 'malformed') return refuse({ code: 'attestation_malformed' })
  return ok({ decoded: decoded.value, subject: sub, key: key.value, responseUris })
}

function timeRefusal({ exp, nbf }: JsonObject, now: number): AttestationRefusal | undefined {
  if (typeof exp !== 'number') return { code: 'attestation_malformed' }
  if (now >= exp + SKEW_SECONDS) return { code: 'attestation_expired' }
  if (nbf === undefined) return undefined
  if (typeof nbf !== 'number') return { code: 'attestation_malformed' }
  return nbf > now + SKEW_SECONDS ? { code: 'attestation_not_yet_valid' } : undefined
}

function textsIn(value: JsonValue | undefined): readonly string[] | undefined | 'malformed' {
  if (value === undefined) return undefined
  if (!isJsonArray(value)) return 'malformed'
  const texts = value.filter((one) => typeof one === 'string')
  return texts.length === value.length ? texts : 'malformed'
}

async function isSignedBy(
  attestation: DecodedJws,
  key: PublicJwk,
  { crypto }: Pick<ClientEvidence, 'crypto'>,
): Promise<boolean> {
  return (await verifyJws(attestation, key, ALLOWED_ALGORITHMS.request_object, crypto)).ok
}
