/** Whom a service believes, as an operator writes it: a list of sources, each for some credential types or for all. */
import { z } from 'zod'

const path = z.string().min(1).max(1000)
/** Which there are is known where trust is put together, by whoever knows the formats that the service speaks. */
const formats = z.string().min(1).max(100)

const KINDS = ['anchorsFile', 'pinsFile', 'vicalFile', 'vicalUrl', 'listFile', 'listUrl', 'issuer'] as const

export type TrustSourceKind = (typeof KINDS)[number]

const SCOPE = ['name', 'types', 'formats', 'purposes', 'bindIssuer', 'bindJurisdiction'] as const
const VICAL = { needed: ['signerFile'], possible: ['bindJurisdiction', 'documentSignerUsages'] } as const
const LIST = {
  needed: ['signerFile'],
  possible: ['listType', 'types', 'bindIssuer', 'bindJurisdiction', 'documentSignerUsages'],
} as const
const MEMBERS = {
  anchorsFile: { needed: [], possible: [...SCOPE, 'documentSignerUsages'] },
  pinsFile: { needed: [], possible: SCOPE },
  // The list itself says for what each of its entries counts.
  vicalFile: VICAL,
  vicalUrl: VICAL,
  listFile: LIST,
  listUrl: LIST,
  issuer: { needed: [], possible: ['name', 'types'] },
} as const

/** Whether addresses of others may be plain http is decided where they are fetched, as for all of them. */
const url = z.string().regex(/^https?:\/\/\S{1,1990}$/, 'must be an https URL')
const objectIdentifier = z
  .string()
  .regex(/^[0-2](\.(0|[1-9]\d{0,20})){1,30}$/, 'must be an object identifier')

const source = z
  .strictObject({
    /** PEM bundle or DER: authorities to which a chain has to lead. */
    anchorsFile: path.optional(),
    /** PEM bundle or DER: certificates of signers, trusted as they are, self-signed ones included. */
    pinsFile: path.optional(),
    /** VICAL of ISO/IEC 18013-5 annex C. */
    vicalFile: path.optional(),
    /** The same, fetched. */
    vicalUrl: url.optional(),
    /** List of trusted entities of ETSI TS 119 602, JSON form. */
    listFile: path.optional(),
    /** The same, fetched. */
    listUrl: url.optional(),
    /** PEM: who signs the VICAL or the list. */
    signerFile: path.optional(),
    /** Demanded `LoTEType` of a list. */
    listType: z.string().min(1).max(500).optional(),
    /** A DID, or the https URL of an issuer that publishes its keys as JWT VC issuer metadata. */
    issuer: z
      .string()
      .regex(
        /^(did:(jwk|key|web):|https:\/\/)\S{1,1980}$/,
        'must be a DID (did:jwk, did:key or did:web) or an https URL',
      )
      .optional(),
    /** For people; otherwise the certificate's own name. */
    name: z.string().min(1).max(200).optional(),
    /** Credential types; all when absent. */
    types: z.array(z.string().min(1).max(500)).min(1).max(200).optional(),
    formats: z.array(formats).min(1).optional(),
    purposes: z
      .array(z.enum(['issuer', 'status_list']))
      .min(1)
      .optional(),
    /** An https URL in `iss` has to be in the certificate, and is the issuer then. Lists of trusted entities: true when absent. */
    bindIssuer: z.boolean().optional(),
    /** mdocs of every type state the country and jurisdiction of their signer's certificate, not mDLs alone. */
    bindJurisdiction: z.boolean().optional(),
    /** What document signers have to be made for; absent: for mDLs where they sign such, for anything or nothing where they sign others. */
    documentSignerUsages: z.union([z.literal('any'), z.array(objectIdentifier).min(1).max(20)]).optional(),
  })
  .superRefine((it, context) => {
    const [kind, ...others] = KINDS.filter((one) => it[one] !== undefined)
    if (kind === undefined || others.length > 0) {
      context.addIssue(`names exactly one of ${KINDS.join(', ')}`)
      return
    }
    for (const member of MEMBERS[kind].needed) {
      if (it[member] === undefined)
        context.addIssue({ ...FLAW, path: [member], message: `needed for ${kind}` })
    }
    // What would be ignored is refused: somebody believes that it narrows whom he trusts.
    const known: readonly string[] = [kind, ...MEMBERS[kind].needed, ...MEMBERS[kind].possible]
    for (const member of Object.keys(it)) {
      if (!known.includes(member))
        context.addIssue({ ...FLAW, path: [member], message: `says nothing with ${kind}` })
    }
  })

const FLAW = { code: 'custom' } as const

export type TrustSource = z.output<typeof source>

export function kindOf(source: TrustSource): TrustSourceKind {
  const kind = KINDS.find((one) => source[one] !== undefined)
  if (kind === undefined) throw new Error('a source of trust that names nothing')
  return kind
}

function namesIssuersOnce(sources: readonly TrustSource[]): boolean {
  const issuers = sources.flatMap(({ issuer }) => issuer ?? [])
  return new Set(issuers).size === issuers.length
}

export const trustShape = {
  trustedIssuers: z
    .array(source)
    .max(200)
    .refine(namesIssuersOnce, 'names an issuer twice: put its types into one entry')
    .default([])
    .describe(
      'Whose credentials and status lists are believed: [a list of sources](trust-and-keys.md#whom-a-service-believes)',
    ),
  trustedIssuerCasFile: path
    .optional()
    .describe('PEM certificates of authorities whose credentials are believed: the short form of one source'),
  trustRefreshSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .default(600)
    .describe(
      'How often files and lists of `trustedIssuers` are read again, in seconds; more often towards the next update of a list',
    ),
} as const

interface TrustValues {
  readonly trustedIssuerCasFile?: string | undefined
  readonly trustedIssuers: readonly TrustSource[]
  readonly trustRefreshSeconds: number
}

export function trustSettings({
  trustedIssuerCasFile: file,
  trustedIssuers,
  trustRefreshSeconds: refreshSeconds,
}: TrustValues): { readonly sources: readonly TrustSource[]; readonly refreshSeconds: number } {
  const sources = file === undefined ? trustedIssuers : [{ anchorsFile: file }, ...trustedIssuers]
  return { sources, refreshSeconds }
}
