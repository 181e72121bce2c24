/**
 * What the issuer hears of a credential (OpenID4VCI 1.0 §11). It is a courtesy: no credential is lost over it, and the holder
 * waits for it a moment and no longer. What is to be told was written down before the credential was stored, so that after a
 * crash the next repeat of the call tells it; once it was told, nothing is kept to tell more with.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { within } from '@countersign/event-loop/time-limit'
import { softwareSigner } from '@countersign/keys/signers/software-key'
import {
  type NotificationEvent,
  writeNotificationRequest,
} from '@countersign/protocol/openid4vci/notification'
import {
  type CredentialUnknown,
  deleteCredential,
  findOrigin,
  isStored,
  type Origin,
  slotHash,
} from '../credentials/credentials.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { type IssuanceRecord, type Notice, noteTold, noteUnheard, reload } from './issuance-record.ts'
import { type IssuerPostRefusal, sendToIssuer } from './post-to-issuer.ts'

/** How long somebody waits in front of the wallet for an issuer that says nothing, in milliseconds. */
const WAIT_MS = 1_500

/** Whatever is stored and was not told yet. */
export async function tellAccepted(wallet: Wallet, issuance: IssuanceRecord): Promise<void> {
  await briefly(tellUntold(wallet, issuance))
}

/** Of an answer with nothing in it that can be kept. It is not written down: the same answer is looked at again at every repeat. */
export async function tellFailure(
  wallet: Wallet,
  issuance: IssuanceRecord,
  notice: Notice,
  description: string,
): Promise<void> {
  await briefly(tell(wallet, issuance, notice, 'credential_failure', description))
}

/**
 * Deletes a credential. An issuer that has not heard yet that it was accepted hears that it was deleted, where that is for good: one
 * that can be restored is not given up, and an issuer may revoke what it takes for deleted.
 */
export async function deleteReceived(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  options: { readonly permanent: boolean },
): Promise<Result<undefined, CredentialUnknown>> {
  const origin = options.permanent ? await findOrigin(wallet, owned, id) : undefined
  const deleted = await deleteCredential(wallet, owned, id, options)
  if (!deleted.ok) return deleted
  // Nobody waits for it.
  if (origin !== undefined) void tellDeleted(wallet, origin).catch(() => undefined)
  return ok(undefined)
}

/** A failure of the database is no more than one of the issuer: the next repeat tells it. */
async function briefly(telling: Promise<unknown>): Promise<void> {
  const quietly = telling.catch(() => undefined)
  await within(quietly, WAIT_MS, undefined)
}

async function tellUntold(wallet: Wallet, issuance: IssuanceRecord): Promise<void> {
  const untold = Object.entries(issuance.progress.notices ?? {}).filter(([, { told }]) => told === undefined)
  await Promise.all(
    untold.map(async ([slot, notice]) => {
      // It may not have been stored yet, or be deleted by now.
      const isKept = await isStored(wallet, { issuanceId: issuance.id, slot })
      if (isKept) await tellOnce(wallet, issuance, slot, notice, 'credential_accepted')
    }),
  )
}

async function tellDeleted(wallet: Wallet, origin: Origin): Promise<void> {
  const issuance = await reload(wallet, { id: origin.issuanceId })
  for (const [slot, notice] of Object.entries(issuance.progress.notices ?? {})) {
    const isIt = (await slotHash(wallet.columns, origin.issuanceId, slot)) === origin.slotHash
    if (isIt) await tellOnce(wallet, issuance, slot, notice, 'credential_deleted')
  }
}

async function tellOnce(
  wallet: Wallet,
  issuance: IssuanceRecord,
  slot: string,
  notice: Notice,
  event: NotificationEvent,
): Promise<void> {
  if (notice.told === event) return
  const answered = await tell(wallet, issuance, notice, event)
  const note = answered.ok || isFinal(answered.error) ? noteTold : noteUnheard
  await note(wallet, issuance, slot, event)
}

/** The token is over: whoever has none is not heard. */
interface TokenOver {
  readonly code: 'token_over'
}

async function tell(
  wallet: Wallet,
  { progress: { senderKey, token } }: IssuanceRecord,
  { endpoint, notificationId }: Notice,
  event: NotificationEvent,
  description?: string,
): Promise<Result<unknown, IssuerPostRefusal | TokenOver>> {
  const isOver = token?.expiresAt !== undefined && wallet.now() >= token.expiresAt
  if (token === undefined || isOver) return refuse({ code: 'token_over' })
  return sendToIssuer(wallet, {
    url: endpoint,
    contentType: 'application/json',
    body: JSON.stringify(writeNotificationRequest({ notificationId, event }, description)),
    // A token that is bound to a key was given to this one.
    sender: { token, signer: senderKey && softwareSigner(senderKey) },
    maxBytes: FETCHED.protocolAnswer,
  })
}

/** The issuer said no, or cannot be asked any more: once more would be the same. */
function isFinal(refusal: IssuerPostRefusal | TokenOver): boolean {
  if (refusal.code === 'token_over') return true
  return refusal.code === 'issuer_error' && refusal.status >= 400 && refusal.status < 500
}
