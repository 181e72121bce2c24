/**
 * What a log-in leaves in a browser's hands: 256 random bits in a cookie. Only their SHA-256 is kept. A session counts on every
 * instance from the moment it is written, and on none from the moment it is taken back; it ends by itself after some hours,
 * however often it is used.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import type { Kysely } from 'kysely'
import type { PortalTables } from '../database/schema.ts'
import type { Operator, Operators } from '../portal.ts'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

export interface OperatorSession {
  readonly operator: Operator
  /** What a page of ours has to show beside the cookie before it changes something. */
  readonly csrf: string
}

/** `db`: the transaction that the log-in is part of, where it is. */
export async function beginSession(
  operators: Operators,
  operatorId: string,
  db: Kysely<PortalTables> = operators.database.db,
): Promise<string> {
  const now = operators.now()
  const token = encodeBase64url(operators.crypto.randomBytes(32))
  await db
    .deleteFrom('operator_sessions')
    .where('operator_id', '=', operatorId)
    .where('expires_at', '<=', now)
    .execute()
  await db
    .insertInto('operator_sessions')
    .values({
      id: await sessionId(operators, token),
      operator_id: operatorId,
      created_at: now,
      expires_at: now + operators.sessionSeconds,
    })
    .execute()
  return token
}

/** Undefined for a token that is unknown, over or taken back. */
export async function sessionOf(operators: Operators, token: string): Promise<OperatorSession | undefined> {
  if (!TOKEN.test(token)) return undefined
  const id = await sessionId(operators, token)
  const found = await operators.database.db
    .selectFrom('operator_sessions')
    .innerJoin('operators', 'operators.id', 'operator_sessions.operator_id')
    .select(['operators.id', 'operators.name_sealed'])
    .where('operator_sessions.id', '=', id)
    .where('operator_sessions.expires_at', '>', operators.now())
    .executeTakeFirst()
  if (found === undefined) return undefined
  const name = operators.columns.open(['operators', found.id, 'name'], found.name_sealed)
  return { operator: { id: found.id, name }, csrf: await operators.columns.hash('csrf', id) }
}

export async function endSession(operators: Operators, token: string): Promise<void> {
  if (!TOKEN.test(token)) return
  await operators.database.db
    .deleteFrom('operator_sessions')
    .where('id', '=', await sessionId(operators, token))
    .execute()
}

function sessionId({ crypto }: Operators, token: string): Promise<string> {
  return Promise.resolve(crypto.digestBase64url('sha-256', token))
}
