/** How the wallet's tables came to be, in order. Once released a migration is never changed; the next one is added. */
import type { Migration } from '@countersign/stores/sql/migrate'
import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import { createCopies } from './copies-migration.ts'

// Migrations are written against the tables of their time, which no type of today describes.
type Untyped = Kysely<unknown>

export const walletMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-accounts': {
    up: async (db: Untyped) => {
      await createAccounts(db)
      await createWallets(db)
      await createExchanges(db)
    },
  },
  '2026-12-looks-and-hosted-dids': {
    up: async (db: Untyped) => {
      await db.schema.alterTable('credentials').addColumn('look_sealed', 'text').execute()
      await db.schema.alterTable('wallet_dids').addColumn('document_sealed', 'text').execute()
      await ofWallet(db.schema.createTable('hosted_dids')).execute()
    },
  },
  // New tables alone: instances of an earlier release go on beside those that know them.
  '2026-12-pages-and-passkeys': {
    up: async (db: Untyped) => {
      await createExchangesOfPages(db)
      await createPasskeys(db)
    },
  },
  // For those that wait to be forgotten: most rows keep nothing.
  '2026-12-untold-issuances': {
    up: async (db: Untyped) => {
      await sql`create index receptions_untold on receptions (created_at) where progress_sealed is not null`.execute(
        db,
      )
    },
  },
  // A column that may be empty, since what an earlier release writes has none, and a table that it does not know.
  '2026-12-what-was-told-and-pictures': {
    up: async (db: Untyped) => {
      await db.schema.alterTable('presentations').addColumn('receiver_hash', 'text').execute()
      await db.schema
        .createIndex('presentations_receiver')
        .on('presentations')
        .columns(['wallet_id', 'receiver_hash'])
        .execute()
      await createPictures(db)
    },
  },
  // New tables, indexes, and columns that may be absent.
  '2027-01-history-and-ways-back': {
    up: async (db: Untyped) => {
      await createEvents(db)
      await createWaysBack(db)
      await createCategories(db)
      await describeLogins(db)
      await db.schema.alterTable('wallets').addColumn('deleting_at', 'bigint').execute()
      await createMissingIndexes(db)
    },
  },
  '2027-02-copies': { up: createCopies },
  // A new table, whose rows go with what an earlier release deletes.
  '2027-03-deferred': { up: createDeferred },
}

