/** Credentials that a holder waits for: which they are, when each is asked for, and asking by hand. */
import { ok, type Result, refuse } from '@countersign/core/result'
import { bestFor } from '@countersign/credential/display/credential-view'
import { type Locales, lookOf, type ShownLook, titleOf } from '../credentials/shown.ts'
import type { Unissued } from '../history/event.ts'
import { hostOf } from '../outgoing-client.ts'
import {
  askSoon,
  type DeferredRecord,
  deferredById,
  leaseOne,
  listDeferred,
} from '../receive/deferred-record.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { lookAtDeferred } from './look-at-deferred.ts'

export interface ShownDeferred {
  readonly id: string
  readonly configurationId: string
  readonly format: string
  readonly type?: string | undefined
  readonly state: DeferredRecord['state']
  readonly title: string
  readonly look: ShownLook
  readonly issuer: { readonly url: string; readonly host: string; readonly name?: string | undefined }
  /** Epoch seconds. */
  readonly since: number
  /** Absent where it is not asked for any more. */
  readonly nextAt?: number | undefined
  readonly unissued?: Unissued | undefined
}

export interface DeferredUnknown {
  readonly code: 'deferred_unknown'
}

/** Those that may still come. */
export async function listWaiting(
  wallet: Wallet,
  owned: OwnedWallet,
  locales: Locales,
): Promise<readonly ShownDeferred[]> {
  const waiting = await listDeferred(wallet, owned, 'waiting')
  return waiting.map((one) => shownDeferred(one, locales))
}

/**
 * Asks now, or as soon as the issuer lets itself be asked (§8.3); where somebody asks already, it stays at that. What is shown is
 * how it stands then.
 */
export async function askByHand(
  wallet: Wallet,
  owned: OwnedWallet,
  id: string,
  locales: Locales,
): Promise<Result<ShownDeferred, DeferredUnknown>> {
  const before = await deferredById(wallet, owned, id)
  if (before === undefined) return refuse({ code: 'deferred_unknown' })
  if (before.state === 'waiting' && before.earliestAt > wallet.now()) await askSoon(wallet, before)
  else {
    const lease = await leaseOne(wallet, id)
    if (lease !== undefined) await lookAtDeferred(wallet, lease)
  }
  const after = await deferredById(wallet, owned, id)
  return after === undefined ? refuse({ code: 'deferred_unknown' }) : ok(shownDeferred(after, locales))
}

export function shownDeferred(
  { content, id, nextAt, since, state }: DeferredRecord,
  locales: Locales,
): ShownDeferred {
  const { configuration, issuer, unissued } = content
  const { format, id: configurationId, look, type } = configuration
  const { display, issuer: url } = issuer.metadata
  return {
    id,
    configurationId,
    format,
    type,
    state,
    title: titleOf(look, type ?? configurationId, locales),
    look: lookOf(look, locales),
    issuer: { url, host: hostOf(url), name: bestFor(display, locales)?.name },
    since,
    nextAt: state === 'waiting' ? nextAt : undefined,
    unissued,
  }
}
