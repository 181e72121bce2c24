/** Why something did not work, in a sentence of ours: what happened, and whether anything changed. */
import type { CallFailure } from '@countersign/ui/http/fetch-json'
import { isAtAddress } from '@countersign/ui/login/passkeys'
import { wallet } from '../texts/wallet-texts.ts'

export function whyNot({ code, kind, status }: CallFailure): string {
  const t = wallet.value.welcome
  if (code === 'passkey_not_used') return t.passkeyFailed
  if (code === 'passwords_off') return t.passwordsOff
  if (status === 429) return t.tooMany
  return kind === 'unreachable' || kind === 'late' || status >= 502 ? t.noAnswer : t.failed
}

/** The reason that the service names; where it names none, its code is the status once more. */
export function reasonIn({ code, status }: CallFailure): string | undefined {
  return code === String(status) ? undefined : code
}

/** Where a browser has none, or where nobody can: passkeys are for names. `withPassword`: there is that other way. */
export function whyNoPasskeys(withPassword: boolean): string {
  const t = wallet.value.welcome
  if (isAtAddress()) return withPassword ? t.noPasskeysAtAddress : t.noWayAtAddress
  return withPassword ? t.noPasskeys : t.noWay
}
