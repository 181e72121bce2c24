/** Whose cards these are, for somebody with several wallets. */
import { plainName } from '@countersign/ui/elements/plain-name'
import { Select } from '@countersign/ui/forms/select'
import { openWallet, visitor } from '../account/session.ts'
import { wallet } from '../texts/wallet-texts.ts'

export function WalletChoice() {
  const who = visitor.value
  if (who.state !== 'in' || who.wallets.length < 2) return null
  return (
    <Select
      label={wallet.value.home.wallet}
      value={who.walletId}
      options={who.wallets.map(({ id, name }) => ({ value: id, label: plainName(name) }))}
      onChange={openWallet}
    />
  )
}
