/**
 * Presentations that were kept, taken apart as walt.id's verifier shows them: what is written in header and payload, and with
 * `verbose` what it was written as. Everything in them was judged before the result; nothing here judges. A presentation that was
 * not kept is shown by its claims alone.
 */
import type { PresentedCredentials, ViewMode } from '@countersign/api/verifier/presented'
import { decodeTextBase64url, encodeBase64url } from '@countersign/core/base64url'
import { showDateTime } from '@countersign/core/date-time'
import { isJsonArray, type JsonObject, parseJson } from '@countersign/core/json'
import type { SecuringMechanism } from '@countersign/credential/contract/format-facts'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import { EXACT } from '@countersign/credential/contract/showable-claims'
import { readPresentation } from '@countersign/credential/mdoc/verify'
import { readSdJwt } from '@countersign/credential/sd-jwt/read'
import { readPresented } from '@countersign/credential/w3c-vc/presentation'
import type { CryptoEngine } from '@countersign/crypto/engine'
import type { DecodedJws } from '@countersign/crypto/jose/jws'
import type { DisclosedCredential } from '@countersign/protocol/openid4vp/session'
import { certificatePem } from '@countersign/x509/pem'

interface Ports {
  readonly formats: FormatRegistry
  readonly crypto: Pick<CryptoEngine, 'digest' | 'digestBase64url'>
}

type View = PresentedCredentials['credentialsByFormat'][string][number]

export async function presentedView(
  ports: Ports,
  credentials: readonly DisclosedCredential[],
  viewMode: ViewMode,
): Promise<PresentedCredentials> {
  const credentialsByFormat: Record<string, View[]> = {}
  for (const credential of credentials) {
    const view = await viewOf(ports, credential, viewMode)
    credentialsByFormat[credential.format] = [...(credentialsByFormat[credential.format] ?? []), view]
  }
  return { viewMode, credentialsByFormat }
}

/** Undefined: what was kept is not what was judged, and that is a bug. */
type Take = (kept: Kept, mode: ViewMode, ports: Ports) => Promise<JsonObject | undefined>

type Kept = DisclosedCredential & { readonly presentation: string }

const TAKE_APART: Readonly<Record<SecuringMechanism, { readonly type: string; readonly take: Take }>> = {
  jwt: { type: 'jwt_vc_json', take: takeJwt },
  'sd-jwt': { type: 'sd_jwt_vc', take: takeSdJwt },
  mso: { type: 'mso_mdoc', take: takeMdoc },
}

async function viewOf(ports: Ports, credential: DisclosedCredential, mode: ViewMode): Promise<View> {
  const { claims, format, presentation, queryId } = credential
  const { take, type } = TAKE_APART[ports.formats.spoken(format).securedBy]
  const common = { type: `${type}_view_${mode}`, queryId }
  if (presentation === undefined) return { ...common, claims }
  const parts = await take({ ...credential, presentation }, mode, ports)
  if (parts === undefined) throw new Error('a presentation that was judged cannot be read again')
  return { ...common, ...parts }
}

function jwtParts({ header, payload }: DecodedJws): JsonObject {
  return { header, payload }
}

function compactOf({ signature, signingInput }: DecodedJws): string {
  return `${signingInput}.${encodeBase64url(signature)}`
}

async function takeJwt({ format, presentation: raw }: Kept, mode: ViewMode): Promise<JsonObject | undefined> {
  const read = readPresented(raw, format === 'vc+jwt' ? 'vc+jwt' : 'jwt_vc_json')
  if (!read.ok) return undefined
  const { credential, proof } = read.value
  const [holder] = proof?.holders ?? []
  const simple = {
    ...(holder !== undefined && { holder }),
    verifiableCredentials: [
      { ...(mode === 'verbose' && { raw: compactOf(credential.jws) }), ...jwtParts(credential.jws) },
    ],
  }
  if (mode === 'simple' || proof === undefined) return simple
  return { ...simple, vp: { raw, ...jwtParts(proof.jws) } }
}

async function takeSdJwt(
  { presentation: raw }: Kept,
  mode: ViewMode,
  { crypto }: Ports,
): Promise<JsonObject | undefined> {
  const read = await readSdJwt(raw, () => false, crypto, EXACT)
  if (!read.ok) return undefined
  const { claims, disclosures, hashAlgorithm, jws, keyBinding } = read.value
  if (mode === 'simple') {
    return {
      vc: { header: jws.header, payload: claims },
      ...(keyBinding !== undefined && { keyBinding: keyBinding.payload }),
    }
  }
  const digests: Record<string, JsonObject> = {}
  for (const disclosure of disclosures)
    digests[await crypto.digestBase64url(hashAlgorithm, disclosure)] = disclosureParts(disclosure)
  return {
    raw,
    vc: {
      raw: read.value.issuerJwt,
      header: jws.header,
      fullPayload: claims,
      undisclosedPayload: jws.payload,
      disclosures: digests,
    },
    ...(keyBinding !== undefined && { keyBinding: { raw: compactOf(keyBinding), ...jwtParts(keyBinding) } }),
  }
}

function disclosureParts(disclosure: string): JsonObject {
  const text = decodeTextBase64url(disclosure)
  const parsed = text === undefined ? undefined : parseJson(text)
  const parts = parsed?.ok && isJsonArray(parsed.value) ? parsed.value : []
  const [salt = null, ...rest] = parts
  const [key, value = null] = rest.length > 1 ? rest : [undefined, ...rest]
  return { disclosure, salt, ...(key !== undefined && { key }), value }
}

async function takeMdoc(
  { claims: nameSpaces, presentation: raw }: Kept,
  mode: ViewMode,
  { crypto }: Ports,
): Promise<JsonObject | undefined> {
  const read = await readPresentation(raw, crypto)
  if (!read.ok) return undefined
  const { mso, x5c } = read.value.issuerSigned
  const facts = {
    docType: mso.docType,
    certificateChain: x5c.map(certificatePem),
    validityInfo: {
      signed: showDateTime(mso.validity.signed),
      validFrom: showDateTime(mso.validity.validFrom),
      validUntil: showDateTime(mso.validity.validUntil),
    },
    deviceKey: { ...mso.deviceKey },
  }
  const head = { version: '1.0', status: 0 }
  if (mode === 'simple') return { ...head, documents: [{ ...facts, nameSpaces }] }
  const { docType, ...issuerAuth } = facts
  return { raw, ...head, documents: [{ docType, issuerSigned: { nameSpaces, issuerAuth } }] }
}
