// Whether a folder holds what its lock file asks for, and how that comes about. Plain JavaScript, because it runs before
// anything is installed. npm itself writes down what it installed, so a tree counts whoever made it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** `withDev`: with what is needed to test as well. */
export function isComplete(folder, { withDev }) {
  const wanted = packagesIn(join(folder, 'package-lock.json'))
  const found = packagesIn(join(folder, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    // Another system's, or left out by whoever wants to run and not to test.
    const mayBeMissing = entry.optional || (!withDev && (entry.dev || entry.devOptional))
    const there = found[path]
    if (there === undefined) return mayBeMissing === true
    const isSame = there.version === entry.version && there.integrity === entry.integrity
    return isSame && existsSync(join(folder, path))
  })
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/**
 * `npm ci`, which begins by removing what is there: so that is put aside before, and comes back when the installation fails.
 * Answers whether it succeeded.
 */
export function install(folder, env) {
  const aside = putAside(folder)
  const path = `${join(aside.modules, '.bin')}${delimiter}${env.PATH ?? ''}`
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    // Under the project's own Node once it is there: some packages are compiled for it.
    env: { ...env, PATH: path },
  })
  if (result.status === 0) aside.forget()
  else aside.restore()
  return result.status === 0
}

/** Takes back what an installation put aside that was killed before its end. Throws while another one is under way. */
export function recover(folder) {
  if (!existsSync(asideOf(folder))) return
  const installer = Number(readFileSync(installerFile(folder), 'utf8'))
  if (isAlive(installer)) throw new Error(`process ${installer} installs here at the moment`)
  putBack(folder)
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const installerFile = (folder) => join(folder, '.installed-before', 'process')

const asideOf = (folder) => join(folder, '.installed-before', 'node_modules')

function putAside(folder) {
  const modules = join(folder, 'node_modules')
  if (!existsSync(modules)) return { modules, forget: () => {}, restore: () => {} }
  mkdirSync(join(folder, '.installed-before'), { recursive: true })
  writeFileSync(installerFile(folder), `${process.pid}`)
  renameSync(modules, asideOf(folder))
  return {
    modules: asideOf(folder),
    forget: () => rmSync(join(folder, '.installed-before'), { recursive: true, force: true }),
    restore: () => putBack(folder),
  }
}

function putBack(folder) {
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
  renameSync(asideOf(folder), join(folder, 'node_modules'))
  rmSync(join(folder, '.installed-before'), { recursive: true, force: true })
}
