/**
 * Passkeys of operators (WebAuthn Level 3): discoverable, with the user verified, without attestation. The library that judges
 * answers is loaded when the first one comes. Options are written here: they are data.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Kysely } from 'kysely'
import type { PortalTables } from '../database/schema.ts'
import type { Operator, Operators } from '../portal.ts'
import { type ChallengePurpose, newChallenge, takeChallenge } from './challenges.ts'

export interface PasskeyRefused {
  readonly code: 'passkey_refused'
}

export interface TooManyPasskeys {
  readonly code: 'passkeys_too_many'
  readonly maximum: number
}

/** A key that was made and proved, not yet kept. */
export interface ProvedPasskey {
  readonly credentialId: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
}

/** COSE: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257]
const MAX_PASSKEYS = 10
const refused: PasskeyRefused = { code: 'passkey_refused' }

/** §5.4, as JSON. */
export async function registrationOptions(operators: Operators, operator: Operator): Promise<JsonObject> {
  const { id, name } = operator
  return {
    challenge: await newChallenge(operators, `register:${id}`),
    rp: { id: relyingPartyId(operators), name: 'Countersign' },
    user: { id: encodeBase64url(new TextEncoder().encode(id)), name, displayName: name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    excludeCredentials: (await passkeysOf(operators, id)).map(({ credentialId, transports }) => ({
      type: 'public-key',
      id: credentialId,
      transports: [...transports],
    })),
    attestation: 'none',
  }
}

/** §5.5, as JSON: whoever has a passkey of this portal. */
export async function loginOptions(operators: Operators): Promise<JsonObject> {
  return {
    challenge: await newChallenge(operators, 'login'),
    rpId: relyingPartyId(operators),
    userVerification: 'required',
  }
}

/** §7.1. */
export async function provePasskey(
  operators: Operators,
  operator: Operator,
  credential: JsonObject,
): Promise<Result<ProvedPasskey, PasskeyRefused>> {
  // Somebody's already: nothing of it may come to another account.
  if ((await findPasskey(operators, credential.id)) !== undefined) return refuse(refused)
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  // Checked by the library member by member; what it cannot read it throws about.
  const response = credential as unknown as RegistrationResponseJSON
  const judged = await judge(() =>
    verifyRegistrationResponse({ response, ...expected(operators, `register:${operator.id}`) }),
  )
  if (judged?.verified !== true) return refuse(refused)
  const { id, publicKey, counter, transports = [] } = judged.registrationInfo.credential
  return ok({ credentialId: id, publicKey, counter, transports: transports.filter(isTransport).slice(0, 10) })
}

export async function keepPasskey(
  operators: Operators,
  operator: Operator,
  { counter, credentialId, publicKey, transports }: ProvedPasskey,
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
  const key = JSON.stringify({ credentialId, publicKey: encodeBase64url(publicKey), transports })
  const made = await db
    .insertInto('operator_passkeys')
    .values({
      id,
      operator_id: operator.id,
      key_sealed: operators.columns.seal(['operator_passkeys', id, 'key'], key),
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

/** §7.2: whose passkey answered; the caller logs that operator in. */
export async function operatorOfPasskey(
  operators: Operators,
  credential: JsonObject,
): Promise<Result<{ readonly operatorId: string }, PasskeyRefused>> {
  const known = await findPasskey(operators, credential.id)
  if (known === undefined) return refuse(refused)
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const response = credential as unknown as AuthenticationResponseJSON
  const { credentialId, publicKey } = known.key
  const bytes = decodeBase64url(publicKey)
  if (bytes === undefined) return refuse(refused)
  const judged = await judge(() =>
    verifyAuthenticationResponse({
      response,
      ...expected(operators, 'login'),
      credential: { id: credentialId, publicKey: new Uint8Array(bytes), counter: known.counter },
    }),
  )
  if (judged?.verified !== true) return refuse(refused)
  const counter = judged.authenticationInfo.newCounter
  await operators.database.db
    .updateTable('operator_passkeys')
    .set({ counter })
    .where('id', '=', known.id)
    .where('counter', '<=', counter)
    .execute()
  return ok({ operatorId: known.operatorId })
}

/** What the browser says of it, for the next time: a hint, and short. */
function isTransport(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z-]{1,20}$/.test(text)
}

interface KeptKey {
  readonly credentialId: string
  readonly publicKey: string
  readonly transports: readonly string[]
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

async function passkeysOf(operators: Operators, operatorId: string): Promise<readonly KeptKey[]> {
  const rows = await operators.database.db
    .selectFrom('operator_passkeys')
    .select(['id', 'key_sealed'])
    .where('operator_id', '=', operatorId)
    .execute()
  return rows.map(({ id, key_sealed }) => keyOf(operators, id, key_sealed))
}

function keyOf({ columns }: Operators, id: string, sealed: string): KeptKey {
  // Written by this file, and the seal answers for that.
  return JSON.parse(columns.open(['operator_passkeys', id, 'key'], sealed)) as KeptKey
}

function expected(operators: Operators, purpose: ChallengePurpose) {
  return {
    expectedChallenge: (challenge: string) => takeChallenge(operators, purpose, challenge),
    expectedOrigin: new URL(operators.baseUrl).origin,
    expectedRPID: relyingPartyId(operators),
    requireUserVerification: true,
  }
}

/** §5.1.2: the host; a port is not part of it. */
function relyingPartyId({ baseUrl }: Operators): string {
  return new URL(baseUrl).hostname
}

/** What the library throws about is an answer of somebody else; that a store is away is not. */
async function judge<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify()
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('Store')) throw error
    return undefined
  }
}
