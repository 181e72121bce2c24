/** What callers send, as schemas with examples: walt.id's bodies and parameters. Members not known are ignored. */
import { z } from 'zod'
import { keyTypes } from '../keys/key-types.ts'

const email = z.string().min(3).max(320)
const password = z.string().min(1).max(1000)

export const registerBody = z
  .object({
    type: z.literal('email').default('email'),
    name: z.string().trim().min(1).max(200),
    email,
    password,
  })
  .meta({
    examples: [{ type: 'email', name: 'Ada Example', email: 'ada@example.org', password: 'correct-horse' }],
  })

export const loginBody = z.object({ type: z.literal('email').default('email'), email, password }).meta({
  examples: [
    { type: 'email', email: 'user@email.com', password: 'password' },
    { type: 'email', email: 'ada@example.org', password: 'correct-horse' },
  ],
})

const walletId = z.string().min(1).max(100).describe('From GET /wallet-api/wallet/accounts/wallets')

export const walletParams = z.object({ wallet: walletId })
export const keyParams = z.object({ wallet: walletId, key: z.string().min(1).max(100) })
export const didParams = z.object({ wallet: walletId, did: z.string().min(1).max(2048) })
export const didMethodParams = z.object({ wallet: walletId, method: z.enum(['jwk', 'key', 'web']) })
export const hostedParams = z.object({ id: z.string().min(1).max(100) })
export const credentialParams = z.object({ wallet: walletId, credential: z.string().min(1).max(100) })

export const keyBody = z
  .object({
    backend: z.literal('jwk', { error: 'only the backend jwk is supported' }).default('jwk'),
    keyType: z.enum(keyTypes).default('secp256r1'),
    name: z.string().min(1).max(200).optional(),
  })
  .meta({ examples: [{ backend: 'jwk', keyType: 'secp256r1' }] })

export const didQuery = z.object({ did: z.string().min(1).max(4096) })

/** Of a query: absent is false. */
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

const alias = z.string().min(1).max(200).default('n/a')

export const createDidQuery = z.object({
  keyId: z.string().min(1).max(100).optional().describe('Without one a new P-256 key is made'),
  alias,
  useJwkJcsPub: flag.describe('did:key: written as EBSI has it for natural persons'),
  domain: z
    .string()
    .min(1)
    .max(260)
    .optional()
    .describe("did:web: a host, with its port; this wallet's own without it"),
  path: z.string().max(500).optional().describe('did:web: where below the host; a new name without it'),
})

export type CreateDidQuery = z.output<typeof createDidQuery>

const privateKey = z
  .union([z.string().min(1).max(16_384), z.record(z.string(), z.json())])
  .describe('A JWK, or PKCS#8 in PEM')

export const importDidBody = z.object({ did: z.string().min(1).max(2048), key: privateKey, alias }).meta({
  examples: [{ did: 'did:web:example.org', key: { kty: 'EC', crv: 'P-256', x: '…', y: '…', d: '…' } }],
})

export const importKeyBody = privateKey
export const importKeyQuery = z.object({ alias: z.string().min(1).max(200).optional() })

export const exportKeyQuery = z.object({
  format: z
    .enum(['JWK', 'PEM', 'jwk', 'pem'])
    .default('JWK')
    .transform((text): 'JWK' | 'PEM' => (text.toUpperCase() === 'PEM' ? 'PEM' : 'JWK')),
  loadPrivateKey: flag.describe('The private key too: keep what comes back to yourself'),
})

export const signBody = z.record(z.string(), z.json()).meta({ examples: [{ hello: 'world' }] })

export const verifyQuery = z.object({
  JWK: z
    .string()
    .min(1)
    .max(8192)
    .meta({ examples: ['{"kty":"OKP","crv":"Ed25519","x":"…"}'] }),
})
export const verifyBody = z.string().min(1).max(65_536).describe('A compact JWS')

export const viewQuery = z.object({
  locale: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,35}(,[A-Za-z0-9-]{1,35}){0,9}$/, 'must be language tags, separated by commas')
    .default('en')
    .transform((text) => text.split(','))
    .describe('Language tags, the most wanted first'),
})

export const listQuery = z.object({
  showDeleted: flag.describe('Show the deleted ones too'),
  descending: flag.describe('The newest first'),
})

export const deleteQuery = z.object({ permanent: flag.describe('Not only marked as deleted') })

const offerUrl =
  'openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A7002%2FcredentialOffer%3Fid%3D…'
const requestUrl =
  'openid4vp://authorize?client_id=x509_hash%3A…&request_uri=http%3A%2F%2Flocalhost%3A7003%2Fopenid4vc%2Frequest%2F…'

const offerText = z.string().min(1).max(65_536)

/** A URL as text, or the offer itself as JSON. */
export const offerBody = z.union([offerText, z.record(z.string(), z.json())]).meta({ examples: [offerUrl] })

export const useOfferQuery = z.object({
  did: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('Whose key the credential is bound to; the default DID without it'),
  pinOrTxCode: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('The transaction code, where the offer asks for one'),
  requireUserInput: z.literal('false', { error: 'only false is supported' }).optional(),
})

export const issuerQuery = z.object({
  issuer: z
    .string()
    .min(1)
    .max(2048)
    .meta({ examples: ['http://localhost:7002'] }),
})

export const requestBody = z
  .string()
  .min(1)
  .max(100_000)
  .meta({ examples: [requestUrl] })

export const presentBody = z
  .object({
    did: z.string().max(4096).optional().describe('Accepted and not needed: a credential knows its key'),
    presentationRequest: z.string().min(1).max(100_000),
    selectedCredentials: z
      .array(z.string().min(1).max(100))
      .max(50)
      .optional()
      .describe('Ids of the credentials to choose from; any that fits when empty'),
    disclosures: z
      .record(z.string().max(100), z.array(z.string().min(1).max(65_536)).max(500))
      .optional()
      .describe('By credential id: disclosures to show beside those that are asked for'),
    note: z.string().max(1000).optional(),
    decline: z.boolean().default(false).describe('Tell the verifier no (access_denied)'),
  })
  .meta({
    examples: [
      { presentationRequest: requestUrl, selectedCredentials: ['urn:uuid:3f2a9d1e-…'] },
      {
        did: 'did:jwk:…',
        presentationRequest: requestUrl,
        selectedCredentials: ['urn:uuid:3f2a9d1e-…'],
        disclosures: { 'urn:uuid:3f2a9d1e-…': ['WyI…'] },
      },
    ],
  })
