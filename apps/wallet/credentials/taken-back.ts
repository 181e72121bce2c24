/**
 * The cards of a wallet that their issuers took back, for good or for now, as far as their lists say so in a moment: what
 * cannot be found out says nothing here, and is asked again the next time.
 */
import { within } from '@countersign/event-loop/time-limit'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { listCredentials, type StoredCredential } from './credentials.ts'
import { statusesOf } from './held-credential-status.ts'

export interface TakenBack {
  readonly id: string
  readonly status: 'revoked' | 'suspended'
}

/** How long somebody waits who looks at the cards already. */
const WAIT_MS = 5_000
/** The newest: a signature is verified for each. */
const MAX_JUDGED = 200
const AT_ONCE = 8

export async function takenBack(wallet: Wallet, owned: OwnedWallet): Promise<readonly TakenBack[]> {
  const now = wallet.now()
  const credentials = (await listCredentials(wallet, owned))
    .filter(({ held: { expiresAt, statuses } }) => statuses.length > 0 && (expiresAt ?? now + 1) > now)
    .slice(-MAX_JUDGED)
  const found: TakenBack[] = []
  const looking = Array.from({ length: AT_ONCE }, (_, lane) =>
    lookAt(
      wallet,
      owned,
      credentials.filter((_credential, at) => at % AT_ONCE === lane),
      found,
    ),
  )
  await within(Promise.all(looking), WAIT_MS, undefined)
  return [...found]
}

async function lookAt(
  wallet: Wallet,
  owned: OwnedWallet,
  credentials: readonly StoredCredential[],
  found: TakenBack[],
): Promise<void> {
  for (const credential of credentials) {
    const statuses = (await statusesOf(wallet, owned, credential)).map(({ status }) => status)
    const status = (['revoked', 'suspended'] as const).find((one) => statuses.includes(one))
    if (status !== undefined) found.push({ id: credential.id, status })
  }
}
