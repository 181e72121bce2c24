/**
 * walt.id's words for formats, as scripts of the field speak them to a verifier: what an entry of `request_credentials`
 * calls a format and a type. A table by family, and the exceptions; a format of ours that walt.id never heard of follows
 * its family. Behind this there are only identifiers of formats and DCQL.
 */

import type { JsonObject } from '@countersign/core/json'
import type { FormatFamily } from '@countersign/credential/contract/format-facts'
import type { FormatId } from '@countersign/credential/contract/format-id'
import type { DescriptorWords, InputDescriptor } from './input-descriptor.ts'

export interface RequestedCredential {
  readonly format?: string | undefined
  readonly vct?: string | undefined
  readonly type?: string | undefined
  readonly doc_type?: string | undefined
  readonly id?: string | undefined
  readonly claims?: readonly JsonObject[] | undefined
  readonly input_descriptor?: InputDescriptor | undefined
}

/** The format that an entry means; an identifier that nobody may speak. */
export function formatNamed({ doc_type: documentType, format, type }: RequestedCredential): FormatId {
  if (format === undefined) {
    if (documentType !== undefined) return 'mso_mdoc'
    return type === undefined ? 'dc+sd-jwt' : 'jwt_vc_json'
  }
  // Without a type of the W3C data model it is the older name of SD-JWT VC.
  if (format === 'vc+sd-jwt' && type === undefined) return 'dc+sd-jwt'
  return format === 'jwt_vc' ? 'jwt_vc_json' : format
}

/** What an entry calls its type by. */
export const TYPE_MEMBERS = ['vct', 'type', 'doc_type'] as const

export type TypeMember = (typeof TYPE_MEMBERS)[number]

/** How the short form for a family becomes a query. */
export interface QueryWords extends DescriptorWords {
  readonly typeMember: TypeMember
  meta(type: string): JsonObject
  /** Paths that are asked for where the entry names none. */
  defaultPaths?(type: string): readonly (readonly string[])[]
}

const MDL_TYPE = 'org.iso.18013.5.1.mDL'

/** What walt.id's verifier asks of a driving licence when nothing is said: the mandatory data elements. */
const MDL_ELEMENTS = [
  'family_name',
  'given_name',
  'birth_date',
  'issue_date',
  'expiry_date',
  'issuing_country',
  'issuing_authority',
  'document_number',
  'portrait',
  'driving_privileges',
  'un_distinguishing_sign',
]

export const QUERY_WORDS: Readonly<Record<FormatFamily, QueryWords>> = {
  'sd-jwt-vc': {
    typeMember: 'vct',
    typePaths: ['$.vct'],
    meta: (vct) => ({ vct_values: [vct] }),
  },
  w3c: {
    typeMember: 'type',
    typePaths: ['$.vc.type', '$.type'],
    meta: (type) => ({ type_values: [[type]] }),
    wrapper: 'vc',
  },
  mdoc: {
    typeMember: 'doc_type',
    typePaths: [],
    meta: (type) => ({ doctype_value: type }),
    defaultPaths: (type) =>
      type === MDL_TYPE ? MDL_ELEMENTS.map((element) => ['org.iso.18013.5.1', element]) : [],
  },
}
