/**
 * Whether a credential still counts, for its holder: from the lists that its issuer publishes, in every format. Only what
 * an issuer who is trusted says is ever called valid, revoked or suspended; everything else is undetermined, with its
 * reason. To find out who the issuer is, the wallet presents the credential to itself, since that is what formats verify.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import { checkStatus, type StatusFinding } from '@countersign/status-list/check-status'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type CredentialUnknown, findCredential, type StoredCredential } from './credentials.ts'
import { holderSigner } from './holder-signer.ts'

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
  if (!found.ok) return found
  const { held } = found.value
  if (held.statuses.length === 0) return ok([])
  const judged = await judgeIssuer(wallet, owned, found.value)
  return ok(judged.ok ? await lookUp(wallet, judged.value) : nothingKnown(held.statuses, judged.error))
}

interface Judged extends VerifiedPresentation {
  readonly anchor: string
}

/** Nothing is fetched from where a stranger points to. The refusal is a reason for people. */
async function judgeIssuer(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
): Promise<Result<Judged, string>> {
  const { issuers } = wallet
  if (issuers === undefined) return refuse('no_trusted_issuers_configured')
  const format = wallet.formats.get(credential.held.format)
  const presentation = await presentToSelf(wallet, owned, credential)
  if (format === undefined || !presentation.ok) return refuse('issuer_not_judged')
  const { trust } = issuers
  const period = { now: wallet.now(), skewSeconds: SKEW_SECONDS, bindingWindowSeconds: SKEW_SECONDS }
  const outcome = await format.verify({ presentation: presentation.value, trust, ...period }, wallet.crypto)
  const fault = outcome.checks.find(({ name, outcome: how }) => TRUST_CHECKS.has(name) && how !== 'passed')
  if (fault !== undefined) return refuse(`${fault.name}: ${fault.detail ?? fault.outcome}`)
  const { anchor } = outcome.presentation ?? {}
  return outcome.presentation === undefined || anchor === undefined
    ? refuse('issuer_not_judged')
    : ok({ ...outcome.presentation, anchor })
}

const SKEW_SECONDS = 60
const TRUST_CHECKS: ReadonlySet<string> = new Set(['structure', 'issuer_signature', 'issuer_trust'])

async function presentToSelf(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
): Promise<Result<string, unknown>> {
  const { content, held } = credential
  const format = wallet.formats.get(held.format)
  if (format === undefined) return refuse('format')
  const signer = await holderSigner(wallet, owned, credential)
  if (!signer.ok) return signer
  const binding = signer.value && {
    signer: signer.value,
    audience: 'self',
    nonce: 'self',
    responseUri: 'https://self.invalid',
    issuedAt: wallet.now(),
  }
  return format.present({ credential: content, disclose: [], binding }, wallet.crypto)
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
