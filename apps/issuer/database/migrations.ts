/** How the issuer's tables came to be, in order. Once released a migration is never changed; the next one is added. */
import type { Migration } from '@countersign/stores/sql/migrate'
import { type Kysely, sql } from 'kysely'

// Migrations are written against the tables of their time, which no type of today describes.
type Untyped = Kysely<unknown>

export const issuerMigrations: Readonly<Record<string, Migration>> = {
  '2026-11-issued-credentials': {
    up: async (db: Untyped) => {
      await createStatusLists(db)
      await createStatusChanges(db)
      await createIssuedCredentials(db)
    },
  },
  // A release before does not know it and writes none: its credentials name both lists of a pair.
  '2026-12-status-purpose': {
    up: async (db: Untyped) => {
      await db.schema.alterTable('issued_credentials').addColumn('purpose', 'text').execute()
    },
  },
  // A release before writes neither column: what it changes is told by the versions of lists (docs/decisions/054).
  '2027-01-credential-log': { up: addLogIndex },
  '2027-02-idempotent-calls': { up: createIdempotentCalls },
  '2027-03-profiles': { up: createProfiles },
  '2027-04-management-calls': { up: createManagementCalls },
  '2027-05-bulk': { up: createBulk },
  // The release before does not know keys, lets nobody in by one, and writes no name of a caller.
  '2027-06-api-keys': { up: createApiKeys },
}

async function createBulk(db: Untyped): Promise<void> {
  await createBulkJobs(db)
  await createBulkRows(db)
  // Of a profile that a release before wrote it is absent, and such a one is open to nobody.
  await db.schema.alterTable('profiles').addColumn('open_for', 'text').execute()
  await db.schema.createIndex('profiles_open').on('profiles').column('open_for').execute()
}

async function createBulkJobs(db: Untyped): Promise<void> {
  await db.schema
    .createTable('bulk_jobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('content', 'text')
    .addColumn('profile_name', 'text', (column) => column.notNull())
    .addColumn('profile_version', 'integer', (column) => column.notNull())
    .addColumn('terms', 'text')
    .addColumn('rows', 'integer', (column) => column.notNull())
    .addColumn('skipped', 'integer', (column) => column.notNull())
    .addColumn('mistakes', 'text')
    .addColumn('offered', 'integer', (column) => column.notNull())
    .addColumn('failed', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('ends_at', 'bigint')
    .addColumn('fence', 'integer', (column) => column.notNull())
    .addColumn('lease_ends_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('bulk_jobs_state').on('bulk_jobs').columns(['state', 'lease_ends_at']).execute()
  await db.schema.createIndex('bulk_jobs_end').on('bulk_jobs').column('ends_at').execute()
}

async function createBulkRows(db: Untyped): Promise<void> {
  await db.schema
    .createTable('bulk_rows')
    .addColumn('job_id', 'text', (column) => column.notNull().references('bulk_jobs.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('line', 'integer', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('external_id', 'text')
    .addColumn('content', 'text')
    .addColumn('outcome', 'text')
    .addPrimaryKeyConstraint('bulk_rows_key', ['job_id', 'position'])
    .execute()
}

async function createApiKeys(db: Untyped): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text')
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute()
  await db.schema.alterTable('management_calls').addColumn('caller_name', 'text').execute()
}

async function createManagementCalls(db: Untyped): Promise<void> {
  await db.schema
    .createTable('management_calls')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('caller', 'text')
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('status', 'integer')
    .execute()
  await db.schema.createIndex('management_calls_time').on('management_calls').columns(['at', 'id']).execute()
}

async function createProfiles(db: Untyped): Promise<void> {
  await db.schema
    .createTable('profiles')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('profile', 'text')
    .execute()
}

async function createIdempotentCalls(db: Untyped): Promise<void> {
  await db.schema
    .createTable('idempotent_calls')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('turn', 'text', (column) => column.notNull())
    .addColumn('turn_ends_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('answer', 'text')
    .execute()
  await db.schema.createIndex('idempotent_calls_end').on('idempotent_calls').column('ends_at').execute()
}

async function addLogIndex(db: Untyped): Promise<void> {
  await addCounter(db, 'issued_credentials', 'indexed_status')
  await addCounter(db, 'status_lists', 'indexed_version')
  await sql`update issued_credentials set indexed_status = (
    select status from status_changes
    where status_changes.list_id = issued_credentials.list_id and status_changes.idx = issued_credentials.idx
    order by version desc limit 1
  ) where exists (
    select 1 from status_changes
    where status_changes.list_id = issued_credentials.list_id and status_changes.idx = issued_credentials.idx
  )`.execute(db)
  await sql`update status_lists set indexed_version = version`.execute(db)
  await addIndex(db, 'issued_credentials_log', ['indexed_status', 'issued_at', 'id'])
  await addIndex(db, 'issued_credentials_log_of_type', [
    'configuration_id',
    'indexed_status',
    'issued_at',
    'id',
  ])
}

async function addCounter(db: Untyped, table: string, name: string): Promise<void> {
  await db.schema
    .alterTable(table)
    .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}

async function addIndex(db: Untyped, name: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(name)
    .on('issued_credentials')
    .columns([...columns])
    .execute()
}

async function createStatusLists(db: Untyped): Promise<void> {
  await db.schema
    .createTable('status_lists')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('base_url', 'text', (column) => column.notNull())
    .addColumn('permutation', 'text', (column) => column.notNull())
    .addColumn('series', 'integer', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('next_position', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('status_lists_series', ['kind', 'base_url', 'permutation', 'series'])
    .execute()
}

async function createStatusChanges(db: Untyped): Promise<void> {
  await db.schema
    .createTable('status_changes')
    .addColumn('list_id', 'text', (column) => column.notNull().references('status_lists.id'))
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('idx', 'integer', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('status_changes_key', ['list_id', 'version'])
    .execute()
  await db.schema
    .createIndex('status_changes_place')
    .on('status_changes')
    .columns(['list_id', 'idx', 'version'])
    .execute()
}

async function createIssuedCredentials(db: Untyped): Promise<void> {
  await db.schema
    .createTable('issued_credentials')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('configuration_id', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('list_id', 'text', (column) => column.references('status_lists.id'))
    .addColumn('idx', 'integer')
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addUniqueConstraint('issued_credentials_place', ['list_id', 'idx'])
    .execute()
  await db.schema
    .createIndex('issued_credentials_session')
    .on('issued_credentials')
    .column('session_id')
    .execute()
}
