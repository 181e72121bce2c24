/**
 * A card that its issuer issued anew: the same card, under the same id, with what came in the place of what was there. All of it
 * happens or nothing does.
 */
import { addCopies, dropCopies } from '../copies/copies.ts'
import { sameContent } from '../copies/same-content.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { findCredential, findOrigin, type NewCredential, slotHash } from './credentials.ts'

/** Its id; undefined for a card that is gone. `replaces`: copies that go, beside those that say something else than the new ones. */
export async function replaceCredential(
  wallet: Wallet,
  owned: OwnedWallet,
  { credentialId, replaces }: { readonly credentialId: string; readonly replaces: 'used' | 'all' },
  { alongside, content, copies, format, held, issuanceId, keyId, look, slot }: NewCredential,
): Promise<string | undefined> {
  const { columns, database, formats } = wallet
  const before = await findCredential(wallet, owned, credentialId)
  const origin = await findOrigin(wallet, owned, credentialId)
  if (!before.ok || origin === undefined) return undefined
  const hash = await slotHash(columns, issuanceId, slot)
  const isSame = sameContent(formats.spoken(held.format), before.value.held, held)
  const which = copies !== undefined && isSame ? replaces : 'all'
  return database.inTransaction(async (transaction) => {
    await alongside?.(transaction)
    const replaced = await transaction
      .updateTable('credentials')
      .set({
        key_id: keyId ?? null,
        format,
        content_sealed: columns.seal(['credentials', credentialId, 'content'], content),
        look_sealed:
          look === undefined
            ? null
            : columns.seal(['credentials', credentialId, 'look'], JSON.stringify(look)),
        reception_id: issuanceId,
        slot_hash: hash,
      })
      .where('id', '=', credentialId)
      .where('wallet_id', '=', owned.id)
      .returning('id')
      .executeTakeFirst()
    if (replaced === undefined) return undefined
    await dropCopies(wallet, transaction, credentialId, which)
    // What is drawn has claims in it.
    if (!isSame) await transaction.deleteFrom('pictures').where('credential_id', '=', credentialId).execute()
    // An offer is remembered, so that taking it up again gives the same; what was between is not.
    if (origin.issuanceId !== origin.renewalId && origin.issuanceId !== issuanceId)
      await transaction.deleteFrom('receptions').where('id', '=', origin.issuanceId).execute()
    await addCopies(wallet, transaction, { walletId: owned.id, credentialId }, copies ?? [])
    return credentialId
  })
}
