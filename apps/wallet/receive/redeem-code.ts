/**
 * A code that a browser brought back is good once, and a server that sees it twice may take back what it gave for it (RFC 6749
 * §4.1.2). So one request of ours asks at a time, and the others wait for what it writes down.
 */
import type { Wallet } from '../wallet.ts'
import { advance, type IssuanceRecord, type KeptCode, type Progress } from './issuance-record.ts'

/** Longer than a token request takes with all that it waits for: after that nobody asks any more, and somebody else does. */
export const ASKING_SECONDS = 40

/** `others`: it is somebody else who asks. */
export type Claim = 'ours' | 'others' | 'done'

export interface Claimed {
  readonly claim: Claim
  readonly issuance: IssuanceRecord
}

export async function claimCode(wallet: Wallet, issuance: IssuanceRecord): Promise<Claimed> {
  const askedBy = wallet.newId()
  const claimed = await advance(wallet, issuance, (progress) => {
    const { authorization, token } = progress
    const code = authorization?.code
    if (token !== undefined || authorization === undefined || code === undefined) return progress
    const now = wallet.now()
    if (code.askedAt !== undefined && code.askedAt + ASKING_SECONDS > now) return progress
    return { ...progress, authorization: { ...authorization, code: { ...code, askedAt: now, askedBy } } }
  })
  return { claim: claimOf(claimed, askedBy), issuance: claimed }
}

/** Another try may ask at once; a code that the server does not take is good for no other one. */
export async function giveBackCode(
  wallet: Wallet,
  issuance: IssuanceRecord,
  isSpent: boolean,
): Promise<void> {
  const mine = issuance.progress.authorization?.code
  await advance(wallet, issuance, (progress) => {
    const code = progress.authorization?.code
    if (code === undefined || code.askedBy !== mine?.askedBy || progress.token !== undefined) return progress
    return withCode(progress, isSpent ? undefined : withoutClaim(code))
  })
}

function claimOf({ finished, progress }: IssuanceRecord, askedBy: string): Claim {
  if (finished || progress.token !== undefined) return 'done'
  return progress.authorization?.code?.askedBy === askedBy ? 'ours' : 'others'
}

function withCode({ authorization, ...progress }: Progress, code: KeptCode | undefined): Progress {
  const { attempts = [] } = authorization ?? {}
  return { ...progress, authorization: code === undefined ? { attempts } : { attempts, code } }
}

function withoutClaim({ askedAt: _askedAt, askedBy: _askedBy, ...code }: KeptCode): KeptCode {
  return code
}
