import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { removeLeftFolders, temporaryFolder } from './temporary-folder.ts'

const MODULE = fileURLToPath(new URL('./temporary-folder.ts', import.meta.url))

/** Made by a process that is gone when this resolves. */
async function leftBehind(): Promise<string> {
  const program = `const { temporaryFolder } = await import(${JSON.stringify(MODULE)})
    process.stdout.write(await temporaryFolder('cluster'))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  await writeFile(join(stdout, 'deployment-secret'), 'of nobody any more')
  return stdout
}

it('folders of a process that is gone are removed, and no others', async () => {
  const left = await leftBehind()
  const own = await temporaryFolder('redis')
  // The number of this process, which began at another time.
  const reused = join(tmpdir(), basename(own).replace(/\.\w+\./, '.1.'))
  // In whose space of numbers it is gone, this process cannot say.
  const elsewhere = join(tmpdir(), basename(left).replace(/\.\w+-/, '.1-'))
  await Promise.all([reused, elsewhere].map((folder) => mkdir(folder)))
  const other = await mkdtemp(join(tmpdir(), 'countersign-cluster-'))
  await removeLeftFolders()
  const kept = [left, own, reused, elsewhere, other].filter((folder) => existsSync(folder))
  expect(kept).toEqual(
    process.platform === 'linux' ? [own, elsewhere, other] : [own, reused, elsewhere, other],
  )
  await Promise.all(kept.map((folder) => rm(folder, { recursive: true })))
})
