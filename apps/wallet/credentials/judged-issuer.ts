/**
 * Who signed a credential of the wallet, as far as a source of trust vouches for it. To find out, the wallet presents the
 * credential to itself, since that is what formats verify.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { VerifiedPresentation } from '@countersign/credential/contract/format'
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'
import { holderSigner } from './holder-signer.ts'

export interface Judged extends VerifiedPresentation {
  readonly anchor: string
  /** Where the anchor was configured. */
  readonly source?: string | undefined
}

/** Nothing is fetched from where a stranger points to. The refusal is a reason, as a code. `by`: whom all sources believe when absent. */
export async function judgeIssuer(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
  by: IssuerTrust | undefined = wallet.issuers?.trust,
): Promise<Result<Judged, string>> {
  if (by === undefined) return refuse('no_trusted_issuers_configured')
  const format = wallet.formats.get(credential.held.format)
  const presentation = await presentToSelf(wallet, owned, credential)
  if (format === undefined || !presentation.ok) return refuse('issuer_not_judged')
  let source: string | undefined
  const trust: IssuerTrust = async (reference, now) => {
    const found = await by(reference, now)
    if (found.ok) source = found.value.source
    return found
  }
  const period = { now: wallet.now(), skewSeconds: SKEW_SECONDS, bindingWindowSeconds: SKEW_SECONDS }
  const outcome = await format.verify({ presentation: presentation.value, trust, ...period }, wallet.crypto)
  const fault = outcome.checks.find(({ name, outcome: how }) => TRUST_CHECKS.has(name) && how !== 'passed')
  if (fault !== undefined) return refuse(`${fault.name}: ${fault.detail ?? fault.outcome}`)
  const { anchor } = outcome.presentation ?? {}
  return outcome.presentation === undefined || anchor === undefined
    ? refuse('issuer_not_judged')
    : ok({ ...outcome.presentation, anchor, source })
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
