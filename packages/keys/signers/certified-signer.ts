/**
 * A signer that signs under its certificates, and only as long as they are valid. A service outlives many a certificate,
 * and what is signed after the end of one is believed by nobody: a credential would be spent on it, or a code. So the key
 * counts as out of reach then, as it would not even be opened at a start.
 */
import { X509Certificate } from 'node:crypto'
import type { Signer } from '@countersign/crypto/engine'
import { SignerUnavailable } from './signer-unavailable.ts'

/** `now` in epoch seconds. A signer without certificates is handed back as it is. */
export function certifiedSigner(signer: Signer, now: () => number): Signer {
  const { algorithm, keyId, publicJwk, x5c = [] } = signer
  if (x5c.length === 0) return signer
  const period = commonPeriod(x5c)
  return {
    algorithm,
    keyId,
    publicJwk,
    x5c,
    sign(data) {
      const moment = now()
      if (moment < period.from || moment > period.until)
        throw new SignerUnavailable('certificate', 'not_valid_now')
      return signer.sign(data)
    },
  }
}

/** While all of them are valid; epoch seconds, both ends included. */
function commonPeriod(x5c: readonly string[]): { readonly from: number; readonly until: number } {
  const chain = x5c.map((entry) => new X509Certificate(Buffer.from(entry, 'base64')))
  return {
    from: Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime() / 1000)),
    until: Math.min(...chain.map(({ validToDate }) => validToDate.getTime() / 1000)),
  }
}
