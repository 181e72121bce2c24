/**
 * Wallets of many people: each with a key of its own and a credential, of which four claims are about to be shown. What
 * a wallet can prepare is prepared, so that during a flow only the proof of possession is made. There are more holders
 * than a service keeps imported keys, and they take turns, so every key is new to the service, as in life.
 */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { signJws } from '@countersign/crypto/jose/jws'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { newKey, now } from '@countersign/testing/people/keys'
import { type BenchFormat, issueOther } from './other-formats.ts'

export const CREDENTIAL_TYPE = 'urn:countersign:identity-credential:1'

/** Nine claims; with the locality within the address there are ten disclosures. */
export const CLAIMS: JsonObject = {
  given_name: 'Ada',
  family_name: 'Example',
  birthdate: '1990-01-01',
  email: 'ada@example.com',
  phone_number: '+43 1 2345678',
  address: { street_address: 'Main Street 1', locality: 'Vienna', postal_code: '1010', country: 'AT' },
  is_over_18: true,
  is_over_21: true,
  is_over_65: false,
}

export const WITHHOLDABLE: readonly ClaimPath[] = [
  ...Object.keys(CLAIMS).map((name) => [name]),
  ['address', 'locality'],
]

export const SHOWN: readonly ClaimPath[] = [['given_name'], ['family_name'], ['birthdate'], ['is_over_18']]

export interface Holder {
  readonly signer: Signer
  /** With the disclosures that are shown, up to the place of the key-binding proof. */
  readonly unbound: string
  readonly sdHash: string
}

/** More than the 2048 imported keys that a service keeps. */
export const HOLDERS = 2_500

export async function makeHolders(issuer: Signer, count: number = HOLDERS): Promise<readonly Holder[]> {
  const holders: Holder[] = []
  for (let made = 0; made < count; made++) holders.push(await makeHolder(issuer))
  return holders
}

/** One after the other, from the beginning again after the last. */
export function inTurn<T>(all: readonly T[]): () => T {
  let next = 0
  return () => {
    const one = all[next++ % all.length]
    if (one === undefined) throw new Error('nobody takes turns')
    return one
  }
}

const identityBench: BenchFormat = {
  format: sdJwtVc,
  type: CREDENTIAL_TYPE,
  claims: CLAIMS,
  shown: SHOWN,
  withholdable: WITHHOLDABLE,
}

export function issueTo(holder: Signer, issuer: Signer, crypto: CryptoEngine): Promise<string> {
  return issueOther(identityBench, holder, issuer, crypto)
}

/** What a request binds the presentation to. */
export interface AskedBinding {
  readonly audience: string
  readonly nonce: string
  readonly responseUri: string
}

/** Makes a wallet's presentation. */
export type Presenter = (binding: AskedBinding) => Promise<string>

export function presenterOf(holder: Holder): Presenter {
  return ({ audience, nonce }) => present(holder, { audience, nonce })
}

export async function present(
  holder: Holder,
  { audience, nonce }: { readonly audience: string; readonly nonce: string },
): Promise<string> {
  const claims = { iat: now(), aud: audience, nonce, sd_hash: holder.sdHash }
  return holder.unbound + (await signJws({ typ: 'kb+jwt' }, claims, holder.signer))
}

async function makeHolder(issuer: Signer): Promise<Holder> {
  const signer = newKey()
  const credential = await issueTo(signer, issuer, nodeCrypto)
  const unbound = await sdJwtVc.present({ credential, disclose: SHOWN }, nodeCrypto)
  if (!unbound.ok) throw new Error(`cannot present: ${unbound.error.code}`)
  return { signer, unbound: unbound.value, sdHash: nodeCrypto.digestBase64url('sha-256', unbound.value) }
}
