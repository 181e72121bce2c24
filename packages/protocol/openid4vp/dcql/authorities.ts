/**
 * Whom a query wants a credential to be from (`trusted_authorities`, OpenID4VP 1.0 §6.1.1): one value of one entry is enough. Which of the
 * lists that are named vouch for a chain is found out by whoever has them; federations are not known here.
 */
import type { CredentialQuery, DcqlQuery } from './query.ts'

/** What is known of who is behind a credential. */
export interface KnownAuthorities {
  /** base64url KeyIdentifiers of its chain. */
  readonly authorityKeyIds: readonly string[]
  /** Those lists that its query names and that vouch for its chain; absent: none. */
  readonly vouchingLists?: readonly string[] | undefined
}

export type AuthorityAnswer = 'matched' | 'not_matched' | 'unsupported_type'

/** Whether a value of an entry of this type is met. */
const TYPES: ReadonlyMap<string, (value: string, known: KnownAuthorities) => boolean> = new Map([
  ['aki', (keyId, { authorityKeyIds }) => authorityKeyIds.includes(withoutPadding(keyId))],
  ['etsi_tl', (url, { vouchingLists = [] }) => vouchingLists.includes(url)],
])

/** `unsupported_type`: nothing matched, and there is an entry that is not judged here. */
export function answersAuthorities(query: CredentialQuery, known: KnownAuthorities): AuthorityAnswer {
  const { trustedAuthorities } = query
  if (trustedAuthorities === undefined) return 'matched'
  const isMet = trustedAuthorities.some(({ type, values }) => {
    const meets = TYPES.get(type)
    return meets !== undefined && values.some((value) => meets(value, known))
  })
  if (isMet) return 'matched'
  return trustedAuthorities.every(({ type }) => TYPES.has(type)) ? 'not_matched' : 'unsupported_type'
}

function withoutPadding(base64url: string): string {
  return base64url.replace(/={1,2}$/, '')
}

/** The lists that a query names, each once. */
export function listsNamedBy({ trustedAuthorities = [] }: CredentialQuery): readonly string[] {
  const named = trustedAuthorities.filter(({ type }) => type === 'etsi_tl').flatMap(({ values }) => values)
  return [...new Set(named)]
}

/** `at`: the JSON path of what nobody here could judge. */
export type UnknownAuthority =
  | {
      readonly code: 'authority_type_unknown'
      readonly at: string
      readonly type: string
      readonly known: readonly string[]
    }
  | { readonly code: 'trust_list_unknown'; readonly at: string; readonly url: string }

/** The verifier, of a query that it is to send: a wallet may know what it does not, and answer in vain. */
export function findUnknownAuthority(
  { credentials }: DcqlQuery,
  isKnownList: (url: string) => boolean,
): UnknownAuthority | undefined {
  for (const [place, { trustedAuthorities = [] }] of credentials.entries()) {
    for (const [entry, { type, values }] of trustedAuthorities.entries()) {
      const at = `$.credentials[${place}].trusted_authorities[${entry}]`
      if (!TYPES.has(type))
        return { code: 'authority_type_unknown', at: `${at}.type`, type, known: [...TYPES.keys()] }
      const unknown = type === 'etsi_tl' ? values.findIndex((url) => !isKnownList(url)) : -1
      const url = values[unknown]
      if (url !== undefined) return { code: 'trust_list_unknown', at: `${at}.values[${unknown}]`, url }
    }
  }
  return undefined
}
