/** What `npm start` takes for installed, and what a failed installation leaves, with npm itself. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const MODULE = fileURLToPath(new URL('./installation.mjs', import.meta.url))
const OFFLINE = { npm_config_offline: 'true', npm_config_fetch_retries: '0', npm_config_cache: '' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-installation-'))
  OFFLINE.npm_config_cache = join(folder, 'cache')
  await mkdir(join(folder, 'part'))
  await writeJson('part/package.json', { name: 'part', version: '1.0.0' })
  await writeJson('package.json', { name: 'whole', version: '1.0.0', dependencies: { part: 'file:part' } })
  await run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function writeJson(file: string, value: unknown): Promise<void> {
  return writeFile(join(folder, file), JSON.stringify(value))
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...OFFLINE }
  return (await promisify(execFile)(program, [...args], { cwd: folder, env })).stdout
}

/** What a function of the module answers. */
async function asked(call: string): Promise<unknown> {
  const program = `import * as it from ${JSON.stringify(MODULE)}
    process.stderr.write = () => true
    process.stdout.write('answer ' + JSON.stringify(it.${call} ?? null) + '\\n')`
  const said = await run(process.execPath, ['--input-type=module', '-e', program])
  const [answer = 'null'] = /answer .*/.exec(said) ?? []
  return JSON.parse(answer.slice('answer '.length))
}

const isComplete = () => asked(`isComplete(${JSON.stringify(folder)}, { withDev: true })`)
const install = () => asked(`install(${JSON.stringify(folder)}, process.env)`)

it('takes a tree that npm made, and leaves it in place when another cannot be had', async () => {
  expect(await isComplete()).toBe(false)
  await run('npm', ['ci', '--no-audit', '--no-fund'])
  expect(await isComplete()).toBe(true)
  const lock = await readFile(join(folder, 'package-lock.json'), 'utf8')
  await writeJson('package.json', {
    name: 'whole',
    version: '1.0.0',
    dependencies: { part: 'file:part', absent: '1.0.0' },
  })
  const changed = JSON.parse(lock)
  changed.packages[''].dependencies.absent = '1.0.0'
  changed.packages['node_modules/absent'] = { version: '1.0.0', integrity: 'sha512-AAAA' }
  await writeJson('package-lock.json', changed)
  expect(await isComplete()).toBe(false)
  expect(await install()).toBe(false)
  expect(existsSync(join(folder, 'node_modules', 'part', 'package.json'))).toBe(true)
  expect(existsSync(join(folder, '.installed-before'))).toBe(false)
  await writeFile(join(folder, 'package-lock.json'), lock)
  expect(await isComplete()).toBe(true)
})

it('takes back what an installation put aside that was killed', async () => {
  await mkdir(join(folder, '.installed-before'))
  await rename(join(folder, 'node_modules'), join(folder, '.installed-before', 'node_modules'))
  await mkdir(join(folder, 'node_modules', 'half'), { recursive: true })
  const installer = join(folder, '.installed-before', 'process')
  await writeFile(installer, `${process.pid}`)
  await expect(asked(`recover(${JSON.stringify(folder)})`)).rejects.toThrow('installs here at the moment')
  // No process has this number.
  await writeFile(installer, '4194305')
  await asked(`recover(${JSON.stringify(folder)})`)
  expect(await isComplete()).toBe(true)
  expect(existsSync(join(folder, 'node_modules', 'half'))).toBe(false)
})
