/**
 * Keys, DIDs and certificates made for callers who issue with a key of their own; walt.id's paths and shapes. Nothing of
 * what is made is kept. The private keys of the examples are published with this file: they are nobody's secret.
 */
import { isWritableMoment, readDateTime } from '@countersign/core/date-time'
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'

/** walt.id's names of what keys can be made. */
export const KEY_TYPES = [
  'Ed25519',
  'secp256k1',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'RSA',
  'RSA3072',
  'RSA4096',
] as const

const keyOrder = strict({
  backend: z.string().max(60).default('jwk').describe('jwk: the key is answered and kept nowhere'),
  keyType: z
    .string()
    .max(60)
    .default('secp256r1')
    .describe(`One of ${KEY_TYPES.join(', ')}`),
  config: jsonObject.optional().describe('Of the backend: jwk has none'),
}).refine(({ backend, config = {} }) => backend !== 'jwk' || Object.keys(config).length === 0, {
  message: 'the backend jwk takes none',
  path: ['config'],
})

const anyKey = keyOrder.default({ backend: 'jwk', keyType: 'secp256r1' })

const didOrder = strict({
  method: z.string().max(60).default('jwk').describe('jwk, key or web'),
  config: strict({
    domain: z.string().max(260).optional().describe('did:web: a host, with its port'),
    path: z.string().max(500).optional().describe('did:web: where below the host'),
    useJwkJcsPub: z.boolean().optional().describe('did:key: written as EBSI has it'),
  }).default({}),
})
  .refine(({ method, config: { domain, path } }) => method === 'web' || (domain ?? path) === undefined, {
    message: 'domain and path go with did:web',
    path: ['config'],
  })
  .refine(({ method, config: { useJwkJcsPub } }) => method === 'key' || useJwkJcsPub !== true, {
    message: 'useJwkJcsPub goes with did:key',
    path: ['config'],
  })

export const issuerOrder = strict({ key: anyKey, did: didOrder.default({ method: 'jwk', config: {} }) }).meta(
  {
    examples: [
      { key: { backend: 'jwk', keyType: 'secp256r1' }, did: { method: 'jwk' } },
      { key: { backend: 'jwk', keyType: 'secp256r1', config: {} }, did: { method: 'jwk', config: {} } },
      {
        key: { backend: 'jwk', keyType: 'secp384r1' },
        did: { method: 'key', config: { useJwkJcsPub: true } },
      },
      {
        key: { backend: 'jwk', keyType: 'Ed25519' },
        did: { method: 'web', config: { domain: 'issuer.example', path: '/university' } },
      },
    ],
  },
)

const privateKey = z
  .object({ type: z.literal('jwk'), jwk: z.looseObject({ kty: z.string() }) })
  .describe('Serialised, private: as the issue calls take it in issuerKey')

export const onboardedIssuer = z.object({ issuerKey: privateKey, issuerDid: z.string() })

const EXAMPLE_KEY = {
  type: 'jwk' as const,
  jwk: {
    kty: 'EC',
    crv: 'P-256',
    x: 'FvjgWcMX4PwkYNYouXRl0N8BO_qC3T4YlI3baZBRy6M',
    y: '17JBCmovypbxJq-ds0uimfCdGXpePvYAU4XTobikYsM',
    d: 'ZzOru8UtYpWa_z1UfMlr2JlJUrQj-HxAPnT_f3cY3Y8',
  },
}

export const ONBOARDED_ISSUER_EXAMPLE = {
  issuerKey: EXAMPLE_KEY,
  issuerDid:
    'did:jwk:eyJrdHkiOiJFQyIsImNydiI6IlAtMjU2IiwieCI6IkZ2amdXY01YNFB3a1lOWW91WFJsME44Qk9fcUMzVDRZbEkzYmFaQlJ5Nk0iLCJ5IjoiMTdKQkNtb3Z5cGJ4SnEtZHMwdWltZkNkR1hwZVB2WUFVNFhUb2Jpa1lzTSJ9',
} satisfies z.infer<typeof onboardedIssuer>

const moment = z
  .string()
  .max(40)
  .refine(
    (text) => isWritableMoment(readDateTime(text) ?? Number.NaN),
    'must be a date-time of RFC 3339 in whole seconds, from 1970 on',
  )

