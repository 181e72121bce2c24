/** W10: who I am here, how it looks, how it is entered, where it is open, and the way out with everything or with nothing. */
import './settings.css'
import { LinkButton } from '@countersign/ui/elements/button'
import { Part, Sheet } from '@countersign/ui/elements/sheet'
import { Heading } from '@countersign/ui/page/heading'
import { visitor } from '../account/session.ts'
import { own } from '../texts/own-texts.ts'
import { wallet } from '../texts/wallet-texts.ts'
import { LeavePart } from './leave-part.tsx'
import { LoginsPart } from './logins-part.tsx'
import { LookPart } from './look-part.tsx'
import { PasskeysPart } from './passkeys-part.tsx'
import { PasswordPart } from './password-part.tsx'
import { RecoveryPart } from './recovery-part.tsx'

export function SettingsPage({ walletId }: { readonly walletId: string }) {
  const t = own.value.settings
  if (visitor.value.state !== 'in') return null
  const { email, name } = visitor.value.session.account
  return (
    <div class="column stack" data-gap="l">
      <div class="stack" data-gap="s">
        <Heading title={t.title} product={wallet.value.product} />
        <p class="lede foreign">{email === undefined ? name : `${name} · ${email}`}</p>
        <p class="muted">{wallet.value.welcome.custody}</p>
      </div>
      <Sheet parts>
        <LookPart />
      </Sheet>
      <Sheet parts>
        <PasskeysPart />
        {email !== undefined && <PasswordPart />}
        <RecoveryPart />
      </Sheet>
      <Sheet parts>
        <LoginsPart />
      </Sheet>
      <Sheet parts>
        <Part label={t.advanced}>
          <div class="actions">
            <LinkButton href="/keys">{t.keys}</LinkButton>
          </div>
        </Part>
        <LeavePart walletId={walletId} />
      </Sheet>
    </div>
  )
}
