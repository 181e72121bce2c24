/** Issued credentials and their status: what the log says, the status now, and how it is changed. Never a claim. */
import { z } from 'zod'
import { oneOf, strict } from '../strict.ts'

export const credentialStatuses = ['valid', 'revoked', 'suspended'] as const

const status = z
  .enum(credentialStatuses)
  .describe('What it shall be: suspended and valid by turns, revoked for good')

const listUri = z.string().min(1).max(2048)

/** Read strictly: what is no number must not become index 0, where somebody's credential is. */
const writtenIndex = z.string().regex(/^(0|[1-9]\d{0,14})$/)

/** What a call that names neither, or both, is told. */
export const ONE_WAY_TO_NAME = 'give sessionId, or statusListUri and statusListIndex'

const index = oneOf([z.int().min(0), writtenIndex])

export const credentialParams = z.object({
  id: z.string().min(1).max(200).describe('From the session'),
})

export const credentialsQuery = strict({
  sessionId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('All credentials of an issuance')
    .meta({ examples: ['gvMUEPAmY7Vn0nr0iSCU6Q'] }),
  statusListUri: listUri.optional().describe('In its place, with statusListIndex: the one credential there'),
  statusListIndex: writtenIndex.optional(),
}).refine(
  ({ sessionId, statusListIndex, statusListUri }) =>
    (sessionId === undefined) === (statusListUri !== undefined) &&
    (statusListUri === undefined) === (statusListIndex === undefined),
  ONE_WAY_TO_NAME,
)

export const statusChange = strict({ status }).meta({ examples: [{ status: 'suspended' }] })

export const statusChangeByPlace = strict({ statusListUri: listUri, statusListIndex: index, status }).meta({
  examples: [
    {
      statusListUri: 'https://issuer.example/status/token/AAECAwQFBgcICQoLDA0ODw',
      statusListIndex: 73_104,
      status: 'suspended',
    },
  ],
})

export const ISSUED_EXAMPLE = {
  id: 'Zk3tQm1n8cV0sYbX5uJq2w',
  sessionId: 'gvMUEPAmY7Vn0nr0iSCU6Q',
  credentialConfigurationId: 'identity_credential_dc+sd-jwt',
  format: 'dc+sd-jwt',
  issuedAt: 1_800_000_042,
  expiresAt: 1_831_536_042,
  status: 'suspended' as const,
  statusChangedAt: 1_800_086_400,
  statusLists: [{ uri: 'https://issuer.example/status/token/AAECAwQFBgcICQoLDA0ODw', index: 73_104 }],
}

export const issuedCredential = z
  .object({
    id: z.string(),
    sessionId: z.string(),
    credentialConfigurationId: z.string(),
    format: z.string(),
    issuedAt: z.int().describe('Epoch seconds, as the credential says it'),
    expiresAt: z.int().optional().describe('Epoch seconds; absent: it does not expire'),
    status: z.enum(credentialStatuses).optional().describe('Absent for a credential without status'),
    statusChangedAt: z.int().optional().describe('Epoch seconds; absent while it was never changed'),
    statusLists: z
      .array(z.object({ uri: z.string(), index: z.int() }))
      .optional()
      .describe(
        'Where its status is published; two lists for a W3C credential of version 2.0, with one index',
      ),
  })
  .meta({ examples: [ISSUED_EXAMPLE] })

export type IssuedCredentialView = z.infer<typeof issuedCredential>

export const issuedCredentials = z.array(issuedCredential).meta({ examples: [[ISSUED_EXAMPLE]] })
