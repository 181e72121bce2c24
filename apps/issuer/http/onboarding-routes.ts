/** Paths that make keys, DIDs and certificates for callers who bring an issuer key of their own. */
import {
  type CertificateData,
  type CertifiedKey,
  documentSignerOrder,
  iacaOrder,
  issuerOrder,
  ONBOARDED_DOCUMENT_SIGNER_EXAMPLE,
  ONBOARDED_IACA_EXAMPLE,
  ONBOARDED_ISSUER_EXAMPLE,
  onboardedDocumentSigner,
  onboardedIaca,
  onboardedIssuer,
} from '@countersign/api/issuer/onboarding'
import { readDateTime, showDateTime } from '@countersign/core/date-time'
import type { JsonObject } from '@countersign/core/json'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Issuer } from '../issuer.ts'
import { onboardIssuer } from '../onboarding/onboard-issuer.ts'
import {
  type CertificateOrder,
  type Certified,
  onboardDocumentSigner,
  onboardIaca,
} from '../onboarding/onboard-mdoc-pki.ts'
import { MDOC_PKI_ERRORS, ONBOARD_ERRORS } from './answers/wire.ts'

const tags = ['management']
const door = 'management' as const

export function onboardingRoutes(app: ServiceApp, issuer: Issuer): void {
  issuerRoute(app)
  iacaRoute(app, issuer)
  documentSignerRoute(app, issuer)
}

function issuerRoute(app: ServiceApp): void {
  app.post(
    '/onboard/issuer',
    {
      schema: { summary: 'Make a key and a DID for an issuer', tags, body: issuerOrder },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'onboarding:write',
        idempotent: true,
        answers: {
          200: {
            description: 'The key and its DID; nothing of them is kept here',
            schema: onboardedIssuer,
            example: ONBOARDED_ISSUER_EXAMPLE,
          },
          400: errorAnswer(
            'No such key or DID is made here',
            ONBOARD_ERRORS.key_type_unsupported({ code: 'key_type_unsupported', keyType: 'P-256' }),
          ),
        },
      },
    },
    async (request) => {
      const { key, did } = request.body
      const onboarded = await onboardIssuer({ ...key, did: { method: did.method, ...did.config } })
      return onboarded.ok ? onboarded.value : fail(wireError(ONBOARD_ERRORS, onboarded.error))
    },
  )
}

function iacaRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/onboard/iso-mdl/iacas',
    {
      schema: { summary: 'Make a root for document signers of mdocs', tags, body: iacaOrder },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'onboarding:write',
        idempotent: true,
        answers: {
          200: {
            description: 'The key of the IACA and its certificate; nothing of them is kept here',
            schema: onboardedIaca,
            example: ONBOARDED_IACA_EXAMPLE,
          },
          400: errorAnswer(
            'The profile of ISO/IEC 18013-5 annex B rules out such a certificate',
            MDOC_PKI_ERRORS.validity_too_long({ code: 'validity_too_long', maxDays: 7305 }),
          ),
        },
      },
    },
    async (request) => {
      const { certificateData: data, ecKeyGenRequestParams: key } = request.body
      const iaca = await onboardIaca(orderOf(data), key, { now: issuer.now(), crypto: issuer.crypto })
      if (!iaca.ok) return fail(wireError(MDOC_PKI_ERRORS, iaca.error))
      return { iacaKey: iaca.value.key, ...describe(iaca.value, data) }
    },
  )
}

function documentSignerRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/onboard/iso-mdl/document-signers',
    {
      schema: { summary: 'Make a document signer of mdocs', tags, body: documentSignerOrder },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'onboarding:write',
        idempotent: true,
        answers: {
          200: {
            description: 'The key of the document signer and its certificate; nothing of them is kept here',
            schema: onboardedDocumentSigner,
            example: ONBOARDED_DOCUMENT_SIGNER_EXAMPLE,
          },
          400: errorAnswer(
            'The IACA or the profile of ISO/IEC 18013-5 annex B rules out such a certificate',
            MDOC_PKI_ERRORS.issuer_key_differs({ code: 'issuer_key_differs' }),
          ),
        },
      },
    },
    async (request) => {
      const { certificateData: data, ecKeyGenRequestParams: key, iacaSigner } = request.body
      const iaca = { key: iacaSigner.iacaKey as JsonObject, pem: iacaSigner.iacaPem }
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

function orderOf(data: CertificateData): CertificateOrder {
  const { issuerAlternativeNameConf: issuerAlternativeName, notBefore, notAfter, ...names } = data
  // Texts that are no date-time were refused with the request.
  return {
    ...names,
    issuerAlternativeName,
    notBefore: readDateTime(notBefore),
    notAfter: readDateTime(notAfter),
  }
}

/** The dates are those of the certificate, asked for or not. */
function describe({ made }: Certified, data: CertificateData): CertifiedKey {
  const { notAfter, notBefore } = made.parsed
  return {
    certificatePEM: made.certificatePem,
    certificateData: { ...data, notBefore: showDateTime(notBefore), notAfter: showDateTime(notAfter) },
    certificateValidationResult: { valid: made.faults.length === 0, faults: [...made.faults] },
  }
}
