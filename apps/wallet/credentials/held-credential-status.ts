/**
 * Whether a credential still counts, for its holder: from the lists that its issuer publishes, in every format. Only what
 * an issuer who is trusted says is ever called valid, revoked or suspended; everything else is undetermined, with its
 * reason.
 */

import { ok, type Result } from '@countersign/core/result'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import { checkStatus, type StatusFinding } from '@countersign/status-list/check-status'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type CredentialUnknown, findCredential, type StoredCredential } from './credentials.ts'
import { type Judged, judgeIssuer } from './judged-issuer.ts'

/** One for each reference of the credential, in their order; none where it names no status. */
export type HeldCredentialStatuses = readonly HeldCredentialStatus[]

interface HeldCredentialStatus extends Pick<StatusFinding, 'reference' | 'reason'> {
  readonly status: Exclude<StatusFinding['status'], 'faulty'>
}

export async function heldCredentialStatus(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
): Promise<Result<HeldCredentialStatuses, CredentialUnknown>> {
  const found = await findCredential(wallet, owned, id)
  return found.ok ? ok(await statusesOf(wallet, owned, found.value)) : found
}

export async function statusesOf(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
): Promise<HeldCredentialStatuses> {
  const { statuses } = credential.held
  if (statuses.length === 0) return []
  const judged = await judgeIssuer(wallet, owned, credential)
  return judged.ok ? lookUp(wallet, judged.value) : nothingKnown(statuses, judged.error)
}

async function lookUp(
  { formats, issuers, now }: Wallet,
  { anchor, format, issuer, statuses }: Judged,
): Promise<HeldCredentialStatuses> {
  if (issuers === undefined) return nothingKnown(statuses, 'no_trusted_issuers_configured')
  const outcome = await checkStatus(statuses, {
    lists: issuers.statusLists,
    listAnchors: issuers.listAnchors(),
    now: now(),
    listKind: formats.spoken(format).statusList,
    credentialAnchor: anchor,
    credentialIssuer: issuer,
  })
  return outcome.findings.map(({ reason, reference, status }) => ({
    reference,
    reason,
    // A verifier refuses a credential with a faulty list; to its holder that says neither revoked nor valid.
    status: status === 'faulty' ? 'undetermined' : status,
  }))
}

function nothingKnown(statuses: readonly StatusReference[], reason: string): HeldCredentialStatuses {
  return statuses.map((reference) => ({ reference, status: 'undetermined', reason }))
}
