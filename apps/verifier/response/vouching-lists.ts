/**
 * Which of the lists that a query names vouch for who signed a presentation (`etsi_tl`, OpenID4VP 1.0 §6.1.1.2). Asked of issuers who are
 * believed alone. A list that is not there at the moment says nothing, which is no reason to decide anything.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import type { IssuerKeyReference, IssuerTrust } from '@countersign/credential/contract/trust-port'
import { answersAuthorities, listsNamedBy } from '@countersign/protocol/openid4vp/dcql/authorities'
import type { CredentialQuery } from '@countersign/protocol/openid4vp/dcql/query'
import type { Verifier } from '../verifier.ts'

/** The trust, and whom it was asked about last: the chain in a presentation is known to its format alone. */
export function rememberingTrust(trust: IssuerTrust): {
  readonly trust: IssuerTrust
  readonly asked: () => IssuerKeyReference | undefined
} {
  let last: IssuerKeyReference | undefined
  return {
    trust: (reference, now) => {
      last = reference
      return trust(reference, now)
    },
    asked: () => last,
  }
}

export interface ListsUnavailable {
  readonly code: 'trust_list_unavailable'
}

interface Signed {
  readonly presentation: Pick<VerifiedPresentation, 'authorityKeyIds'>
  readonly reference: IssuerKeyReference
}

export async function vouchingLists(
  { now, trustLists }: Pick<Verifier, 'now' | 'trustLists'>,
  query: CredentialQuery,
  { presentation, reference }: Signed,
): Promise<Result<readonly string[], ListsUnavailable>> {
  const vouching: string[] = []
  let isAway = false
  for (const url of listsNamedBy(query)) {
    const trusted = await trustLists?.(url)?.(reference, now())
    if (trusted?.ok) vouching.push(url)
    // Also one that this instance does not have: another one began the session, by what is configured there.
    else isAway ||= trusted === undefined || trusted.error.code === 'key_unavailable'
  }
  if (!isAway) return ok(vouching)
  const { authorityKeyIds } = presentation
  const isMet = answersAuthorities(query, { authorityKeyIds, vouchingLists: vouching }) === 'matched'
  return isMet ? ok(vouching) : refuse({ code: 'trust_list_unavailable' })
}