async function createAccounts(db: Untyped): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email_hash', 'text', (column) => column.notNull().unique())
    .addColumn('email_sealed', 'text', (column) => column.notNull())
    .addColumn('name_sealed', 'text', (column) => column.notNull())
    .addColumn('password_sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await ofAccount(db.schema.createTable('tokens'))
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('tokens_account').on('tokens').column('account_id').execute()
  await db.schema
    .createTable('login_attempts')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('minute', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('wallet_settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}

async function createWallets(db: Untyped): Promise<void> {
  await ofAccount(db.schema.createTable('wallets'))
    .addColumn('name_sealed', 'text', (column) => column.notNull())
    .addColumn('default_did', 'text')
    .execute()
  await db.schema.createIndex('wallets_account').on('wallets').column('account_id').execute()
  await ofWallet(db.schema.createTable('wallet_keys'))
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('name_sealed', 'text')
    .addColumn('private_sealed', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('wallet_keys_wallet').on('wallet_keys').column('wallet_id').execute()
  await ofWallet(db.schema.createTable('wallet_dids'))
    .addColumn('key_id', 'text', (column) => column.notNull().references('wallet_keys.id'))
    .addColumn('did_sealed', 'text', (column) => column.notNull())
    .addColumn('alias_sealed', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('wallet_dids_wallet').on('wallet_dids').column('wallet_id').execute()
}

async function createExchanges(db: Untyped): Promise<void> {
  await ofWallet(db.schema.createTable('receptions'))
    .addColumn('offer_hash', 'text', (column) => column.notNull())
    // No reference: once the offer is taken up, the credentials alone hold on to the key.
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('progress_sealed', 'text')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addUniqueConstraint('receptions_offer', ['wallet_id', 'offer_hash'])
    .execute()
  await db.schema
    .createTable('credentials')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('wallet_id', 'text', (column) => column.notNull().references('wallets.id'))
    .addColumn('key_id', 'text', (column) => column.references('wallet_keys.id'))
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('content_sealed', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .addColumn('reception_id', 'text', (column) => column.notNull().references('receptions.id'))
    .addColumn('slot_hash', 'text', (column) => column.notNull())
    .addUniqueConstraint('credentials_slot', ['reception_id', 'slot_hash'])
    .execute()
  await db.schema.createIndex('credentials_wallet').on('credentials').column('wallet_id').execute()
  await ofWallet(db.schema.createTable('presentations'))
    .addColumn('request_hash', 'text', (column) => column.notNull())
    .addColumn('sent_sealed', 'text', (column) => column.notNull())
    .addColumn('answer_sealed', 'text')
    .addUniqueConstraint('presentations_request', ['wallet_id', 'request_hash'])
    .execute()
}

async function createExchangesOfPages(db: Untyped): Promise<void> {
  await ofWallet(db.schema.createTable('exchanges'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('resolved_sealed', 'text', (column) => column.notNull())
    .addColumn('decision_sealed', 'text')
    .addColumn('begun_at', 'bigint')
    .addColumn('result_sealed', 'text')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('exchanges_wallet').on('exchanges').column('wallet_id').execute()
}

async function createPictures(db: Untyped): Promise<void> {
  await ofWallet(db.schema.createTable('pictures'))
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('credentials.id').onDelete('cascade'),
    )
    .addColumn('content_sealed', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('pictures_wallet').on('pictures').column('wallet_id').execute()
  await db.schema.createIndex('pictures_credential').on('pictures').column('credential_id').execute()
}

async function createPasskeys(db: Untyped): Promise<void> {
  await ofAccount(db.schema.createTable('passkeys'))
    .addColumn('passkey_sealed', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute()
  await db.schema.createIndex('passkeys_account').on('passkeys').column('account_id').execute()
  await db.schema
    .createTable('spent_challenges')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
}

async function createEvents(db: Untyped): Promise<void> {
  await ofWallet(db.schema.createTable('events'))
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('summary_sealed', 'text', (column) => column.notNull())
    .addColumn('values_sealed', 'text')
    .execute()
  // A page is read in the order of the index, whether it is of one action or of all.
  const inOrder = ['created_at', 'id']
  await db.schema
    .createIndex('events_wallet')
    .on('events')
    .columns(['wallet_id', ...inOrder])
    .execute()
  await db.schema
    .createIndex('events_action')
    .on('events')
    .columns(['wallet_id', 'action', ...inOrder])
    .execute()
  await db.schema
    .createTable('event_credentials')
    .addColumn('event_id', 'text', (column) => column.notNull().references('events.id').onDelete('cascade'))
    .addColumn('wallet_id', 'text', (column) => column.notNull())
    .addColumn('credential_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_credentials_pair', ['event_id', 'credential_hash'])
    .execute()
  await db.schema
    .createIndex('event_credentials_in_order')
    .on('event_credentials')
    .columns(['wallet_id', 'credential_hash', 'created_at', 'event_id'])
    .execute()
}

async function createWaysBack(db: Untyped): Promise<void> {
  await ofAccount(db.schema.createTable('recovery_codes')).execute()
  await db.schema.createIndex('recovery_codes_account').on('recovery_codes').column('account_id').execute()
  await ofAccount(db.schema.createTable('reset_links'))
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('reset_links_account').on('reset_links').column('account_id').execute()
}

async function createCategories(db: Untyped): Promise<void> {
  await ofWallet(db.schema.createTable('categories'))
    .addColumn('name_hash', 'text', (column) => column.notNull())
    .addColumn('name_sealed', 'text', (column) => column.notNull())
    .addUniqueConstraint('categories_name', ['wallet_id', 'name_hash'])
    .execute()
  // An instance of an earlier release deletes credentials and knows nothing of this table.
  await db.schema
    .createTable('credential_categories')
    .addColumn('category_id', 'text', (column) =>
      column.notNull().references('categories.id').onDelete('cascade'),
    )
    .addColumn('credential_id', 'text', (column) =>
      column.notNull().references('credentials.id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('credential_categories_pair', ['category_id', 'credential_id'])
    .execute()
  await db.schema
    .createIndex('credential_categories_credential')
    .on('credential_categories')
    .column('credential_id')
    .execute()
  await db.schema
    .createTable('holder_settings')
    .addColumn('wallet_id', 'text', (column) => column.primaryKey().references('wallets.id'))
    .addColumn('settings_sealed', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('retired_dids')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .execute()
}

async function describeLogins(db: Untyped): Promise<void> {
  await db.schema.alterTable('tokens').addColumn('made_by', 'text').execute()
  await db.schema.alterTable('tokens').addColumn('client_sealed', 'text').execute()
  await db.schema.alterTable('tokens').addColumn('used_at', 'bigint').execute()
  await db.schema
    .createIndex('tokens_in_order')
    .on('tokens')
    .columns(['account_id', 'created_at', 'id'])
    .execute()
}

/** Whoever deletes a key asks who needs it, and whoever deletes a wallet what refers to it: in every row there is, without these. */
async function createMissingIndexes(db: Untyped): Promise<void> {
  for (const [table, column] of [
    ['credentials', 'key_id'],
    ['wallet_dids', 'key_id'],
    ['receptions', 'key_id'],
    ['hosted_dids', 'wallet_id'],
    ['login_attempts', 'minute'],
  ] as const)
    await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute()
}

async function createDeferred(db: Untyped): Promise<void> {
  await db.schema
    .createTable('deferred_credentials')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('wallet_id', 'text', (column) => column.notNull().references('wallets.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('reception_id', 'text', (column) =>
      column.notNull().references('receptions.id').onDelete('cascade'),
    )
    .addColumn('slot_hash', 'text', (column) => column.notNull())
    .addColumn('content_sealed', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('next_at', 'bigint')
    .addColumn('earliest_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('fence', 'integer', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addUniqueConstraint('deferred_credentials_slot', ['reception_id', 'slot_hash'])
    .execute()
  await db.schema
    .createIndex('deferred_credentials_wallet')
    .on('deferred_credentials')
    .column('wallet_id')
    .execute()
  await sql`create index deferred_credentials_due on deferred_credentials (next_at) where next_at is not null`.execute(
    db,
  )
}

function ofAccount(table: CreateTableBuilder<string, never>) {
  return table
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
}

function ofWallet(table: CreateTableBuilder<string, never>) {
  return table
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('wallet_id', 'text', (column) => column.notNull().references('wallets.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
}
