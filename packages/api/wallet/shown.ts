/**
 * What previews of offers and requests have in common: who is on the other side, claims as people see them, and how a card
 * looks. Names, labels and values are other people's text: whoever shows them escapes them.
 */
import { z } from 'zod'

export const claimPath = z.array(z.union([z.string(), z.int(), z.null()])).describe('Claims path pointer')

/** `trusted` is never the other side's own word. */
export const shownTrust = z.object({
  trusted: z.boolean().describe('Whether somebody who is configured here vouches for them'),
  name: z.string().optional().describe('Whom the source of trust confirms: a subject, a host, a DID'),
  anchor: z.string().optional().describe('Who vouches'),
  source: z.string().optional().describe('Where that was configured: a list with its provider, a file'),
  reason: z.string().optional().describe('Why nobody does, as a code'),
})

export type ShownTrust = z.infer<typeof shownTrust>

export const shownImage = z.object({
  uri: z.string().describe('https, or image data; pages load the latter alone'),
  altText: z.string().optional(),
})

/** How the issuer wants the card to look, mended where nobody could read what stands on it. */
export const shownLook = z.object({
  description: z.string().optional(),
  backgroundColor: z.string().optional().describe('`#` and six digits; there where `textColor` is'),
  textColor: z.string().optional().describe('Has a contrast of 4.5 to the background at least'),
  print: z
    .boolean()
    .optional()
    .describe(
      'Whether a faint pattern in the colour of the text, an eighth of it at most, leaves it readable',
    ),
  logo: shownImage
    .optional()
    .describe('Of a card that the wallet has: a path of this service, where the picture is kept'),
  drawing: shownImage
    .optional()
    .describe(
      'Of a card that is opened: the whole of it as its type draws it, with its claims; an SVG as image data, or, where it is large, a path of this service',
    ),
})

export type ShownLook = z.infer<typeof shownLook>

export const issuerName = z
  .string()
  .optional()
  .describe('Host that it was received from; in credentials of earlier releases what the issuer calls itself')

export const shownClaim = z.object({
  path: claimPath,
  label: z.string(),
  value: z.string().describe('Plain text'),
})

export type ShownClaim = z.infer<typeof shownClaim>

/** What a request wants authorised beside what is shared. */
export const shownTransaction = z.object({
  type: z.string().describe('`type` of its entry in transaction_data (OpenID4VP 1.0 §8.4)'),
  title: z.string(),
  fields: z
    .array(z.object({ label: z.string(), value: z.string() }))
    .describe('Everything that it says; labels are of its type, values are the verifier’s words'),
  queryIds: z.array(z.string()).describe('One of these authorises it: the first of them that is answered'),
})
