import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { describe, expect, it } from 'vitest'
import { type PromisedValidity, type Validity, validityFrom } from './issuance-validity.ts'

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

type Signed = Parameters<typeof validityFrom>[1]

function validAt(now: number, signer: Signed, promised: PromisedValidity = {}): Partial<Validity> {
  const judged = validityFrom(now, signer, promised)
  if (!judged.ok) throw new Error(judged.error.code)
  return judged.value
}

describe('the moment of issuance', () => {
  const old = signerSince(noon - 10 * hour)

  it.each([0, 1, 1799, 3599])('is the hour, %i seconds into it', (seconds) => {
    expect(validAt(noon + seconds, old)).toEqual({ issuedAt: noon })
  })

  it('is the hour for a signer without a certificate', () => {
    expect(validAt(noon + 7, softwareSigner(generateSoftwareKey('ES256'))).issuedAt).toBe(noon)
  })

  it('is not before the certificate of the signer', () => {
    const young = signerSince(noon + 1800)
    expect(validAt(noon + 2000, young).issuedAt).toBe(noon + 1500)
    expect(validAt(noon + hour + 1, young).issuedAt).toBe(noon + hour)
  })

  it('is never in the future, whatever the certificate says', () => {
    expect(validAt(noon + 10, signerSince(noon + 5 * hour)).issuedAt).toBe(noon + 10)
  })
})

describe('what is counted from issuance', () => {
  const signer = signerSince(noon - hour)

  it('ends exactly after a short life, and a long one is counted from the moment that is written', () => {
    expect(validAt(noon + 100, signer, { lifetimeSeconds: 600 }).expiresAt).toBe(noon + 700)
    expect(validAt(noon + 100, signer, { lifetimeSeconds: 86_400 }).expiresAt).toBe(noon + 86_400)
    const young = signerSince(noon + 1800)
    expect(validAt(noon + 2000, young, { lifetimeSeconds: 86_400 }).expiresAt).toBe(noon + 1500 + 86_400)
  })

  it('begins with issuance, before it or after it', () => {
    const startOf = (startsAfterSeconds: number) =>
      validAt(noon + 100, signer, { startsAfterSeconds }).notBefore
    expect([0, 600, -600, 86_400].map(startOf)).toEqual([noon, noon + 700, noon - 500, noon + 86_400])
  })

  it('is never later than can be written, however late a wallet comes', () => {
    const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
    expect(validAt(noon + 5 * hour, signer, { lifetimeSeconds: last - noon }).expiresAt).toBe(last)
  })
})

describe('a moment that the caller named', () => {
  const signer = signerSince(noon - hour)
  const named = { lifetimeSeconds: 4000, notBefore: noon + 7, expiresAt: noon + 4011 }

  it.each([0, 8, 3599, 4010])('is the moment that is written, %i seconds later, too', (seconds) => {
    expect(validAt(noon + seconds, signer, named)).toMatchObject({
      notBefore: noon + 7,
      expiresAt: noon + 4011,
    })
  })

  it.each([4011, 4012, 9000])('is over %i seconds later, and nothing is issued', (seconds) => {
    expect(validityFrom(noon + seconds, signer, named)).toMatchObject({ error: { code: 'validity_over' } })
  })

  it('is over when the beginning, counted from issuance, has come behind it', () => {
    const waiting = { expiresAt: noon + 86_400, startsAfterSeconds: 86_000 }
    expect(validityFrom(noon, signer, waiting).ok).toBe(true)
    expect(validityFrom(noon + 400, signer, waiting).ok).toBe(false)
  })
})
