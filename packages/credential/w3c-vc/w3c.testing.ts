/** An issuer that is a DID, its holder, and a forger of W3C credentials and presentations that signs whatever it is told. */

import type { JsonObject, JsonValue } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import { AUDIENCE, holder, NONCE, NOW } from '@countersign/testing/forging/credential-fixtures'
import type { IssueInput, VerifyInput } from '../contract/format.ts'
import type { IssuerTrust } from '../contract/trust-port.ts'

export const V1 = 'https://www.w3.org/2018/credentials/v1'
export const V2 = 'https://www.w3.org/ns/credentials/v2'
export const TYPE = 'https://types.example/Identity'

export const didIssuer: Signer = makeSigner('P-256', 'issuer-key')
export const ISSUER_DID = didFromKey('jwk', didIssuer.publicJwk)
export const ISSUER_KID = `${ISSUER_DID}#0`
export const HOLDER_DID = didFromKey('jwk', bareKey(holder.publicJwk))
export const HOLDER_KID = `${HOLDER_DID}#0`

export const trustDid: IssuerTrust = ({ issuer, keyId }) =>
  issuer === ISSUER_DID && keyId === ISSUER_KID
    ? ok({ key: didIssuer.publicJwk, anchor: 'Example Issuer' })
    : refuse({ code: 'no_key_reference' })

export const SUBJECT: JsonObject = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  address: { locality: 'Köln', country: 'DE' },
  nationalities: ['DE', 'FR'],
}

export function w3cInput(changes: Partial<IssueInput> = {}): IssueInput {
  return {
    type: TYPE,
    claims: { credentialSubject: SUBJECT },
    selectivelyDisclosable: [],
    holderKey: holder.publicJwk,
    signer: didIssuer,
    issuer: ISSUER_DID,
    issuedAt: NOW - 100,
    expiresAt: NOW + 1000,
    statuses: [
      {
        mechanism: 'bitstring_status_list',
        uri: 'https://issuer.example/status/1',
        index: 7,
        purpose: 'revocation',
        size: 1,
      },
    ],
    ...changes,
  }
}

export function w3cVerifyInput(presentation: string, changes: Partial<VerifyInput> = {}): VerifyInput {
  return {
    presentation,
    binding: { audience: AUDIENCE, nonce: NONCE },
    now: NOW,
    skewSeconds: 10,
    bindingWindowSeconds: 300,
    trust: trustDid,
    ...changes,
  }
}

export interface W3cForgery {
  /** Members of the credential's document; undefined takes one away. */
  readonly document?: Readonly<Record<string, JsonValue | undefined>> | undefined
  /** Claims beside it, or, where the document is wrapped, around it. */
  readonly claims?: Readonly<Record<string, JsonValue | undefined>> | undefined
  readonly header?: Readonly<Record<string, JsonValue | undefined>> | undefined
  readonly signer?: Signer | undefined
  /** Of the presentation. */
  readonly vp?: Readonly<Record<string, JsonValue | undefined>> | undefined
  readonly proof?: Readonly<Record<string, JsonValue | undefined>> | undefined
  readonly proofHeader?: Readonly<Record<string, JsonValue | undefined>> | undefined
  readonly proofSigner?: Signer | undefined
}

const document20 = {
  '@context': [V2, 'https://contexts.example/identity'],
  type: ['VerifiableCredential', TYPE],
  issuer: ISSUER_DID,
  validFrom: '2026-05-28T20:00:00Z',
  credentialSubject: { id: HOLDER_DID, given_name: 'Erika' },
}

const { validFrom: issuanceDate, ...rest } = document20
const document11 = { ...rest, '@context': [V1], issuanceDate }

const claims = { iat: NOW - 100, exp: NOW + 1000 }
const proof = { iss: HOLDER_DID, aud: AUDIENCE, nonce: NONCE, iat: NOW }

export function forgeCredential11(forgery: W3cForgery = {}): Promise<string> {
  const vc = { ...document11, ...forgery.document }
  const header = { typ: 'JWT', kid: ISSUER_KID, ...forgery.header }
  return sign(header, { iss: ISSUER_DID, sub: HOLDER_DID, ...claims, vc, ...forgery.claims }, forgery.signer)
}

export function forgeCredential20(forgery: W3cForgery = {}): Promise<string> {
  const header = { typ: 'vc+jwt', cty: 'vc', kid: ISSUER_KID, ...forgery.header }
  const payload = { ...document20, ...forgery.document, ...claims, ...forgery.claims }
  return sign(header, payload, forgery.signer)
}

/** As an SD-JWT without disclosures, ending with `~`. */
export async function forgeSdJwt(forgery: W3cForgery = {}): Promise<string> {
  const header = { typ: 'vc+sd-jwt', cty: 'vc', kid: ISSUER_KID, ...forgery.header }
  const payload = { ...document20, ...forgery.document, ...claims, ...forgery.claims }
  return `${await sign(header, payload, forgery.signer)}~`
}

export async function forgePresentation11(forgery: W3cForgery = {}): Promise<string> {
  const credential = await forgeCredential11(forgery)
  const vp = {
    '@context': [V1],
    type: ['VerifiablePresentation'],
    verifiableCredential: [credential],
    ...forgery.vp,
  }
  const header = { typ: 'JWT', kid: HOLDER_KID, ...forgery.proofHeader }
  return sign(header, { ...proof, vp, ...forgery.proof }, forgery.proofSigner ?? holder)
}

export async function forgePresentation20(forgery: W3cForgery = {}): Promise<string> {
  const document = {
    '@context': [V2],
    type: ['VerifiablePresentation'],
    holder: HOLDER_DID,
    verifiableCredential: [envelope(await forgeCredential20(forgery))],
    ...forgery.vp,
  }
  const header = { typ: 'vp+jwt', cty: 'vp', kid: HOLDER_KID, ...forgery.proofHeader }
  return sign(header, { ...document, ...proof, ...forgery.proof }, forgery.proofSigner ?? holder)
}

export function envelope(jwt: string): JsonObject {
  return { '@context': V2, id: `data:application/vc+jwt,${jwt}`, type: 'EnvelopedVerifiableCredential' }
}

function sign(
  header: Readonly<Record<string, JsonValue | undefined>>,
  payload: Readonly<Record<string, JsonValue | undefined>>,
  signer: Signer = didIssuer,
): Promise<string> {
  return signJws(withoutAbsent(header), withoutAbsent(payload), signer)
}

function withoutAbsent(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return JSON.parse(JSON.stringify(members))
}
