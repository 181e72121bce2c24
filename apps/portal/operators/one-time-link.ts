/**
 * The way in: a link that the command `countersign operator add` prints for somebody. It works for ten minutes and once, whoever
 * is first, on whichever instance; only its hash is kept. What it carries stands behind `#`, so no server and no log sees it.
 * A new link for the same name takes the place of the old one: that is how somebody who lost a passkey comes back.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Transaction } from 'kysely'
import type { PortalTables } from '../database/schema.ts'
import type { Operator, Operators } from '../portal.ts'
import { canonicalName } from './names.ts'

export const LINK_SECONDS = 600

export interface LinkUnusable {
  readonly code: 'link_unusable'
}

export interface NewLink {
  readonly url: string
  readonly expiresAt: number
  /** There was an operator of this name already. */
  readonly known: boolean
}

/** Also makes the operator, if there is none of this name. */
export async function makeLink(
  operators: Operators,
  text: string,
): Promise<Result<NewLink, { readonly code: 'name_malformed' }>> {
  const name = canonicalName(text)
  if (name === undefined) return refuse({ code: 'name_malformed' })
  const token = encodeBase64url(operators.crypto.randomBytes(32))
  const expiresAt = operators.now() + LINK_SECONDS
  const id = await linkId(operators, token)
  const nameHash = await operators.columns.hash('name', name)
  const known = await operators.database.inTransaction(async (transaction) => {
    const made = await insertOperator(operators, transaction, name, nameHash)
    const { id: operatorId } = await transaction
      .selectFrom('operators')
      .select('id')
      .where('name_hash', '=', nameHash)
      .executeTakeFirstOrThrow()
    await transaction.deleteFrom('operator_links').where('operator_id', '=', operatorId).execute()
    await transaction
      .insertInto('operator_links')
      .values({ id, operator_id: operatorId, expires_at: expiresAt })
      .execute()
    return !made
  })
  return ok({ url: `${operators.baseUrl}/begin#${token}`, expiresAt, known })
}

export interface OpenedLink {
  readonly operator: Operator
  readonly expiresAt: number
}

/** Looks at a link without using it. */
export async function openLink(
  operators: Operators,
  token: string,
): Promise<Result<OpenedLink, LinkUnusable>> {
  const found = await operators.database.db
    .selectFrom('operator_links')
    .innerJoin('operators', 'operators.id', 'operator_links.operator_id')
    .select(['operators.id', 'operators.name_sealed', 'operator_links.expires_at'])
    .where('operator_links.id', '=', await linkId(operators, token))
    .where('operator_links.expires_at', '>', operators.now())
    .executeTakeFirst()
  if (found === undefined) return refuse({ code: 'link_unusable' })
  const { expires_at, id, name_sealed } = found
  const name = operators.columns.open(['operators', id, 'name'], name_sealed)
  return ok({ operator: { id, name }, expiresAt: expires_at })
}

/** Within the transaction that writes what the link is for. False: somebody was first, or its time is over. */
export async function spendLink(
  operators: Operators,
  transaction: Transaction<PortalTables>,
  token: string,
): Promise<boolean> {
  const spent = await transaction
    .deleteFrom('operator_links')
    .where('id', '=', await linkId(operators, token))
    .where('expires_at', '>', operators.now())
    .returning('id')
    .executeTakeFirst()
  return spent !== undefined
}

async function insertOperator(
  { columns, newId, now }: Operators,
  transaction: Transaction<PortalTables>,
  name: string,
  nameHash: string,
): Promise<boolean> {
  const id = newId()
  const made = await transaction
    .insertInto('operators')
    .values({
      id,
      name_hash: nameHash,
      name_sealed: columns.seal(['operators', id, 'name'], name),
      password_sealed: null,
      created_at: now(),
    })
    .onConflict((conflict) => conflict.column('name_hash').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

function linkId({ crypto }: Operators, token: string): Promise<string> {
  return Promise.resolve(crypto.digestBase64url('sha-256', token))
}
