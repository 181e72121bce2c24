/**
 * Opens an mdoc on receipt: every rule of its structure holds, every digest among them. Whose signature it bears is not
 * judged: a wallet that has an opinion calls `verify`.
 */
import type { CryptoEngine } from '../crypto.ts'
import type { FormatRefusal, HeldCredential } from '../format.ts'
import { ok, type Result } from '../result.ts'
import { authorityKeyIdsOf } from '../trust/certificate.ts'
import { claimsOf } from './issuer-signed.ts'
import { readCredential } from './read.ts'

export async function openMdoc(
  credential: string,
  crypto: CryptoEngine,
): Promise<Result<HeldCredential, FormatRefusal>> {
  const read = await readCredential(credential, crypto)
  if (!read.ok) return read
  const { items, mso, x5c } = read.value
  return ok({
    format: 'mso_mdoc',
    type: mso.docType,
    claims: claimsOf(items),
    holderKey: mso.deviceKey,
    issuedAt: mso.validity.signed,
    expiresAt: mso.validity.validUntil,
    statuses: mso.statuses,
    authorityKeyIds: authorityKeyIdsOf(x5c),
  })
}
