/** An issuance is finished when nothing more comes of it: each that was promised is stored, or was refused after it was waited for. */
import { isStored } from '../credentials/credentials.ts'
import type { Wallet } from '../wallet.ts'
import { findDeferred } from './deferred-record.ts'
import { type Entitlement, finishIssuance, type IssuanceRecord, slotOf } from './issuance-record.ts'
import { followRenewal } from './renewal-record.ts'

/** As it came where something is still to come. */
export async function finishIfWhole(wallet: Wallet, issuance: IssuanceRecord): Promise<IssuanceRecord> {
  if (issuance.finished) return issuance
  for (const entitlement of issuance.progress.token?.entitled ?? [])
    if (!(await isSettled(wallet, issuance, entitlement))) return issuance
  await followRenewal(wallet, issuance)
  return finishIssuance(wallet, issuance)
}

async function isSettled(
  wallet: Wallet,
  issuance: IssuanceRecord,
  entitlement: Entitlement,
): Promise<boolean> {
  const slot = slotOf(entitlement)
  const deferred = await findDeferred(wallet, issuance, slot)
  return deferred === undefined
    ? isStored(wallet, { issuanceId: issuance.id, slot })
    : deferred.state !== 'waiting'
}
