/** People, keys and a forger for the tests of SD-JWT VC: the forger signs whatever it is told, rules or no rules. */
import { encodeBase64url, encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, refuse } from '@countersign/core/result'
import type { IssueInput, VerifyInput } from '@countersign/credential/contract/format'
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { bareKey } from '@countersign/crypto/jwk'
import { makeSigner, nodeEngine } from '../engines/node-engine.ts'

export const NOW = 1_780_000_000
export const VCT = 'https://credentials.example/identity'
export const NONCE = 'n-0S6_WzA2Mj'
export const AUDIENCE = 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'

export const issuer: Signer = { ...makeSigner('P-256', 'issuer-key'), x5c: ['AAAA'] }
export const holder: Signer = makeSigner('P-256', 'holder-key')

export const trustIssuer: IssuerTrust = (reference) =>
  reference.x5c?.[0] === 'AAAA'
    ? ok({ key: issuer.publicJwk, anchor: 'Example Root' })
    : refuse({ code: 'no_key_reference' })

export const CLAIMS: JsonObject = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  address: { street: 'Heidestra\u00dfe 17', locality: 'K\u00f6ln', geo: { lat: 50.9, lon: 6.9 } },
  nationalities: ['DE', 'FR', 'AT'],
  degrees: [
    { type: 'Bachelor', year: 2001 },
    { type: 'Master', year: 2004 },
  ],
  public: true,
}

export function issueInput(changes: Partial<IssueInput> = {}): IssueInput {
  return {
    type: VCT,
    claims: CLAIMS,
    selectivelyDisclosable: [
      ['given_name'],
      ['family_name'],
      ['address'],
      ['address', 'street'],
      ['address', 'geo', 'lat'],
      ['nationalities', null],
      ['degrees', null],
      ['degrees', null, 'year'],
    ],
    holderKey: holder.publicJwk,
    signer: issuer,
    issuer: 'https://issuer.example',
    issuedAt: NOW - 100,
    expiresAt: NOW + 1000,
    statuses: [{ mechanism: 'token_status_list', uri: 'https://issuer.example/status/1', index: 7 }],
    ...changes,
  }
}

export function verifyInput(presentation: string, changes: Partial<VerifyInput> = {}): VerifyInput {
  return {
    presentation,
    binding: { audience: AUDIENCE, nonce: NONCE },
    now: NOW,
    skewSeconds: 10,
    bindingWindowSeconds: 300,
    trust: trustIssuer,
    ...changes,
  }
}

export interface Forgery {
  /** Replaces the whole payload. */
  readonly payload?: JsonObject
  /** Added to a payload that is in order. */
  readonly claims?: JsonObject
  readonly header?: JsonObject
  readonly signer?: Signer
  readonly disclosures?: readonly string[]
  readonly keyBinding?: JsonObject
  readonly keyBindingHeader?: JsonObject
  readonly keyBindingSigner?: Signer
}

/** A presentation that is in order except for what the forgery says. */
export async function forge(forgery: Forgery = {}): Promise<string> {
  const payload = forgery.payload ?? {
    iat: NOW - 100,
    exp: NOW + 1000,
    vct: VCT,
    cnf: { jwk: bareKey(holder.publicJwk) },
    ...forgery.claims,
  }
  const header = { typ: 'dc+sd-jwt', x5c: ['AAAA'], ...forgery.header }
  const jwt = await signJws(header, payload, forgery.signer ?? issuer)
  return bindTo(`${[jwt, ...(forgery.disclosures ?? [])].join('~')}~`, forgery)
}

/** Adds a key-binding JWT to a text that ends with `~`. */
export async function bindTo(text: string, forgery: Forgery = {}): Promise<string> {
  const payload = {
    iat: NOW,
    aud: AUDIENCE,
    nonce: NONCE,
    sd_hash: await digestOf(text),
    ...forgery.keyBinding,
  }
  const header = { typ: 'kb+jwt', ...forgery.keyBindingHeader }
  return text + (await signJws(header, payload, forgery.keyBindingSigner ?? holder))
}

export function disclosureOf(value: unknown): string {
  return encodeBase64url(encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)))
}

export async function digestOf(text: string): Promise<string> {
  return nodeEngine.digestBase64url('sha-256', text)
}
