/**
 * Opens a W3C credential on receipt: media type, data model and disclosures hold, and nobody bound it to a transaction
 * already. Whose signature it bears is not judged: a wallet that has an opinion calls `verify`.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { CryptoEngine } from '@countersign/crypto/engine'
import { authorityKeyIdsOf } from '@countersign/x509/certificate'
import type { FormatRefusal, HeldCredential } from '../contract/format.ts'
import { AS_ISSUED, showableClaims } from '../contract/showable-claims.ts'
import { expiryOf, readJwtCredential, readSdJwtCredential, type W3cCredential } from './read.ts'

export async function openJwtCredential(
  credential: string,
  format: 'jwt_vc_json' | 'vc+jwt',
): Promise<Result<HeldCredential, FormatRefusal>> {
  const read = readJwtCredential(credential, format, AS_ISSUED)
  return read.ok ? ok(describe(read.value)) : read
}

export async function openSdJwtCredential(
  credential: string,
  crypto: CryptoEngine,
): Promise<Result<HeldCredential, FormatRefusal>> {
  const read = await readSdJwtCredential(credential, crypto, AS_ISSUED)
  if (!read.ok) return read
  // RFC 9901 §7.2: an issuer has no business to send an SD-JWT+KB.
  return read.value.sdJwt.keyBinding === undefined
    ? ok(describe(read.value))
    : refuse({ code: 'kb_jwt_unexpected' })
}

function describe(credential: W3cCredential): HeldCredential {
  const { document, format, holder, issuer, jwtClaims, statuses, type, validFrom, x5c } = credential
  const issuedAt = typeof jwtClaims.iat === 'number' ? jwtClaims.iat : validFrom
  const expiresAt = expiryOf(credential)
  return {
    format,
    type,
    ...showableClaims(document),
    holderKey: holder.key,
    ...(holder.keyUrl !== undefined && { holderKeyUrl: holder.keyUrl }),
    claimedIssuer: issuer,
    issuedAt,
    expiresAt,
    statuses,
    authorityKeyIds: authorityKeyIdsOf(x5c ?? []),
  }
}
