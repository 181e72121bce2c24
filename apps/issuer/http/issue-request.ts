/** The body of the issue calls: walt.id's, with transaction code and value mode beside it. */
import type { JsonObject } from '@countersign/core/json'
import { z } from 'zod'
import type { CreateOffer } from '../offer/create-offer.ts'
import type { CredentialOrder } from '../offer/promise-credential.ts'
import type { DisclosureMap } from '../offer/selective-disclosure.ts'

const jsonObject = z.record(z.string(), z.json())

interface DisclosureMapInput {
  fields: Record<string, { sd?: boolean | undefined; children?: DisclosureMapInput | undefined }>
}

const disclosureMap: z.ZodType<DisclosureMapInput> = z.lazy(() =>
  z.object({
    fields: z.record(
      z.string(),
      z.object({ sd: z.boolean().optional(), children: disclosureMap.optional() }),
    ),
    decoyMode: z.string().max(20).optional(),
    decoys: z.int().optional(),
  }),
)

const txCode = z
  .object({
    input_mode: z.enum(['numeric', 'text']).default('numeric'),
    length: z.int().min(4).max(32).default(6),
    description: z.string().max(300).optional(),
  })
  .describe('Ask the wallet for a transaction code that travels over another channel')

/** walt.id's members whose absence would change what is issued: refused, not passed over. */
const notSupported = z.never({ error: 'not supported' }).optional()

const order = z
  .object({
    credentialConfigurationId: z.string().min(1).max(200),
    credentialData: jsonObject
      .optional()
      .describe('Claims of an SD-JWT VC, or a W3C credential with its credentialSubject'),
    mdocData: jsonObject.optional().describe('Data elements of an mdoc by namespace'),
    mdocValidityDays: z.int().min(1).max(3650).optional(),
    issuerKey: jsonObject
      .optional()
      .describe("A key of the caller's own; without it the deployment's issuer signs"),
    issuerDid: z.string().min(1).max(2000).optional(),
    x5Chain: z.array(z.string().max(20_000)).min(1).max(6).optional(),
    mapping: jsonObject.optional(),
    selectiveDisclosure: disclosureMap.optional(),
    authenticationMethod: z
      .literal('PRE_AUTHORIZED', { error: 'only PRE_AUTHORIZED is supported' })
      .optional(),
    standardVersion: z.string().max(20).optional(),
    txCode: txCode.optional(),
    txCodeValue: z
      .string()
      .regex(/^[\x21-\x7e]{4,32}$/, 'must be 4 to 32 visible characters')
      .optional(),
    valueMode: z.enum(['BY_REFERENCE', 'BY_VALUE']).optional(),
    status: z
      .boolean()
      .optional()
      .describe('Whether it can be revoked and suspended; default: yes, where the issuer keeps status lists'),
    issuanceType: notSupported,
    vct: notSupported,
    credentialStatus: notSupported,
    sdJwtCredentialClaims: notSupported,
  })
  .refine((body) => (body.credentialData === undefined) !== (body.mdocData === undefined), {
    message: 'exactly one of credentialData and mdocData is required',
    path: ['credentialData'],
  })
  .refine((body) => body.issuerKey !== undefined || body.issuerDid === undefined, {
    message: "goes with an issuerKey: the deployment's issuer signs in its own name",
    path: ['issuerDid'],
  })
  .refine((body) => body.issuerKey !== undefined || body.x5Chain === undefined, {
    message: "goes with an issuerKey: the deployment's issuer has certificates of its own",
    path: ['x5Chain'],
  })
  .meta({
    examples: [
      {
        credentialConfigurationId: 'identity_credential_dc+sd-jwt',
        credentialData: { given_name: 'Ada', family_name: 'Example', birthdate: '1990-01-01' },
      },
    ],
  })

export const issueBody = order
export const issueBatchBody = z.array(order).min(1).max(20)

export const issueHeaders = z.object({
  sessionttl: z.coerce
    .number()
    .int()
    .min(10)
    .max(2_592_000)
    .optional()
    .describe('Seconds to take up the offer'),
  statuscallbackuri: z
    .never({ error: 'callbacks are not supported: read the session or follow its events' })
    .optional(),
})

export type IssueOrder = z.output<typeof order>

/** Transaction code and value mode belong to the offer: the first entry that names them decides. */
export function parseOrder(entries: readonly IssueOrder[], ttlSeconds: number | undefined): CreateOffer {
  const withTxCode = entries.find((entry) => entry.txCode !== undefined || entry.txCodeValue !== undefined)
  return {
    credentials: entries.map(credentialOrder),
    byValue: entries.some((entry) => entry.valueMode === 'BY_VALUE'),
    ...(withTxCode && { txCode: txCodeOrder(withTxCode) }),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
  }
}

function credentialOrder(entry: IssueOrder): CredentialOrder {
  const { issuerKey, issuerDid, mapping, mdocValidityDays, selectiveDisclosure, status, x5Chain } = entry
  return {
    configurationId: entry.credentialConfigurationId,
    claims: (entry.credentialData ?? entry.mdocData ?? {}) as JsonObject,
    ...(issuerKey !== undefined && { issuerKey: issuerKey as JsonObject }),
    ...(issuerDid !== undefined && { issuerDid }),
    ...(mapping !== undefined && { mapping: mapping as JsonObject }),
    ...(selectiveDisclosure !== undefined && { disclosureMap: selectiveDisclosure as DisclosureMap }),
    ...(x5Chain !== undefined && { x5c: x5Chain }),
    ...(status !== undefined && { status }),
    ...(mdocValidityDays !== undefined && { lifetimeSeconds: mdocValidityDays * 86_400 }),
  }
}

function txCodeOrder({ txCode, txCodeValue }: IssueOrder): NonNullable<CreateOffer['txCode']> {
  const inputMode = txCode?.input_mode ?? (/^\d+$/.test(txCodeValue ?? '0') ? 'numeric' : 'text')
  return {
    inputMode,
    length: txCodeValue?.length ?? txCode?.length ?? 6,
    ...(txCode?.description !== undefined && { description: txCode.description }),
    ...(txCodeValue !== undefined && { value: txCodeValue }),
  }
}
