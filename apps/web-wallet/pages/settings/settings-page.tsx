/** W10: who I am here, how it looks, how it is entered, where it is open, and the way out with everything or with nothing. */
import './settings.css'
import type { RecoveryCodesLeftAnswer } from '@countersign/api/wallet/access'
import type { CategoriesAnswer } from '@countersign/api/wallet/categories'
import type { LoginsAnswer } from '@countersign/api/wallet/logins'
import type { PasskeysAnswer } from '@countersign/api/wallet/passkeys'
import { LinkButton } from '@countersign/ui/elements/button'
import { plainName } from '@countersign/ui/elements/plain-name'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { Heading } from '@countersign/ui/page/heading'
import { ui } from '@countersign/ui/text/ui-texts'
import { type LoggedIn, visitor } from '../account/session.ts'
import { isThere, useList } from '../own/use-list.tsx'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { CategoriesPart } from './categories-part.tsx'
import { LeavePart } from './leave-part.tsx'
import { LoginsPart } from './logins-part.tsx'
import { LookPart } from './look-part.tsx'
import { PasskeysPart } from './passkeys-part.tsx'
import { PasswordPart } from './password-part.tsx'
import { RecoveryPart } from './recovery-part.tsx'
import { WalletsPart } from './wallets-part.tsx'

export function SettingsPage() {
  const who = visitor.value
  return who.state === 'in' ? <Settings who={who} /> : null
}

/** Everything comes at once: nothing moves under a finger. */
function Settings({ who }: { readonly who: LoggedIn }) {
  const t = own.value.settings
  const { walletId, wallets } = who
  const { email, name } = who.session.account
  const passkeys = useList<PasskeysAnswer>('/auth/passkeys')
  const codes = useList<RecoveryCodesLeftAnswer>('/auth/recovery-codes')
  const logins = useList<LoginsAnswer>('/auth/logins')
  const categories = useList<CategoriesAnswer>(`/wallet/${walletId}/categories`)
  const there = [passkeys, codes, logins, categories].every(isThere)
  return (
    <div class="column stack" data-gap="l" data-loading={!there || undefined}>
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede foreign">{email === undefined ? plainName(name) : `${plainName(name)} · ${email}`}</p>
        <p class="muted">{wallet.value.welcome.custody}</p>
      </div>
      {!there && <p class="muted">{ui.value.loading}</p>}
      {there && (
        <>
          <Sheet parts>
            <LookPart />
          </Sheet>
          <Sheet parts>
            <PasskeysPart list={passkeys} />
            {email !== undefined && <PasswordPart onChanged={logins.reload} />}
            <RecoveryPart list={codes} />
          </Sheet>
          <Sheet parts>
            <LoginsPart list={logins} />
          </Sheet>
          <Sheet parts>
            <WalletsPart who={who} />
            <CategoriesPart walletId={walletId} list={categories} />
          </Sheet>
          <Sheet parts>
            <Part label={t.advanced}>
              <div class="actions">
                <LinkButton href="/keys">{t.keys}</LinkButton>
              </div>
            </Part>
            <LeavePart walletId={walletId} wallets={wallets.length} />
          </Sheet>
        </>
      )}
    </div>
  )
}
