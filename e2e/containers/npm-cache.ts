/**
 * What a build of the image needs of this machine's npm instead of a network: its cache, which holds every package after
 * `npm ci`, and under which address the cache knows them. Where the cache was emptied since, it is filled again.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Sandbox } from './sandbox.ts'

const FILL_MS = 300_000

/** For the environment of `docker build`. */
export function npmOfThisMachine({ folder }: Sandbox): NodeJS.ProcessEnv {
  const settings = join(folder, 'npmrc')
  const all = JSON.parse(npm(['config', 'ls', '--json'])) as Record<string, unknown>
  const registries = Object.entries(all).filter(([name]) => name === 'registry' || name.endsWith(':registry'))
  const lines = [...registries, ['cache', '/npm-cache'], ['offline', true]].map(
    ([key, value]) => `${key}=${String(value)}\n`,
  )
  writeFileSync(settings, lines.join(''))
  return { NPM_CACHE: npm(['config', 'get', 'cache']).trim(), NPM_SETTINGS: settings }
}

function npm(args: readonly string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8' })
}

/** Installs what the image installs and what its pages are built with, somewhere else and with this machine's settings. */
export function fillNpmCache({ folder }: Sandbox, root: string): void {
  const copy = join(folder, 'to-fill-the-cache')
  for (const file of ['package.json', 'package-lock.json', '.npmrc', ...manifestsOf(root)]) {
    mkdirSync(join(copy, dirname(file)), { recursive: true })
    copyFileSync(join(root, file), join(copy, file))
  }
  const args = ['ci', '--ignore-scripts', '--prefer-offline', '--loglevel=error']
  execFileSync('npm', args, { cwd: copy, timeout: FILL_MS, stdio: 'ignore' })
}

function manifestsOf(root: string): readonly string[] {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  )
}
