/** `/api-keys`: further management credentials, each for what its scopes name. */
import { z } from 'zod'
import { MANAGEMENT_SCOPES } from './scopes.ts'
import { strict } from './strict.ts'

const name = z.string().trim().min(1).max(100)
const scopes = z
  .array(z.enum(MANAGEMENT_SCOPES))
  .min(1)
  .max(MANAGEMENT_SCOPES.length)
  .describe('What it may be used for; each call says which one it needs')

export const apiKeyBody = strict({
  name: name.describe('For people: which system has it'),
  scopes,
  expiresInSeconds: z
    .int()
    .min(60)
    .max(315_360_000)
    .optional()
    .describe('How long it is good; until it is deleted when absent'),
}).meta({ examples: [{ name: 'registry', scopes: ['offers:write', 'sessions:read'] }] })

export type ApiKeyBody = z.infer<typeof apiKeyBody>

const facts = {
  id: z.string().describe('Stands in the key, too'),
  name,
  scopes,
  createdAt: z.int().describe('Epoch seconds'),
  createdBy: z.string().optional().describe('Who made it; absent where no credential was needed'),
  expiresAt: z.int().optional().describe('Epoch seconds'),
}

const example = {
  id: '5f0c8f5e3b4f0e9d1c0d',
  name: 'registry',
  scopes: ['offers:write', 'sessions:read'] as const,
  createdAt: 1_800_000_000,
  createdBy: 'managementApiKey',
}

export const createdApiKey = z
  .object({ ...facts, key: z.string().describe('The credential itself: it is shown this once') })
  .meta({
    examples: [
      {
        ...example,
        key: 'csk_5f0c8f5e3b4f0e9d1c0d_k2VgL0cJq8oXw1aZk2VgL0cJq8oXw1aZk2VgL0cJq8o',
      },
    ],
  })

export type CreatedApiKey = z.infer<typeof createdApiKey>

export const apiKeyList = z
  .object({
    keys: z.array(
      z.object({
        ...facts,
        lastUsedAt: z.int().optional().describe('Epoch seconds, to the hour; absent: never'),
      }),
    ),
  })
  .meta({ examples: [{ keys: [{ ...example, lastUsedAt: 1_800_003_600 }] }] })

export type ApiKeyList = z.infer<typeof apiKeyList>

export const apiKeyParams = z.object({ id: z.string().min(1).max(100).describe('Id of the key') })
