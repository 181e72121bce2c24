/** DIDs of a wallet, and the documents of those that live on the wallet's own host. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import { flag, isoTime } from '../values.ts'
import { walletId } from './accounts.ts'
import { privateKey } from './keys.ts'

const did = z.string().min(1).max(2048)
const alias = z.string().min(1).max(200).default('n/a')

export const didParams = z.object({ wallet: walletId, did })
export const createDidParams = z.object({ wallet: walletId, method: z.enum(['jwk', 'key', 'web']) })
export const hostedDidParams = z.object({
  id: z.string().min(1).max(100).describe('The last part of a did:web of this host'),
})
export const didQuery = strict({ did: z.string().min(1).max(4096) })

export const createDidQuery = strict({
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

/** The example is the key of RFC 8037 appendix A.1, which everybody knows, and the did:key of it. */
export const importDidRequest = strict({ did, key: privateKey, alias }).meta({
  examples: [
    {
      did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
      key: {
        kty: 'OKP',
        crv: 'Ed25519',
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
        d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      },
      alias: 'from my old wallet',
    },
  ],
})

export type ImportDidRequest = z.input<typeof importDidRequest>

export const listedDid = z.object({
  did: z.string(),
  alias: z.string(),
  document: z.string().describe('The DID document, as JSON in text'),
  keyId: z.string(),
  default: z.boolean().describe('Credentials are bound to its key where no DID is named'),
  createdOn: isoTime,
})

export type ListedDid = z.infer<typeof listedDid>

export const didsAnswer = z.array(listedDid).meta({
  examples: [
    [
      {
        did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
        alias: 'Onboarding',
        document: '{"@context":["https://www.w3.org/ns/did/v1"],"id":"did:key:z6Mktwup…"}',
        keyId: '5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22',
        default: true,
        createdOn: '2026-11-29T09:30:00Z',
      },
    ],
  ],
})

/** DID Core 1.0 §5. */
export const didDocumentAnswer = jsonObject.describe('The DID document').meta({
  examples: [
    {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
      id: 'did:web:localhost%3A7001:wallet-api:registry:hP0wA1nIhYvSGKLzQOd0zw',
      verificationMethod: [
        {
          id: 'did:web:localhost%3A7001:wallet-api:registry:hP0wA1nIhYvSGKLzQOd0zw#key-1',
          type: 'JsonWebKey2020',
          controller: 'did:web:localhost%3A7001:wallet-api:registry:hP0wA1nIhYvSGKLzQOd0zw',
          publicKeyJwk: {
            kty: 'EC',
            crv: 'P-256',
            x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
            y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
          },
        },
      ],
      authentication: ['did:web:localhost%3A7001:wallet-api:registry:hP0wA1nIhYvSGKLzQOd0zw#key-1'],
    },
  ],
})
