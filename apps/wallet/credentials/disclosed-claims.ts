/**
 * What a presentation shows to whoever gets it, read out of the presentation itself: neither a form nor a query says what is
 * in it. And what one would show before it is made, from a presentation that nobody gets.
 */
import type { JsonObject } from '@countersign/core/json'
import { refuse } from '@countersign/core/result'
import type {
  ClaimPath,
  CredentialFormat,
  VerifiedPresentation,
} from '@countersign/credential/contract/format'
import { withoutHollows } from '@countersign/credential/display/claims-apart'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'
import { holderSigner } from './holder-signer.ts'

export type Disclosed = Pick<VerifiedPresentation, 'format' | 'type' | 'claims'>

/**
 * Undefined for what cannot be read. Whose signature counts is nobody's question here: it is the holder's own. `whole`: all claims of
 * the credential, where it is still there.
 */
export async function disclosedClaims(
  { crypto, now }: Pick<Wallet, 'crypto' | 'now'>,
  format: CredentialFormat,
  presentation: string,
  whole: JsonObject = {},
): Promise<Disclosed | undefined> {
  const outcome = await format.verify(
    {
      presentation,
      now: now(),
      skewSeconds: 0,
      bindingWindowSeconds: 0,
      trust: () => refuse({ code: 'no_key_reference' }),
    },
    crypto,
  )
  const { presentation: shown } = outcome
  return shown && { ...shown, claims: withoutHollows(shown.claims, whole) }
}

/** What would be shown with these paths, and cannot be withheld beside them. */
export async function wouldDisclose(
  wallet: Wallet,
  owned: OwnedWallet,
  credential: StoredCredential,
  disclose: readonly ClaimPath[],
): Promise<Disclosed | undefined> {
  const { content, held } = credential
  const format = wallet.formats.get(held.format)
  if (format === undefined) return undefined
  const signer = format.alwaysBinds === true ? await holderSigner(wallet, owned, credential) : undefined
  if (signer?.ok === false) return undefined
  const binding = signer?.value && {
    signer: signer.value,
    audience: 'self',
    nonce: 'self',
    responseUri: 'https://self.invalid',
    issuedAt: wallet.now(),
  }
  const presented = await format.present({ credential: content, disclose, binding }, wallet.crypto)
  return presented.ok ? disclosedClaims(wallet, format, presented.value, held.claims) : undefined
}
