/**
 * Passkeys of operators (WebAuthn Level 3): discoverable, with the user verified, without attestation. A challenge is spent by an
 * answer that holds.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { loginOptionsJson, registrationOptionsJson } from '@countersign/service/login/passkey-options'
import {
  challengeIn,
  hasCountedOn,
  type NewKey,
  type RelyingParty,
  type StoredKey,
  verifyLogin,
  verifyRegistration,
} from '@countersign/service/login/read-authenticator'
import type { Kysely } from 'kysely'
import type { PortalTables } from '../database/schema.ts'
import type { Operator, Operators } from '../portal.ts'
import { type ChallengePurpose, isOpenChallenge, newChallenge, spendChallenge } from './challenges.ts'

export interface PasskeyRefused {
  readonly code: 'passkey_refused'
}

export interface TooManyPasskeys {
  readonly code: 'passkeys_too_many'
  readonly maximum: number
}

const MAX_PASSKEYS = 10
const refused: PasskeyRefused = { code: 'passkey_refused' }

export async function registrationOptions(operators: Operators, operator: Operator): Promise<JsonObject> {
  return registrationOptionsJson(relyingParty(operators), {
    user: operator,
    challenge: await newChallenge(operators, `register:${operator.id}`),
    held: await passkeysOf(operators, operator.id),
  })
}

/** For whoever has a passkey of this portal. */
export async function loginOptions(operators: Operators): Promise<JsonObject> {
  return loginOptionsJson(relyingParty(operators), await newChallenge(operators, 'login'))
}

/** A key that was made and proved, not yet kept. */
export async function provePasskey(
  operators: Operators,
  operator: Operator,
  credential: JsonObject,
): Promise<Result<NewKey, PasskeyRefused>> {
  // Somebody's already: nothing of it may come to another account.
  if ((await findPasskey(operators, credential.id)) !== undefined) return refuse(refused)
  const challenge = await challengeFor(operators, `register:${operator.id}`, credential)
  if (challenge === undefined) return refuse(refused)
  const made = await verifyRegistration(relyingParty(operators), challenge, credential)
  return made.ok && (await spendChallenge(operators, challenge)) ? made : refuse(refused)
}

export async function keepPasskey(
  operators: Operators,
  operator: Operator,
  { counter, credentialId, publicKey, transports }: NewKey,
  db: Kysely<PortalTables> = operators.database.db,
): Promise<Result<undefined, PasskeyRefused | TooManyPasskeys>> {
  const id = await operators.columns.hash('passkey', credentialId)
  const held = await db
    .selectFrom('operator_passkeys')
    .select('id')
    .where('operator_id', '=', operator.id)
    .limit(MAX_PASSKEYS)
    .execute()
  if (held.length >= MAX_PASSKEYS) return refuse({ code: 'passkeys_too_many', maximum: MAX_PASSKEYS })
  const key: StoredKey = { credentialId, publicKey, transports }
  const made = await db
    .insertInto('operator_passkeys')
    .values({
      id,
      operator_id: operator.id,
      key_sealed: operators.columns.seal(['operator_passkeys', id, 'key'], JSON.stringify(key)),
      counter,
      created_at: operators.now(),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made === undefined ? refuse(refused) : ok(undefined)
}

export async function countPasskeys({ database }: Operators, operatorId: string): Promise<number> {
  const held = await database.db
    .selectFrom('operator_passkeys')
    .select('id')
    .where('operator_id', '=', operatorId)
    .execute()
  return held.length
}

/** Whose passkey answered; the caller logs that operator in. */
export async function operatorOfPasskey(
  operators: Operators,
  credential: JsonObject,
): Promise<Result<{ readonly operatorId: string }, PasskeyRefused>> {
  const known = await findPasskey(operators, credential.id)
  const challenge = await challengeFor(operators, 'login', credential)
  if (known === undefined || challenge === undefined) return refuse(refused)
  const answered = await verifyLogin(relyingParty(operators), challenge, credential, known.key)
  if (!answered.ok || !hasCountedOn(known.counter, answered.value)) return refuse(refused)
  if (!(await spendChallenge(operators, challenge))) return refuse(refused)
  await operators.database.db
    .updateTable('operator_passkeys')
    .set({ counter: answered.value })
    .where('id', '=', known.id)
    .where('counter', '<=', answered.value)
    .execute()
  return ok({ operatorId: known.operatorId })
}

async function findPasskey(operators: Operators, credentialId: unknown) {
  if (typeof credentialId !== 'string' || credentialId.length > 2000) return undefined
  const id = await operators.columns.hash('passkey', credentialId)
  const row = await operators.database.db
    .selectFrom('operator_passkeys')
    .select(['operator_id', 'key_sealed', 'counter'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { id, operatorId: row.operator_id, counter: row.counter, key: keyOf(operators, id, row.key_sealed) }
}

async function passkeysOf(operators: Operators, operatorId: string): Promise<readonly StoredKey[]> {
  const rows = await operators.database.db
    .selectFrom('operator_passkeys')
    .select(['id', 'key_sealed'])
    .where('operator_id', '=', operatorId)
    .execute()
  return rows.map(({ id, key_sealed }) => keyOf(operators, id, key_sealed))
}

function keyOf({ columns }: Operators, id: string, sealed: string): StoredKey {
  // Written by this file, and the seal answers for that.
  return JSON.parse(columns.open(['operator_passkeys', id, 'key'], sealed)) as StoredKey
}

/** Undefined where the answer is to no challenge of ours that is open. */
async function challengeFor(
  operators: Operators,
  purpose: ChallengePurpose,
  credential: JsonObject,
): Promise<string | undefined> {
  const challenge = challengeIn(credential)
  if (challenge === undefined) return undefined
  return (await isOpenChallenge(operators, purpose, challenge)) ? challenge : undefined
}

/** §5.1.2: the host; a port is not part of it. */
function relyingParty({ baseUrl }: Operators): RelyingParty {
  const { hostname, origin } = new URL(baseUrl)
  return { id: hostname, name: 'Countersign', isOwn: (page) => page === origin }
}
