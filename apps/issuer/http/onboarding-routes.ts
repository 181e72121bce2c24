/** Paths that make keys, DIDs and certificates for callers who bring an issuer key of their own. */
import type { JsonObject } from '@countersign/core/json'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { fail, wireError } from '@countersign/service/http/wire-errors'
import { readTimestamp } from '@countersign/trust/lists/timestamp'
import { z } from 'zod'
import type { Issuer } from '../issuer.ts'
import { keyTypes, onboardIssuer } from '../onboarding/onboard-issuer.ts'
import {
  type CertificateOrder,
  type Certified,
  onboardDocumentSigner,
  onboardIaca,
} from '../onboarding/onboard-mdoc-pki.ts'
import { MDOC_PKI_ERRORS, ONBOARD_ERRORS } from './wire.ts'

const keyOrder = z.object({
  backend: z.string().max(60).default('jwk'),
  keyType: z.string().max(60).default('secp256r1'),
})

const onboardBody = z
  .object({
    key: keyOrder.default({ backend: 'jwk', keyType: 'secp256r1' }),
    did: z
      .object({
        method: z.string().max(60).default('jwk'),
        config: z
          .object({
            domain: z.string().max(260).optional().describe('did:web: a host, with its port'),
            path: z.string().max(500).optional().describe('did:web: where below the host'),
            useJwkJcsPub: z.boolean().optional().describe('did:key: written as EBSI has it'),
          })
          .default({}),
      })
      .default({ method: 'jwk', config: {} }),
  })
  .meta({
    description: `keyType: ${keyTypes.join(', ')}`,
    examples: [
      { key: { backend: 'jwk', keyType: 'secp256r1' }, did: { method: 'jwk' } },
      {
        key: { backend: 'jwk', keyType: 'Ed25519' },
        did: { method: 'web', config: { domain: 'issuer.example', path: '/university' } },
      },
    ],
  })

const moment = z
  .string()
  .max(40)
  .transform((text, context) => {
    const seconds = readTimestamp(text)
    if (seconds === undefined) context.addIssue('must be a date-time of RFC 3339')
    return seconds ?? 0
  })

const certificateData = z.object({
  country: z.string().max(2),
  commonName: z.string().max(200),
  stateOrProvinceName: z.string().max(200).optional(),
  organizationName: z.string().max(200).optional(),
  issuerAlternativeNameConf: z
    .object({ email: z.string().max(300).optional(), uri: z.string().max(1000).optional() })
    .optional(),
  crlDistributionPointUri: z.string().max(1000).optional(),
  notBefore: moment.optional(),
  notAfter: moment.optional(),
})

const pkiBody = z.object({
  certificateData,
  ecKeyGenRequestParams: keyOrder.default({ backend: 'jwk', keyType: 'secp256r1' }),
})

const serialisedKey = z.record(z.string(), z.json()).transform((key): JsonObject => key)

const documentSignerBody = pkiBody.extend({
  iacaSigner: z.object({ iacaKey: serialisedKey, iacaPem: z.string().max(20_000) }),
})

export function onboardingRoutes(app: ServiceApp, issuer: Issuer): void {
  const config = { door: 'management' as const }
  const tags = ['management']

  app.post(
    '/onboard/issuer',
    { schema: { summary: 'Make a key and a DID for an issuer', tags, body: onboardBody }, config },
    async (request) => {
      const { key, did } = request.body
      const onboarded = await onboardIssuer({ ...key, did: { method: did.method, ...did.config } })
      return onboarded.ok ? onboarded.value : fail(wireError(ONBOARD_ERRORS, onboarded.error))
    },
  )

  app.post(
    '/onboard/iso-mdl/iacas',
    { schema: { summary: 'Make a root for document signers of mdocs', tags, body: pkiBody }, config },
    async (request) => {
      const { certificateData: data, ecKeyGenRequestParams: key } = request.body
      const iaca = await onboardIaca(orderOf(data), key, { now: issuer.now(), crypto: issuer.crypto })
      if (!iaca.ok) return fail(wireError(MDOC_PKI_ERRORS, iaca.error))
      return { iacaKey: iaca.value.key, ...describe(iaca.value, data) }
    },
  )

  app.post(
    '/onboard/iso-mdl/document-signers',
    { schema: { summary: 'Make a document signer of mdocs', tags, body: documentSignerBody }, config },
    async (request) => {
      const { certificateData: data, ecKeyGenRequestParams: key, iacaSigner } = request.body
      const iaca = { key: iacaSigner.iacaKey, pem: iacaSigner.iacaPem }
      const signer = await onboardDocumentSigner(orderOf(data), key, iaca, {
        now: issuer.now(),
        crypto: issuer.crypto,
        openKey: issuer.openCallerKey.open,
      })
      if (!signer.ok) return fail(wireError(MDOC_PKI_ERRORS, signer.error))
      return { documentSignerKey: signer.value.key, ...describe(signer.value, data) }
    },
  )
}

type CertificateData = z.output<typeof certificateData>

function orderOf({ issuerAlternativeNameConf, ...data }: CertificateData): CertificateOrder {
  return {
    ...data,
    ...(issuerAlternativeNameConf && { issuerAlternativeName: issuerAlternativeNameConf }),
  }
}

/** The dates are those of the certificate, asked for or not. */
function describe({ made }: Certified, data: CertificateData): object {
  const { notAfter, notBefore } = made.parsed
  return {
    certificatePEM: made.certificatePem,
    certificateData: { ...data, notBefore: isoTime(notBefore), notAfter: isoTime(notAfter) },
    certificateValidationResult: { valid: made.faults.length === 0, faults: made.faults },
  }
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
