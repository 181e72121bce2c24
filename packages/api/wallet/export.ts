/** Everything that a wallet holds, for its owner to take away. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { isoTime } from '../values.ts'

export const walletExport = z
  .object({
    wallet: z.string(),
    keys: z.array(
      z.object({
        id: z.string(),
        name: z.string().optional(),
        privateJwk: jsonObject.describe('Whoever has it, can use it'),
      }),
    ),
    dids: z.array(z.object({ did: z.string(), alias: z.string(), keyId: z.string(), default: z.boolean() })),
    credentials: z.array(
      z.object({
        id: z.string(),
        format: z.string(),
        credential: z.string().describe('As it was issued, disclosures included'),
        keyId: z.string().optional().describe('Of the key that it is bound to'),
        copies: z
          .object({
            unused: z.int(),
            total: z.int(),
            each: z.array(
              z.object({
                credential: z.string(),
                privateJwk: jsonObject.describe('Of this copy alone: whoever has it, can use it'),
                uses: z.int().describe('In how many answers it was'),
              }),
            ),
          })
          .optional()
          .describe('Several of one content, this one among them; absent where it is one'),
        addedOn: isoTime,
        deletedOn: isoTime.optional(),
        categories: z.array(z.string()),
      }),
    ),
  })
  .meta({
    examples: [
      {
        wallet: '6f0b7a4e-9a0c-4b58-8f0c-1f0d7f3b2a11',
        keys: [
          {
            id: 'f0c1b7a4-9a0c-4b58-8f0c-1f0d7f3b2a11',
            privateJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' },
          },
        ],
        dids: [
          {
            did: 'did:jwk:e30',
            alias: 'Onboarding',
            keyId: 'f0c1b7a4-9a0c-4b58-8f0c-1f0d7f3b2a11',
            default: true,
          },
        ],
        credentials: [
          {
            id: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
            format: 'dc+sd-jwt',
            credential: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImRjK3NkLWp3dCJ9.e30.c2ln~',
            keyId: 'f0c1b7a4-9a0c-4b58-8f0c-1f0d7f3b2a11',
            addedOn: '2026-11-29T09:30:00Z',
            categories: ['Travel'],
          },
        ],
      },
    ],
  })