const certificateNames = {
  country: z.string().max(2).describe('ISO 3166-1 alpha-2, in capitals'),
  commonName: z.string().max(200),
  stateOrProvinceName: z.string().max(200).optional(),
  organizationName: z.string().max(200).optional(),
  issuerAlternativeNameConf: strict({
    email: z.string().max(300).optional(),
    uri: z.string().max(1000).optional(),
  })
    .optional()
    .describe('How to reach the authority; an IACA has one'),
  crlDistributionPointUri: z.string().max(1000).optional(),
}

const certificateData = strict({
  ...certificateNames,
  notBefore: moment.optional().describe('Default: now'),
  notAfter: moment.optional().describe('Default: as long as the profile allows, ten years for an IACA'),
})

export type CertificateData = z.output<typeof certificateData>

const certificateOrder = { certificateData, ecKeyGenRequestParams: anyKey }

const IACA_DATA = {
  country: 'DE',
  commonName: 'Example IACA',
  issuerAlternativeNameConf: { uri: 'https://iaca.example' },
  crlDistributionPointUri: 'https://iaca.example/crl',
}

export const iacaOrder = strict(certificateOrder).meta({
  examples: [
    {
      certificateData: IACA_DATA,
      ecKeyGenRequestParams: { backend: 'jwk', keyType: 'secp256r1' },
    },
    {
      certificateData: {
        ...IACA_DATA,
        issuerAlternativeNameConf: { email: 'iaca@authority.example', uri: 'https://iaca.example' },
        stateOrProvinceName: 'Berlin',
        organizationName: 'Example authority',
        notBefore: '2026-01-01T00:00:00Z',
        notAfter: '2035-12-31T23:59:59Z',
      },
      ecKeyGenRequestParams: { backend: 'jwk', keyType: 'secp384r1' },
    },
  ],
})

/** A certificate for the key below, good until the end of 2045. */
const EXAMPLE_IACA_PEM = `-----BEGIN CERTIFICATE-----
MIIB3TCCAYOgAwIBAgIUQxoebE98Dl4/UcGtqCu0CxZuFuAwCgYIKoZIzj0EAwIw
JDELMAkGA1UEBhMCREUxFTATBgNVBAMMDEV4YW1wbGUgSUFDQTAeFw0yNjAxMDEw
MDAwMDBaFw00NTEyMzEwMDAwMDBaMCQxCzAJBgNVBAYTAkRFMRUwEwYDVQQDDAxF
eGFtcGxlIElBQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQEXF2GgKvxDHND
A495heXTHpx0nIItuCVeWo+fJPuzzBzBSPgdH2mjYU2AuyxEgVuhrM0d3jhZfzwS
9eI8QSs7o4GSMIGPMBIGA1UdEwEB/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgEG
MB0GA1UdDgQWBBSKJiubB58x1Ar1F2BJmvpleiteGTAfBgNVHRIEGDAWhhRodHRw
czovL2lhY2EuZXhhbXBsZTApBgNVHR8EIjAgMB6gHKAahhhodHRwczovL2lhY2Eu
ZXhhbXBsZS9jcmwwCgYIKoZIzj0EAwIDSAAwRQIgdsGPeFapC1V0eMgixRCBrfSN
Kk3ERIu657Q55UlbB4YCIQDF1TUJMI754mGJwKN6UV1y8LnTar/yEUWsD67wCwJd
Mw==
-----END CERTIFICATE-----
`

const EXAMPLE_IACA_KEY = {
  type: 'jwk' as const,
  jwk: {
    kty: 'EC',
    crv: 'P-256',
    x: 'BFxdhoCr8QxzQwOPeYXl0x6cdJyCLbglXlqPnyT7s8w',
    y: 'HMFI-B0faaNhTYC7LESBW6GszR3eOFl_PBL14jxBKzs',
    d: 'UmhkDKu2-6zlHANfPT9iZMAUJ1_m0XxEuf6KdAVQM0s',
  },
}

const DOCUMENT_SIGNER_DATA = {
  country: 'DE',
  commonName: 'Example document signer',
  crlDistributionPointUri: 'https://iaca.example/crl',
}

