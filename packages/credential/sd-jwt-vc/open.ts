/**
 * Opens a credential on receipt (RFC 9901 §7.2): all structural rules of §7.1 hold and nobody bound it to a
 * transaction already. Whose signature it bears is not judged: a wallet that has an opinion calls `verify`.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import type { FormatRefusal, HeldCredential } from '../contract/format.ts'
import type { FormatId } from '../contract/format-id.ts'
import { AS_ISSUED, showableClaims } from '../contract/showable-claims.ts'
import { readSdJwtVc } from './read.ts'

/** `format`: the identifier that it was issued under. */
export async function openSdJwtVc(
  credential: string,
  crypto: CryptoEngine,
  format: FormatId = 'dc+sd-jwt',
): Promise<Result<HeldCredential, FormatRefusal>> {
  const read = await readSdJwtVc(credential, crypto, AS_ISSUED)
  if (!read.ok) return read
  const { claims, type, holderKey, holderKeyUrl, issuer, statuses, x5c, keyBinding } = read.value
  // §7.2: an issuer has no business to send an SD-JWT+KB.
  if (keyBinding !== undefined) return refuse({ code: 'kb_jwt_unexpected' })
  const { iat, exp } = claims
  return ok({
    format,
    type,
    ...showableClaims(claims),
    holderKey,
    ...(holderKeyUrl !== undefined && { holderKeyUrl }),
    claimedIssuer: issuer,
    issuedAt: typeof iat === 'number' ? iat : undefined,
    expiresAt: typeof exp === 'number' ? exp : undefined,
    statuses,
    authorityKeyIds: authorityKeyIdsOf(x5c ?? []),
  })
}
