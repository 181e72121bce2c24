/**
 * Whoever has the lease of a credential that is to come asks for it, and writes down what came of that: the credential as on the
 * direct way, the next time, or the end, which the history tells in the issuer's own words. What follows from the end is a step
 * of its own, made again after a crash: the issuance is finished, and the issuer hears of it.
 */
import type { Lease } from '@countersign/stores/ports'
import { credentialsOfIssuance } from '../credentials/credentials.ts'
import { keepLogos } from '../credentials/pictures.ts'
import { describeType } from '../history/described-credential.ts'
import type { Unissued } from '../history/event.ts'
import { recordEvent } from '../history/record-event.ts'
import { openKey } from '../keys/keys.ts'
import {
  closeSettled,
  type DeferredContent,
  LeaseOver,
  leasedRow,
  settle,
  waitLonger,
} from '../receive/deferred-record.ts'
import { partyOf } from '../receive/fetch-offer.ts'
import { finishIfWhole } from '../receive/finish-issuance.ts'
import { reload, slotOf } from '../receive/issuance-record.ts'
import { keepIssued } from '../receive/obtain-credential.ts'
import { tellAccepted } from '../receive/tell-issuer.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { askIssuer } from './ask-issuer.ts'

/** An issuer that is still to decide after this is not asked any more. */
const LONGEST_WAIT_SECONDS = 90 * 86_400
/** Of an issuer that does not hear what became of it. */
const MOST_TELLINGS = 5

type Leased = NonNullable<Awaited<ReturnType<typeof leasedRow>>>

/** May be done too often, late, or beside another's: it writes only while the lease is its own. */
export async function lookAtDeferred(wallet: Wallet, lease: Lease): Promise<void> {
  const row = await leasedRow(wallet, lease)
  if (row === undefined) return
  const owned: OwnedWallet = { id: row.walletId, accountId: row.accountId }
  try {
    if (row.state !== 'waiting') await followUp(wallet, owned, lease, row)
    else if (await askFor(wallet, owned, lease, row))
      await followUp(wallet, owned, lease, { ...row, attempts: 0 })
  } catch (error) {
    if (!(error instanceof LeaseOver)) throw error
  }
}

/** Whether it is over. */
async function askFor(wallet: Wallet, owned: OwnedWallet, lease: Lease, row: Leased): Promise<boolean> {
  const { attempts, content, issuanceId, since } = row
  const end = async (unissued: Unissued) => {
    await writeEnd(wallet, owned, lease, content, unissued)
    return true
  }
  if (since + LONGEST_WAIT_SECONDS < wallet.now()) return end({ code: 'waited_too_long' })
  const issuance = await reload(wallet, { id: issuanceId })
  const signer = await openKey(wallet, owned, issuance.keyId)
  if (!signer.ok) return end({ code: 'key_gone' })
  const answered = await askIssuer(wallet, issuance, content)
  if (answered.kind === 'over') return end(answered.unissued)
  if (answered.kind === 'later') {
    await waitLonger(wallet, lease, answered.intervalSeconds, attempts)
    return false
  }
  const { clientId, configuration, entitlement, issuer } = content
  const { metadata, authorizationServer } = issuer
  const step = {
    owned,
    issuer: { authorizationServer, metadata: { ...metadata, configurations: new Map<string, never>() } },
    entitlement,
    configuration,
    signer: signer.value,
    clientId,
    lease,
  }
  const kept = await keepIssued(wallet, answered.issuance, step, answered.response)
  return kept.ok || end({ code: 'unacceptable' })
}

/** With its entry in the history, once however often. */
async function writeEnd(
  wallet: Wallet,
  owned: OwnedWallet,
  lease: Lease,
  { configuration, issuer }: DeferredContent,
  unissued: Unissued,
): Promise<void> {
  const { format, id, look, type = id } = configuration
  const party = partyOf(issuer.metadata)
  const summary = { party, credentials: [describeType({ format, type, look })], unissued }
  await wallet.database.inTransaction(async (transaction) => {
    await settle(wallet, transaction, lease, 'refused', unissued)
    await recordEvent(
      wallet,
      transaction,
      owned,
      { action: 'receive', outcome: 'refused', summary },
      lease.id,
    )
  })
}

async function followUp(
  wallet: Wallet,
  owned: OwnedWallet,
  lease: Lease,
  { attempts, content, issuanceId: id }: Leased,
): Promise<void> {
  const issuance = await finishIfWhole(wallet, await reload(wallet, { id }))
  const credentials = await credentialsOfIssuance(wallet, owned, id)
  await Promise.all([tellAccepted(wallet, issuance), keepLogos(wallet, owned, credentials)])
  const { notices } = (await reload(wallet, { id })).progress
  const notice = notices?.[slotOf(content.entitlement)]
  const isToBeTold = notice !== undefined && notice.told === undefined && attempts < MOST_TELLINGS
  // Nobody else comes by who would tell it.
  if (isToBeTold) await waitLonger(wallet, lease, undefined, attempts)
  else await closeSettled(wallet, lease)
}
