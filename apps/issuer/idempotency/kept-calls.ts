/**
 * Calls under a key of their caller's, and what they were answered, for a day. A row is a turn first: whoever wrote it does the
 * call, and where he dies his turn ends, so that another may. What was answered is sealed, for there may be a private key in it;
 * key, caller and content are there as keyed hashes alone.
 */
import type { BegunCall, KeptCalls } from '@countersign/service/http/idempotent-calls'
import type { IdempotentCallRow, IssuerDatabase } from '../database/schema.ts'
import type { SealedColumns } from '../database/sealed-columns.ts'

export interface KeptCallsPorts {
  readonly database: IssuerDatabase
  readonly columns: SealedColumns
  /** Epoch seconds. */
  readonly now: () => number
  /** Random; no two turns have the same. */
  readonly newId: () => string
}

export const KEPT_SECONDS = 86_400
/** Longer than any call of ours takes. */
export const TURN_SECONDS = 30
const FORGET_EVERY_SECONDS = 60
const FORGOTTEN_AT_ONCE = 500
/** Each round means that somebody else changed the row in between. */
const MOST_ROUNDS = 5

export function openKeptCalls(ports: KeptCallsPorts): KeptCalls {
  let forgottenAt = Number.NEGATIVE_INFINITY
  return {
    async begin(call) {
      const now = Math.floor(ports.now())
      if (now - forgottenAt >= FORGET_EVERY_SECONDS) {
        forgottenAt = now
        await forgetOld(ports.database, now)
      }
      const { columns } = ports
      const [id, content] = await Promise.all([
        columns.hash('call', JSON.stringify([call.caller, call.route, call.key])),
        columns.hash('call_content', call.content),
      ])
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const begun = await tryToBegin(ports, { id, content, now })
        if (begun !== undefined) return begun
      }
      return { outcome: 'running' }
    },
  }
}

interface SoughtCall {
  readonly id: string
  readonly content: string
  readonly now: number
}

/** Undefined: what was read is not true any more. */
async function tryToBegin(ports: KeptCallsPorts, sought: SoughtCall): Promise<BegunCall | undefined> {
  const { columns, database } = ports
  const { id, content, now } = sought
  const turn = { turn: ports.newId(), turn_ends_at: now + TURN_SECONDS }
  const row = { id, content, ...turn, ends_at: now + KEPT_SECONDS, answer: null }
  if (await insert(database, row)) return begun(ports, row)
  const found = await find(database, id)
  if (found === undefined) return undefined
  if (now >= found.ends_at) {
    await remove(database, found)
    return undefined
  }
  if (found.content !== content) return { outcome: 'differs' }
  if (found.answer !== null)
    return { outcome: 'answered', answer: JSON.parse(columns.open(placeOf(id), found.answer)) }
  if (now < found.turn_ends_at) return { outcome: 'running' }
  return (await takeOver(database, found, turn)) ? begun(ports, { id, ...turn }) : undefined
}

function begun(
  { columns, database }: KeptCallsPorts,
  row: Pick<IdempotentCallRow, 'id' | 'turn'>,
): BegunCall {
  return {
    outcome: 'begun',
    turn: {
      keep: (answer) => keep(database, row, columns.seal(placeOf(row.id), JSON.stringify(answer))),
      giveBack: () => remove(database, row),
    },
  }
}

function placeOf(id: string) {
  return ['idempotent_calls', id, 'answer'] as const
}

async function insert({ db }: IssuerDatabase, row: IdempotentCallRow): Promise<boolean> {
  const inserted = await db
    .insertInto('idempotent_calls')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

function find({ db }: IssuerDatabase, id: string): Promise<IdempotentCallRow | undefined> {
  return db.selectFrom('idempotent_calls').selectAll().where('id', '=', id).executeTakeFirst()
}

type Turn = Pick<IdempotentCallRow, 'id' | 'turn'>

/** Of this turn only: another's stays. */
async function remove({ db }: IssuerDatabase, { id, turn }: Turn): Promise<void> {
  await db.deleteFrom('idempotent_calls').where('id', '=', id).where('turn', '=', turn).execute()
}

async function takeOver(
  { db }: IssuerDatabase,
  { id, turn }: Turn,
  next: Pick<IdempotentCallRow, 'turn' | 'turn_ends_at'>,
): Promise<boolean> {
  const taken = await db
    .updateTable('idempotent_calls')
    .set(next)
    .where('id', '=', id)
    .where('turn', '=', turn)
    .where('answer', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

async function keep({ db }: IssuerDatabase, { id, turn }: Turn, answer: string): Promise<boolean> {
  const kept = await db
    .updateTable('idempotent_calls')
    .set({ answer })
    .where('id', '=', id)
    .where('turn', '=', turn)
    .where('answer', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return kept !== undefined
}

async function forgetOld({ db }: IssuerDatabase, now: number): Promise<void> {
  await db
    .deleteFrom('idempotent_calls')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('idempotent_calls').select('id').where('ends_at', '<=', now).limit(FORGOTTEN_AT_ONCE),
    )
    .execute()
}
