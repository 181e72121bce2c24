/** Copies of credentials and what more is fetched with. New tables, and a column that may be empty. */
import { type Kysely, sql } from 'kysely'

type Untyped = Kysely<unknown>

/** An instance of an earlier release deletes credentials and wallets and knows nothing of these tables. */
export async function createCopies(db: Untyped): Promise<void> {
  await db.schema
    .createTable('credential_copies')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('wallet_id', 'text', (column) => column.notNull())
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('credentials.id').onDelete('cascade'),
    )
    .addColumn('key_sealed', 'text', (column) => column.notNull())
    .addColumn('content_sealed', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .addColumn('used_for', 'text')
    .addColumn('uses', 'integer', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('credential_copies_credential')
    .on('credential_copies')
    .column('credential_id')
    .execute()
  await db.schema
    .createIndex('credential_copies_wallet')
    .on('credential_copies')
    .columns(['wallet_id', 'credential_id'])
    .execute()
  await createRenewals(db)
}

async function createRenewals(db: Untyped): Promise<void> {
  await db.schema
    .createTable('renewals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('wallet_id', 'text', (column) => column.notNull().references('wallets.id').onDelete('cascade'))
    .addColumn('state_sealed', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('leased_until', 'bigint')
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('next_at', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('renewals_wallet').on('renewals').column('wallet_id').execute()
  await db.schema.alterTable('credentials').addColumn('renewal_id', 'text').execute()
  await sql`create index credentials_renewal on credentials (renewal_id) where renewal_id is not null`.execute(
    db,
  )
}
