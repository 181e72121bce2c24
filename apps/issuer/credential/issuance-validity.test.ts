import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { describe, expect, it } from 'vitest'
import { validityFrom } from './issuance-validity.ts'

const hour = 3600
const noon = 1_790_000_000 - (1_790_000_000 % hour)

/** A signer whose certificate was made at a moment; it counts from five minutes before. */
function signerSince(made: number) {
  const jwk = generateSoftwareKey('ES256')
  const ca = createDevelopmentCa({ name: 'CA', now: made })
  const { publicJwk } = softwareSigner(jwk)
  const names = { subject: 'Signer', dnsNames: [], uris: [] }
  return softwareSigner(jwk, { x5c: [issueCertificate({ ca, publicJwk, ...names, days: 30, now: made })] })
}

describe('the moment of issuance', () => {
  const old = signerSince(noon - 10 * hour)

  it.each([0, 1, 1799, 3599])('is the hour, %i seconds into it', (seconds) => {
    expect(validityFrom(noon + seconds, old, undefined)).toEqual({ issuedAt: noon })
  })

  it('is the hour for a signer without a certificate', () => {
    expect(validityFrom(noon + 7, softwareSigner(generateSoftwareKey('ES256')), undefined).issuedAt).toBe(
      noon,
    )
  })

  it('is not before the certificate of the signer', () => {
    const young = signerSince(noon + 1800)
    expect(validityFrom(noon + 2000, young, undefined).issuedAt).toBe(noon + 1500)
    expect(validityFrom(noon + hour + 1, young, undefined).issuedAt).toBe(noon + hour)
  })

  it('is never in the future, whatever the certificate says', () => {
    expect(validityFrom(noon + 10, signerSince(noon + 5 * hour), undefined).issuedAt).toBe(noon + 10)
  })
})

describe('the end', () => {
  const signer = signerSince(noon - hour)

  it('is exact for a short life and counted from the hour for a long one', () => {
    expect(validityFrom(noon + 100, signer, 600).expiresAt).toBe(noon + 700)
    expect(validityFrom(noon + 100, signer, 86_400).expiresAt).toBe(noon + 86_400)
  })

  it('is never later than can be written, however late a wallet comes', () => {
    const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
    expect(validityFrom(noon + 5 * hour, signer, last - noon).expiresAt).toBe(last)
  })
})
