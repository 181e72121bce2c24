/** The cards of a wallet: all in one answer as somebody sees them who looks for one, and one of them with what is on it. */
import { z } from 'zod'
import { isoTime } from '../values.ts'
import { copyCount, credentialParams } from './credentials.ts'
import { claimPath, issuerName, shownClaim, shownLook, shownTrust } from './shown.ts'

export const pictureParams = credentialParams.extend({ picture: z.string().min(1).max(100) })

const walletCard = z.object({
  id: z.string().describe('Of the credential'),
  format: z.string(),
  type: z.string().describe('`vct`, docType, or the last of the types'),
  title: z.string(),
  issuerName,
  holder: z.string().optional().describe('Where the claims have the name of a person'),
  look: shownLook,
  addedOn: isoTime,
  expiresAt: z.int().optional().describe('Epoch seconds'),
  categories: z.array(z.string()).readonly().describe('Words of its holder, under which it is found again'),
})

export type WalletCard = z.infer<typeof walletCard>

export const takenBackAnswer = z
  .array(
    z.object({
      id: z.string().describe('Of the credential'),
      status: z.enum(['revoked', 'suspended']).describe('For good, or for now'),
    }),
  )
  .describe('Of the others nobody says so, or nobody can say')
  .meta({
    examples: [[{ id: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90', status: 'suspended' as const }]],
  })

export type TakenBackAnswer = z.infer<typeof takenBackAnswer>

const EXAMPLE_CARD = {
  id: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
  format: 'dc+sd-jwt',
  type: 'urn:eudi:pid:1',
  title: 'Person Identification Data',
  issuerName: 'localhost:7002',
  holder: 'Ada Example',
  look: { backgroundColor: '#12107c', textColor: '#ffffff', print: true },
  addedOn: '2026-11-29T09:30:00Z',
  expiresAt: 1_827_392_400,
  categories: ['Travel'],
}

export const openedCard = walletCard
  .extend({
    claims: z.array(shownClaim).readonly().describe('In the order of the type'),
    unshown: z
      .array(claimPath)
      .readonly()
      .optional()
      .describe('Claims that the card has and that cannot be shown: JSON does not carry their numbers'),
    trust: shownTrust.describe('Of the signature of this very card, judged now'),
    bound: z.boolean().describe('Whether a key of this wallet has to sign when it is shown'),
    copies: copyCount,
  })
  .meta({
    examples: [
      {
        ...EXAMPLE_CARD,
        claims: [{ path: ['family_name'], label: 'Family name', value: 'Example' }],
        trust: {
          trusted: true,
          name: 'CN=Example Authority',
          anchor: 'Example Trust List',
          source: './config/trust.pem',
        },
        bound: true,
        copies: { unused: 9, total: 10 },
      },
    ],
  })

export type OpenedCard = z.infer<typeof openedCard>

export const cardsAnswer = z
  .array(walletCard)
  .describe('The newest first')
  .meta({
    examples: [[EXAMPLE_CARD]],
  })
