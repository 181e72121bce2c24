/** What the issuer seals in its tables, and what it finds by a keyed hash. */
import type { SealedColumns as Columns } from '@countersign/stores/sql/sealed-columns'
import type { IssuerTables } from './schema.ts'

export type SealedColumns = Columns<keyof IssuerTables, 'call' | 'call_content' | 'caller' | 'api_key'>
