/**
 * Opens an mdoc on receipt: every rule of its structure holds, every digest among them. Whose signature it bears is not
 * judged: a wallet that has an opinion calls `verify`.
 */

import { ok, type Result } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import type { FormatRefusal, HeldCredential } from '../contract/format.ts'
import { showableClaims } from '../contract/showable-claims.ts'
import { claimsOf } from './issuer-signed/issuer-signed.ts'
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
    ...showableClaims(claimsOf(items)),
    holderKey: mso.deviceKey,
    issuedAt: mso.validity.signed,
    expiresAt: mso.validity.validUntil,
    statuses: mso.statuses,
    authorityKeyIds: authorityKeyIdsOf(x5c),
  })
}
