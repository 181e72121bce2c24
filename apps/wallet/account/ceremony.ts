/**
 * What an authenticator is asked (WebAuthn Level 3 §7): the challenge and whom it is for, sealed, in the hands of whoever asked,
 * so that asking costs no row. A challenge counts for five minutes, for this purpose, and once: who answers it with a signature
 * that holds leaves a mark, and of two at once, on whichever instances, one finds it free.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { SealedValueUnreadable } from '@countersign/stores/sql/sealed-columns'
import type { Wallet } from '../wallet.ts'

export type CeremonyKind = 'registration' | 'login' | 'confirmation' | 'reset'

/** Whom a registration is for; a login is for whoever has the passkey. */
export interface CeremonySubject {
  readonly accountId: string
  readonly name: string
  /** The account is made when the passkey is. */
  readonly isNew: boolean
}

export interface Ceremony {
  /** base64url. */
  readonly challenge: string
  readonly expiresAt: number
  readonly subject?: CeremonySubject | undefined
}

export type CeremonyRefusal = { readonly code: 'ceremony_unknown' } | { readonly code: 'ceremony_spent' }

export const CEREMONY_SECONDS = 300

export function beginCeremony(
  wallet: Wallet,
  kind: CeremonyKind,
  subject?: CeremonySubject,
): { readonly ceremony: string; readonly challenge: string } {
  const challenge = encodeBase64url(wallet.crypto.randomBytes(32))
  const facts: Ceremony = { challenge, expiresAt: wallet.now() + CEREMONY_SECONDS, subject }
  return { challenge, ceremony: wallet.columns.seal(placeOf(kind), JSON.stringify(facts)) }
}

export function openCeremony(
  wallet: Wallet,
  kind: CeremonyKind,
  ceremony: string,
): Result<Ceremony, CeremonyRefusal> {
  const text = unsealed(wallet, kind, ceremony)
  if (text === undefined) return refuse({ code: 'ceremony_unknown' })
  const facts: Ceremony = JSON.parse(text)
  return facts.expiresAt > wallet.now() ? ok(facts) : refuse({ code: 'ceremony_unknown' })
}

/** Asked after everything else was found right: whoever sends nonsense spends nothing. */
export async function spendCeremony(
  wallet: Wallet,
  { challenge, expiresAt }: Ceremony,
): Promise<Result<undefined, CeremonyRefusal>> {
  const { columns, database, now } = wallet
  await database.db.deleteFrom('spent_challenges').where('expires_at', '<=', now()).execute()
  const spent = await database.db
    .insertInto('spent_challenges')
    .values({ id: await columns.hash('challenge', challenge), expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return spent === undefined ? refuse({ code: 'ceremony_spent' }) : ok(undefined)
}

function unsealed({ columns }: Wallet, kind: CeremonyKind, ceremony: string): string | undefined {
  try {
    return columns.open(placeOf(kind), ceremony)
  } catch (error) {
    if (error instanceof SealedValueUnreadable) return undefined
    throw error
  }
}

function placeOf(kind: CeremonyKind): readonly ['passkeys', string, string] {
  return ['passkeys', 'ceremony', kind]
}
