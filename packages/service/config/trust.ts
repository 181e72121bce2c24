/** Whom a service believes, as an operator writes it: a list of sources, each for some credential types or for all. */
import { z } from 'zod'

const path = z.string().min(1).max(1000)
const formats = z.enum(['dc+sd-jwt', 'mso_mdoc', 'jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'])

const source = z
  .strictObject({
    /** PEM bundle or DER: authorities to which a chain has to lead. */
    anchorsFile: path.optional(),
    /** PEM bundle or DER: certificates of signers, trusted as they are, self-signed ones included. */
    pinsFile: path.optional(),
    /** VICAL of ISO/IEC 18013-5 annex C. */
    vicalFile: path.optional(),
    /** List of trusted entities of ETSI TS 119 602, JSON form. */
    listFile: path.optional(),
    /** PEM: who signs the VICAL or the list. */
    signerFile: path.optional(),
    /** Demanded `LoTEType` of a list. */
    listType: z.string().min(1).max(500).optional(),
    /** A DID, or the https URL of an issuer that publishes its keys as JWT VC issuer metadata. */
    issuer: z
      .string()
      .regex(/^(did:|https:\/\/)\S{1,1990}$/, 'must be a DID or an https URL')
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
  })
  .refine(
    (it) =>
      [it.anchorsFile, it.pinsFile, it.vicalFile, it.listFile, it.issuer].filter((one) => one !== undefined)
        .length === 1,
    'names exactly one of anchorsFile, pinsFile, vicalFile, listFile and issuer',
  )
  .refine((it) => (it.vicalFile ?? it.listFile) === undefined || it.signerFile !== undefined, {
    path: ['signerFile'],
    error: 'needed for a VICAL and for a list',
  })

export type TrustSource = z.output<typeof source>

export const trustShape = {
  trustedIssuers: z.array(source).max(200).default([]),
  /** PEM certificates of authorities whose credentials are believed: the short form of one source. */
  trustedIssuerCasFile: path.optional(),
} as const

export function trustSources({
  trustedIssuerCasFile: file,
  trustedIssuers,
}: {
  readonly trustedIssuerCasFile?: string | undefined
  readonly trustedIssuers: readonly TrustSource[]
}): readonly TrustSource[] {
  return file === undefined ? trustedIssuers : [{ anchorsFile: file }, ...trustedIssuers]
}
