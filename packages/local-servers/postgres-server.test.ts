import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { identityOfServer, startPostgres } from './postgres-server.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

/** As root alone its server is another user. */
const { gid, uid } = await identityOfServer()

describe.skipIf(uid === undefined)('a PostgreSQL server that root starts', () => {
  it('says which folder it may not pass through, and runs below one that it may', async () => {
    const outer = await mkdtemp(join(tmpdir(), 'countersign-closed-'))
    folders.push(outer)
    const dataFolder = join(outer, 'inner', 'postgres')
    await mkdir(join(outer, 'inner'))
    await expect(startPostgres({ dataFolder })).rejects.toThrow(`pass through ${outer}: chmod o+x ${outer}`)
    // By a right of its owner, of its group, or of everybody.
    for (const [mode, owner, group] of [
      [0o700, uid ?? 0, 0],
      [0o710, 0, gid ?? 0],
      [0o711, 0, 0],
    ] as const) {
      await chown(outer, owner, group)
      await chmod(outer, mode)
      const server = await startPostgres({ dataFolder, durable: false })
      await server.stop()
    }
  })
})
