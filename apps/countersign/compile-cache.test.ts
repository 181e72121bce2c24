import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NODE_FLAGS } from './command/node-flags.ts'

const here = fileURLToPath(new URL('./', import.meta.url))
const PATIENCE_MS = 120_000
const environment = { PATH: process.env['PATH'] ?? '' }

let root: string
let cache: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compile-cache-'))
  cache = join(root, 'node_modules', '.countersign')
  mkdirSync(join(root, 'apps', 'countersign'), { recursive: true })
  mkdirSync(join(root, 'node_modules'))
  for (const name of ['main.mjs', 'signals.mjs', 'node-version.mjs', 'compile-cache.mjs', 'find-modules.mjs'])
    copyFileSync(join(here, name), join(root, 'apps', 'countersign', name))
  writeFileSync(
    join(root, 'apps', 'countersign', 'commands.ts'),
    `import { getCompileCacheDir } from 'node:module'
const where: string = getCompileCacheDir() ?? 'off'
export const dispatch = (_argv: string[], { print }: { print(line: string): void }) => print(where)
`,
  )
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function folder(mode: number): void {
  mkdirSync(cache)
  chmodSync(cache, mode)
}

/** A file in the place of a folder: nothing can be made below it. */
function instead(path: string): void {
  rmSync(path, { recursive: true })
  writeFileSync(path, '')
}

/** Where the program says that its cache lies. */
function run(): string {
  const program = join(root, 'apps', 'countersign', 'main.mjs')
  return execFileSync(process.execPath, [program], { encoding: 'utf8', env: environment }).trim()
}

describe('the compile cache', () => {
  it('lies with the program, and nobody else may read or write it', () => {
    expect(run()).toContain(cache)
    expect(statSync(cache).mode & 0o777).toBe(0o700)
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it.each<[string, () => void]>([
    ['others may write to', () => folder(0o777)],
    ['the group may write to', () => folder(0o770)],
    ['a link names', () => symlinkSync(join(root, 'apps'), cache)],
    ['is a file', () => writeFileSync(cache, '')],
    ['cannot be made', () => instead(join(root, 'node_modules'))],
  ])('that %s is not used, and the program runs', (_what, prepare) => {
    prepare()
    expect(run()).toBe('off')
  })

  // Only the superuser can give a folder away; everybody else sees the same by the rows above.
  it.runIf(process.getuid?.() === 0)(
    'of another user is not used, one of the owner of the program is',
    () => {
      mkdirSync(cache, { mode: 0o755 })
      chownSync(cache, 12_345, 12_345)
      expect(run()).toBe('off')
      chownSync(join(root, 'apps', 'countersign', 'compile-cache.mjs'), 12_345, 12_345)
      expect(run()).toContain(cache)
    },
  )

  it('with rubbish in it harms nothing', () => {
    run()
    const [versioned = ''] = readdirSync(cache)
    const files = readdirSync(join(cache, versioned))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) writeFileSync(join(cache, versioned, file), 'rubbish')
    expect(run()).toContain(cache)
    for (const file of files) writeFileSync(join(cache, versioned, file), '')
    expect(run()).toContain(cache)
  })
})

describe('a cache that was filled for an image', () => {
  it(
    'has every module that a service loads',
    () => {
      writeFileSync(join(root, 'web.conf'), 'webPort = none')
      const filled = join(root, 'filled')
      const start = (script: string, ...args: string[]) =>
        spawnSync(process.execPath, [...NODE_FLAGS, join(here, script), ...args], {
          encoding: 'utf8',
          env: { ...environment, NODE_COMPILE_CACHE: filled, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
          maxBuffer: 64_000_000,
        })
      expect(start('fill-compile-cache.mjs').stdout).toMatch(/^[1-9]\d+ modules/m)
      for (const service of ['wallet', 'issuer']) {
        const { stderr } = start('main.mjs', service, `--config=${root}`)
        expect(stderr).toContain('webPort')
        expect(stderr.match(/was accepted/g)?.length).toBeGreaterThan(100)
        const missing = stderr.match(/.*no such file or directory/g) ?? []
        // Loaded before the cache is on, unless the environment says where it is, as it does here.
        expect(
          missing.filter((line) => !/countersign\/(main|signals|node-version|find-modules)\.mjs/.test(line)),
        ).toEqual([])
      }
    },
    PATIENCE_MS,
  )
})
