/** Keys of a wallet: made, imported, exported, used. A private key leaves only where its owner asks for it. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { oneOf, strict } from '../strict.ts'
import { flag, isoTime } from '../values.ts'
import { walletId } from './accounts.ts'

/** By the names that wallets of the field have for them. */
export const keyType = z.enum([
  'Ed25519',
  'secp256k1',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'RSA',
  'RSA3072',
  'RSA4096',
])

export type KeyType = z.infer<typeof keyType>

const id = z.string().min(1).max(100)
const name = z.string().min(1).max(200)

export const keyParams = z.object({ wallet: walletId, key: id })

export const generateKeyRequest = strict({
  backend: z.literal('jwk', { error: 'only the backend jwk is supported' }).default('jwk'),
  keyType: keyType.default('secp256r1'),
  name: name.optional(),
  config: strict({}).optional().describe('Of the backend: jwk has none'),
}).meta({
  examples: [
    { backend: 'jwk', keyType: 'secp256r1', name: 'for work' },
    { backend: 'jwk', keyType: 'Ed25519', config: {} },
  ],
})

export type GenerateKeyRequest = z.input<typeof generateKeyRequest>

export const privateKey = oneOf([z.string().min(1).max(16_384), jsonObject]).describe(
  'A JWK, or PKCS#8 in PEM',
)

/** The example is the key of RFC 7517 appendix A.2, which everybody knows. */
export const importKeyRequest = privateKey.meta({
  examples: [
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
    },
  ],
})

export const importKeyQuery = strict({ alias: name.optional() })

export const exportKeyQuery = strict({
  format: z
    .enum(['JWK', 'PEM', 'jwk', 'pem'])
    .default('JWK')
    .transform((text): 'JWK' | 'PEM' => (text.toUpperCase() === 'PEM' ? 'PEM' : 'JWK')),
  loadPrivateKey: flag.describe('The private key too: keep what comes back to yourself'),
})

export const signRequest = jsonObject.meta({ examples: [{ hello: 'world' }] })

/** With the body's example: the signature of RFC 7515 appendix A.3. */
export const verifyQuery = strict({
  JWK: z
    .string()
    .min(1)
    .max(8192)
    .describe('The public key, as JSON')
    .meta({
      examples: [
        '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}',
      ],
    }),
})

export const verifyRequest = z
  .string()
  .min(1)
  .max(65_536)
  .describe('A compact JWS')
  .meta({
    examples: [
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
    ],
  })

export const listedKey = z.object({
  algorithm: keyType,
  cryptoProvider: z.literal('jwk'),
  keyId: z.object({ id: z.string() }),
  keyPair: z.strictObject({}).describe('Always empty: keys are not listed'),
  keysetHandle: z.null(),
  name: z.string().nullable(),
  provesPossession: z.boolean().describe('Whether credentials can be bound to it'),
  credentials: z.int().describe('How many are bound to it; what was deleted for good does not count'),
})

export type ListedKey = z.infer<typeof listedKey>

export const keysAnswer = z.array(listedKey).meta({
  examples: [
    [
      {
        algorithm: 'secp256r1',
        cryptoProvider: 'jwk',
        keyId: { id: '5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22' },
        keyPair: {},
        keysetHandle: null,
        name: null,
        provesPossession: true,
        credentials: 3,
      },
    ],
  ],
})

export const keyMetaAnswer = z
  .object({
    type: z.literal('jwk'),
    keyId: z.string(),
    algorithm: keyType,
    signatureAlgorithm: z.string().describe('What it signs with (JOSE)'),
    cryptoProvider: z.literal('jwk'),
    name: z.string().nullable(),
    provesPossession: z.boolean(),
    createdOn: isoTime,
  })
  .meta({
    examples: [
      {
        type: 'jwk',
        keyId: '5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22',
        algorithm: 'secp256r1',
        signatureAlgorithm: 'ES256',
        cryptoProvider: 'jwk',
        name: null,
        provesPossession: true,
        createdOn: '2026-11-29T09:30:00Z',
      },
    ],
  })

export type KeyMetaAnswer = z.infer<typeof keyMetaAnswer>

/** RFC 7517. */
export const publicKeyAnswer = jsonObject.describe('The public key as JWK').meta({
  examples: [
    {
      kid: '5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22',
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    },
  ],
})

export const verifyAnswer = z.boolean().meta({ examples: [true] })
