import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ISSUER = fileURLToPath(new URL('..', import.meta.url))
/** They run where nothing but their own schema is found. */
const WRITTEN_WITHOUT_NAMES = ['database/migrations.ts']

it('statements are built, since one of raw SQL would not name the schema of its tenant and find the tables of another', async () => {
  const files = (await readdir(ISSUER, { recursive: true })).filter((file) =>
    /(?<!\.test|\.testing)\.ts$/.test(file),
  )
  expect(files).toContain('database/migrations.ts')
  const raw: string[] = []
  for (const file of files) {
    const text = await readFile(join(ISSUER, file), 'utf8')
    if (/import \{[^}]*\bsql\b[^}]*\} from 'kysely'/.test(text)) raw.push(file)
  }
  expect(raw).toEqual(WRITTEN_WITHOUT_NAMES)
})
