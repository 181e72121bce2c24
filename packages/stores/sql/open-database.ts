/**
 * The database that a URL names. The driver is loaded when its URL asks for it, so a service on SQLite needs no `pg`. Callers get
 * the port and never learn which engine is behind it; schemas and statements are theirs.
 */
import type { Database, DatabaseOptions } from './database.ts'

/**
 * `sqlite:FILE`, `sqlite::memory:` or `postgres://user:password@host:port/database`. A SQLite file is made when it is
 * missing, readable by this user only; PostgreSQL is asked when first needed. `TypeError` for any other URL.
 */
export async function openDatabase<Tables>(
  url: string,
  options: DatabaseOptions = {},
): Promise<Database<Tables>> {
  if (url.startsWith('sqlite:')) {
    const { openSqlite } = await import('./sqlite.ts')
    return openSqlite<Tables>(url.slice('sqlite:'.length))
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres<Tables>(url, options)
  }
  throw new TypeError('a database URL starts with sqlite: or postgres://')
}
