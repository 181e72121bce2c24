/** Offers for everybody, which need no session. */
import { z } from 'zod'
import { strict } from '../strict.ts'

export const standingOfferParams = z.object({
  name: z
    .string()
    .min(1)
    .max(200)
    .describe('Of a profile that is open to wallets, or the id of what it issues'),
})

export const standingOfferQuery = strict({
  valueMode: z.enum(['BY_REFERENCE', 'BY_VALUE']).optional().describe('Of the link; default: BY_REFERENCE'),
})

export const STANDING_OFFER_URL_EXAMPLE =
  'openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fopenid4vc%2Foffers%2Fmembers'
