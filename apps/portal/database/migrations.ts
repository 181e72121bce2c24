/** How the portal's tables came to be, in order. Once released a migration is never changed; the next one is added. */
import type { Migration } from '@countersign/stores/sql/migrate'
import type { Kysely } from 'kysely'

// Migrations are written against the tables of their time, which no type of today describes.
type Untyped = Kysely<unknown>

export const portalMigrations: Readonly<Record<string, Migration>> = {
  '2026-12-operators': {
    up: async (db: Untyped) => {
      await createOperators(db)
      await createCounters(db)
    },
  },
}

async function createOperators(db: Untyped): Promise<void> {
  await db.schema
    .createTable('operators')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name_hash', 'text', (column) => column.notNull().unique())
    .addColumn('name_sealed', 'text', (column) => column.notNull())
    .addColumn('password_sealed', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await ofOperator(db, 'operator_links')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await ofOperator(db, 'operator_sessions')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await ofOperator(db, 'operator_passkeys')
    .addColumn('key_sealed', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  for (const table of ['operator_links', 'operator_sessions', 'operator_passkeys'])
    await db.schema.createIndex(`${table}_operator`).on(table).column('operator_id').execute()
}

function ofOperator(db: Untyped, table: string) {
  return db.schema
    .createTable(table)
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('operator_id', 'text', (column) => column.notNull().references('operators.id'))
}

async function createCounters(db: Untyped): Promise<void> {
  await db.schema
    .createTable('operator_attempts')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('minute', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('portal_settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}
