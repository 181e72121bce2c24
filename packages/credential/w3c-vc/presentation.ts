/**
 * Presentations as JWTs: `vp` around the credential's JWT (VCDM 1.1 §6.3.1), or a presentation of version 2.0 around an
 * enveloped credential (VC-JOSE-COSE §3.1.2). One presentation carries one credential: a query is answered by one, and a
 * second one would be looked at by nobody.
 */

import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { CREDENTIAL_VALUES, RECEIVED } from '@countersign/core/size-limits'
import { type DecodedJws, decodeJws, signJws } from '@countersign/crypto/jose/jws'
import { isMediaType } from '@countersign/crypto/jose/media-type'
import type { FormatRefusal, PresentInput } from '../contract/format.ts'
import { EXACT } from '../contract/showable-claims.ts'
import { findSizeFault } from '../contract/size.ts'
import { splitPayload } from './claims-set.ts'
import { ENVELOPED_TYPE, PRESENTATION_TYPE, readEnveloped, readPresentationDocument } from './data-model.ts'
import type { HolderName, ProofNames } from './holder.ts'
import { BASE_CONTEXTS } from './json-ld-context.ts'
import { readJwtCredential, type W3cCredential } from './read.ts'

type JwtFormat = 'jwt_vc_json' | 'vc+jwt'

export interface Presented {
  readonly credential: W3cCredential
  /** The holder's signature; absent where the credential was sent as it is. */
  readonly proof?: HolderProof | undefined
}

export interface HolderProof extends ProofNames {
  readonly jws: DecodedJws
}

export function readPresented(text: string, format: JwtFormat): Result<Presented, FormatRefusal> {
  const sizeFault = findSizeFault(text)
  if (sizeFault !== undefined) return refuse(sizeFault)
  const outer = decodeJws(text, PRESENTATION_LIMITS)
  if (!outer.ok) return outer
  if (!isPresentation(outer.value, format)) {
    const credential = readJwtCredential(text, format, EXACT)
    return credential.ok ? ok({ credential: credential.value }) : credential
  }
  const { header, payload } = outer.value
  const { kid } = header
  if (kid !== undefined && typeof kid !== 'string') return refuse({ code: 'kid_malformed' })
  const inner = format === 'jwt_vc_json' ? unwrapPresentation(outer.value) : openPresentation(payload)
  if (!inner.ok) return inner
  const credential = readJwtCredential(inner.value.credential, format, EXACT)
  if (!credential.ok) return credential
  const { holders } = inner.value
  return ok({
    credential: credential.value,
    proof: { jws: outer.value, holders, keyId: kid },
  })
}

/** Makes a presentation around `credential`, the JWT as the holder has it. */
export function writePresentation(
  credential: string,
  format: JwtFormat,
  { did, keyId }: HolderName,
  { audience, issuedAt, nonce, signer }: NonNullable<PresentInput['binding']>,
): Promise<string> {
  const claims = { iss: did, aud: audience, nonce, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS }
  if (format === 'jwt_vc_json') {
    const vp = {
      '@context': [BASE_CONTEXTS['1.1']],
      type: [PRESENTATION_TYPE],
      holder: did,
      verifiableCredential: [credential],
    }
    return signJws({ typ: 'JWT', kid: keyId }, { ...claims, nbf: issuedAt, vp }, signer)
  }
  const enveloped = {
    '@context': BASE_CONTEXTS['2.0'],
    id: `data:application/vc+jwt,${credential}`,
    type: ENVELOPED_TYPE,
  }
  const document = {
    '@context': [BASE_CONTEXTS['2.0']],
    type: [PRESENTATION_TYPE],
    holder: did,
    verifiableCredential: [enveloped],
  }
  return signJws({ typ: 'vp+jwt', cty: 'vp', kid: keyId }, { ...document, ...claims }, signer)
}

const PRESENTATION_LIMITS = { maxLength: RECEIVED.presentation, maxValues: CREDENTIAL_VALUES.json }
const LIFETIME_SECONDS = 300

function isPresentation({ header, payload }: DecodedJws, format: JwtFormat): boolean {
  return format === 'jwt_vc_json' ? Object.hasOwn(payload, 'vp') : isMediaType(header.typ, 'vp+jwt')
}

interface Inner {
  readonly credential: string
  readonly holders: readonly string[]
}

/** VCDM 1.1 §6.3.1: members beside `vp` are the JWT's; the credential is a JWT as text. */
function unwrapPresentation({ header, payload }: DecodedJws): Result<Inner, FormatRefusal> {
  const { typ } = header
  if (typ !== undefined && !isMediaType(typ, 'jwt')) return refuse({ code: 'typ_wrong' })
  const { vc, vp } = payload
  if (vc !== undefined || !isJsonObject(vp)) return refuse({ code: 'vp_malformed' })
  const facts = readPresentationDocument(vp)
  if (!facts.ok) return facts
  const credential = onlyOne(facts.value.credentials)
  if (!credential.ok) return credential
  if (typeof credential.value !== 'string') return refuse({ code: 'credential_not_secured' })
  const holders = holdersOf(payload.iss, facts.value.holder)
  return holders.ok ? ok({ credential: credential.value, holders: holders.value }) : holders
}

/** VC-JOSE-COSE §3.1.2: credentials within are secured, and enveloped. */
function openPresentation(payload: JsonObject): Result<Inner, FormatRefusal> {
  const document = splitPayload(payload)
  if (!document.ok) return document
  const facts = readPresentationDocument(document.value)
  if (!facts.ok) return facts
  if (facts.value.version !== '2.0') return refuse({ code: 'version_wrong' })
  const credential = onlyOne(facts.value.credentials)
  if (!credential.ok) return credential
  if (!isJsonObject(credential.value)) return refuse({ code: 'credential_not_secured' })
  const enveloped = readEnveloped(credential.value)
  if (!enveloped.ok) return enveloped
  if (enveloped.value.mediaType !== 'application/vc+jwt') return refuse({ code: 'envelope_media_type' })
  const holders = holdersOf(payload.iss, facts.value.holder)
  return holders.ok ? ok({ credential: enveloped.value.content, holders: holders.value }) : holders
}

function onlyOne(credentials: readonly JsonValue[]): Result<JsonValue, FormatRefusal> {
  const [only, ...more] = credentials
  if (only === undefined) return refuse({ code: 'credential_missing' })
  return more.length === 0 ? ok(only) : refuse({ code: 'credentials_several' })
}

function holdersOf(
  iss: JsonValue | undefined,
  holder: string | undefined,
): Result<readonly string[], FormatRefusal> {
  if (iss !== undefined && typeof iss !== 'string') return refuse({ code: 'iss_malformed' })
  return ok([iss, holder].filter((name) => name !== undefined))
}
