/** Credentials of a wallet: as they are stored, as people see them, and whether they still count. */
import { z } from 'zod'
import { jsonObject } from '../json.ts'
import { strict } from '../strict.ts'
import { flag, isoTime } from '../values.ts'
import { walletId } from './accounts.ts'

export const credentialParams = z.object({ wallet: walletId, credential: z.string().min(1).max(100) })

const category = z.string().min(1).max(100)

export const listCredentialsQuery = strict({
  showDeleted: flag.describe('Show the deleted ones too'),
  descending: flag.describe('The newest first'),
  sortBy: z.literal('addedOn', { error: 'only addedOn' }).optional(),
  showPending: flag.describe('Nothing is ever pending: what was accepted is there'),
  category: z
    .union([category.transform((one) => [one]), z.array(category).max(20)])
    .optional()
    .describe('Those in this category alone; several are alternatives'),
})

export const deleteCredentialQuery = strict({ permanent: flag.describe('Not only marked as deleted') })

export const viewCredentialQuery = strict({
  locale: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,35}(,[A-Za-z0-9-]{1,35}){0,9}$/, 'must be language tags, separated by commas')
    .default('en')
    .transform((text) => text.split(','))
    .describe('Language tags, the most wanted first'),
})

const exampleCredential = {
  wallet: '6f0b7a4e-9a0c-4b58-8f0c-1f0d7f3b2a11',
  id: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
  document: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImRjK3NkLWp3dCJ9.eyJ2Y3QiOiJ1cm46…',
  disclosures: 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiRXhhbXBsZSJd',
  addedOn: '2026-11-29T09:30:00Z',
  pending: false as const,
  format: 'dc+sd-jwt',
  parsedDocument: { vct: 'urn:eudi:pid:1', family_name: 'Example', given_name: 'Ada' },
  copies: { unused: 9, total: 10 },
}

const claimPath = z.array(z.union([z.string(), z.int(), z.null()]))

const unshown = z
  .array(claimPath)
  .optional()
  .describe('Claims that the credential has and that cannot be shown: JSON does not carry their numbers')

export const copyCount = z
  .object({
    unused: z.int().describe('That nobody has seen'),
    total: z.int(),
  })
  .optional()
  .describe('Credentials of this content, each with a key of its own and shown once; absent where it is one')

export const credential = z
  .object({
    wallet: z.string(),
    id: z.string(),
    document: z.string().describe('Signed by the issuer, without disclosures'),
    disclosures: z.string().optional().describe('Those of an SD-JWT, joined with `~`'),
    addedOn: isoTime,
    deletedOn: isoTime.optional(),
    pending: z.literal(false),
    format: z.string().describe('`dc+sd-jwt`, `mso_mdoc`, `jwt_vc_json` …'),
    parsedDocument: jsonObject.describe('The claims'),
    unshown,
    copies: copyCount,
  })
  .meta({ examples: [exampleCredential] })

export type Credential = z.infer<typeof credential>

export const credentialsAnswer = z.array(credential).meta({ examples: [[exampleCredential]] })

const image = z.object({
  uri: z.string().describe('https, or image data'),
  altText: z.string().optional(),
})

/** The same for every format. */
export const credentialView = z
  .object({
    id: z.string(),
    format: z.string(),
    type: z.string().describe('`vct`, docType, or the last of the types'),
    title: z.string(),
    description: z.string().optional(),
    issuer: z.string().optional(),
    backgroundColor: z.string().optional(),
    textColor: z.string().optional(),
    logo: image.optional(),
    backgroundImage: image.optional(),
    claims: z.array(
      z.object({ path: claimPath, label: z.string(), value: z.string().describe('Plain text') }),
    ),
    unshown,
    expiresAt: z.int().optional().describe('Epoch seconds'),
  })
  .meta({
    examples: [
      {
        id: 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90',
        format: 'dc+sd-jwt',
        type: 'urn:eudi:pid:1',
        title: 'Person Identification Data',
        issuer: 'http://localhost:7002',
        backgroundColor: '#12107c',
        textColor: '#ffffff',
        claims: [{ path: ['family_name'], label: 'Family name', value: 'Example' }],
        expiresAt: 1_827_392_400,
      },
    ],
  })

export type CredentialView = z.infer<typeof credentialView>

export const credentialStatus = z.object({
  type: z.string().describe("Purpose of the list's entry"),
  result: z.boolean().nullable().describe('Whether it stands against the credential; null: nobody can say'),
  message: z.string(),
  status: z.enum(['valid', 'revoked', 'suspended', 'undetermined']),
})

export type CredentialStatus = z.infer<typeof credentialStatus>

/** One for each entry that the credential names; none where it names no status. */
export const credentialStatusAnswer = z.array(credentialStatus).meta({
  examples: [[{ type: 'revocation', result: false, message: 'valid', status: 'valid' }]],
})
