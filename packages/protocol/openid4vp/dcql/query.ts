/** The Digital Credentials Query Language (OpenID4VP 1.0 §6-7) as data; `parse.ts` makes these from JSON. */

import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'

export interface DcqlQuery {
  readonly credentials: readonly CredentialQuery[]
  /** Absent: every credential query is required (§6.4.2). */
  readonly credentialSets?: readonly CredentialSetQuery[] | undefined
}

export interface CredentialQuery {
  readonly id: string
  readonly format: string
  readonly multiple: boolean
  readonly meta: JsonObject
  readonly trustedAuthorities?:
    | readonly { readonly type: string; readonly values: readonly string[] }[]
    | undefined
  readonly requireHolderBinding: boolean
  readonly claims?: readonly ClaimsQuery[] | undefined
  readonly claimSets?: readonly (readonly string[])[] | undefined
}

export interface ClaimsQuery {
  readonly id?: string | undefined
  readonly path: ClaimPath
  readonly values?: readonly (string | number | boolean)[] | undefined
  /** Of an mdoc (appendix B.2.4): told to whoever is asked. Absent: false. */
  readonly intentToRetain?: boolean
}

export interface CredentialSetQuery {
  readonly options: readonly (readonly string[])[]
  readonly required: boolean
}