export const documentSignerOrder = strict({
  ...certificateOrder,
  iacaSigner: strict({ iacaKey: jsonObject, iacaPem: z.string().max(20_000) }).describe(
    'As the call for the IACA answered them: iacaKey, and certificatePEM as iacaPem',
  ),
}).meta({
  examples: [
    {
      certificateData: DOCUMENT_SIGNER_DATA,
      ecKeyGenRequestParams: { backend: 'jwk', keyType: 'secp256r1' },
      iacaSigner: { iacaKey: EXAMPLE_IACA_KEY, iacaPem: EXAMPLE_IACA_PEM },
    },
  ],
})

const certified = z.object({
  certificatePEM: z.string(),
  certificateData: z
    .object({ ...certificateNames, notBefore: z.string(), notAfter: z.string() })
    .describe('As asked for, with the dates that the certificate has'),
  certificateValidationResult: z.object({
    valid: z.boolean(),
    faults: z.array(z.string()).describe('What the profile of ISO/IEC 18013-5 annex B finds at it'),
  }),
})

export type CertifiedKey = z.infer<typeof certified>

export const onboardedIaca = certified.extend({ iacaKey: privateKey })

export const ONBOARDED_IACA_EXAMPLE = {
  iacaKey: EXAMPLE_IACA_KEY,
  certificatePEM: EXAMPLE_IACA_PEM,
  certificateData: { ...IACA_DATA, notBefore: '2026-01-01T00:00:00Z', notAfter: '2045-12-31T00:00:00Z' },
  certificateValidationResult: { valid: true, faults: [] },
} satisfies z.infer<typeof onboardedIaca>

export const onboardedDocumentSigner = certified.extend({ documentSignerKey: privateKey })

/** Below the IACA above; good until 2028, as the profile allows. */
export const ONBOARDED_DOCUMENT_SIGNER_EXAMPLE = {
  documentSignerKey: {
    type: 'jwk' as const,
    jwk: {
      kty: 'EC',
      crv: 'P-256',
      x: 'dGaLYnpbuXpqJAYpVOjSVCAHcnbWcmLkZ6KCqKNMoAk',
      y: '0DGX3GJWeF7FRoNHXpFiNsX8MB1PxRrh7_TeVTiGzMk',
      d: 'QwGiZ_vnoN77dkom0PLN-D-SdtrDGymtIyjT08NRsiU',
    },
  },
  certificatePEM: `-----BEGIN CERTIFICATE-----
MIICDTCCAbKgAwIBAgIUcegqoT/etSp5lL/JKCvqKBAYNygwCgYIKoZIzj0EAwIw
JDELMAkGA1UEBhMCREUxFTATBgNVBAMMDEV4YW1wbGUgSUFDQTAeFw0yNjExMjkw
OTUzNDdaFw0yODAyMjkwOTUzNDdaMC8xCzAJBgNVBAYTAkRFMSAwHgYDVQQDDBdF
eGFtcGxlIGRvY3VtZW50IHNpZ25lcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BHRmi2J6W7l6aiQGKVTo0lQgB3J21nJi5GeigqijTKAJ0DGX3GJWeF7FRoNHXpFi
NsX8MB1PxRrh7/TeVTiGzMmjgbYwgbMwDgYDVR0PAQH/BAQDAgeAMBUGA1UdJQEB
/wQLMAkGByiBjF0FAQIwHQYDVR0OBBYEFDqUDj+/aPumpURUNbGji+MAmSKZMB8G
A1UdIwQYMBaAFIomK5sHnzHUCvUXYEma+mV6K14ZMB8GA1UdEgQYMBaGFGh0dHBz
Oi8vaWFjYS5leGFtcGxlMCkGA1UdHwQiMCAwHqAcoBqGGGh0dHBzOi8vaWFjYS5l
eGFtcGxlL2NybDAKBggqhkjOPQQDAgNJADBGAiEAxgDVkB7h1UPEjxrPxPSEMGie
uw3PpgTZe/IMKJ+X7T4CIQD+lkKSCutGr0MN+zELJNNyNWWzcWCdNh/KykubUz2n
gQ==
-----END CERTIFICATE-----
`,
  certificateData: {
    ...DOCUMENT_SIGNER_DATA,
    notBefore: '2026-11-29T09:53:47Z',
    notAfter: '2028-02-29T09:53:47Z',
  },
  certificateValidationResult: { valid: true, faults: [] },
} satisfies z.infer<typeof onboardedDocumentSigner>
