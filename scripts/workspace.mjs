// What the scripts share: dependencies in place, the pinned Node, programs of the system. Plain JavaScript, because it
// runs before anything is installed and on whatever Node the machine has.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, isComplete, recover } from './installation.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')

/** Runs `npm ci` when node_modules does not hold what the lock file asks for. `withDev`: what the tests need as well. */
export function ensureDependencies({ withDev = true } = {}) {
  installOnce(root, { withDev })
}

/** What the tests in `interop` need, which the product does not: npm packages, and Python's where Python is. */
export function ensureInterop() {
  const folder = join(root, 'interop')
  installOnce(folder, { withDev: true })
  installPython(folder)
}

/** What the bench sets beside the services: builds from other people's libraries, which the product does not need. */
export function ensureOpponents() {
  installOnce(join(root, 'bench', 'opponents'), { withDev: true })
}

function installOnce(folder, options) {
  recover(folder)
  if (isComplete(folder, options)) return
  console.log(`Installing dependencies (npm ci) in ${folder} …`)
  if (install(folder, environment())) return
  console.error('npm ci failed: see above. What was installed before is as it was.')
  process.exit(1)
}

/** Best effort: a test whose Python package is not there skips itself and says so. */
function installPython(folder) {
  const wanted = readFileSync(join(folder, 'requirements.txt'), 'utf8')
  const venv = join(folder, '.venv')
  const stamp = join(venv, '.countersign-requirements')
  if (isStamped(stamp, wanted)) return
  console.log(`Installing Python packages for the tests in ${venv} …`)
  const made = spawnSync('python3', ['-m', 'venv', '--clear', venv], { stdio: 'inherit' })
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt']
  const installed =
    made.status === 0 && spawnSync(join(venv, 'bin', 'python'), pip, { cwd: folder, stdio: 'inherit' })
  if (installed && installed.status === 0) writeFileSync(stamp, wanted)
  else console.warn('Not installed: the tests that need them are skipped.')
}

function isStamped(stamp, contents) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === contents
}

/** The Node that the project is written for, whatever Node started this script; not there without what the tests need. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

export function environment() {
  return { ...process.env, PATH: `${join(modules, '.bin')}${delimiter}${process.env.PATH ?? ''}` }
}

/** Runs a program of node_modules or the system in the foreground; answers its exit code. */
export function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: environment() })
  if (result.error) console.error(`${command}: ${result.error.message}`)
  return result.status ?? 1
}

const programs = [
  { package: 'redis-server', paths: ['/usr/bin/redis-server'], names: ['redis-server'] },
  { package: 'redis-sentinel', paths: ['/usr/bin/redis-sentinel'], names: ['redis-sentinel'] },
  {
    package: 'postgresql',
    paths: ['13', '14', '15', '16', '17', '18'].map(
      (version) => `/usr/lib/postgresql/${version}/bin/postgres`,
    ),
    names: ['postgres'],
  },
  { package: 'caddy', paths: ['/usr/bin/caddy'], names: ['caddy'] },
  { package: 'softhsm2', paths: ['/usr/bin/softhsm2-util'], names: ['softhsm2-util'] },
  { package: 'chromium', paths: ['/usr/bin/chromium'], names: ['chromium'] },
]

/** The tests use real servers. As root on Debian they are installed; elsewhere the message says what is missing. */
export function ensurePrograms() {
  const missing = programs.filter((program) => !isInstalled(program)).map((program) => program.package)
  if (missing.length === 0) return
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall) {
    console.error(`The tests need ${missing.join(', ')}. On Debian or Ubuntu:\n\n  sudo ${install}\n`)
    process.exit(1)
  }
  console.log(`Installing what the tests need: ${missing.join(', ')} …`)
  // A package's service must not start on the standard ports: the tests start their own servers.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const update = spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
  const done = spawnSync('sh', ['-c', `${install} >/dev/null`], { stdio: 'inherit', env })
  if (update.status !== 0 || done.status !== 0) {
    console.error(`Could not install them. By hand:\n\n  ${install}\n`)
    process.exit(1)
  }
}

// What the containers' test needs beside them: it skips itself, and says why, where they are missing or may do nothing.
const containerPackages =
  'podman podman-compose crun netavark aardvark-dns iptables catatonit util-linux passwd curl jq openssl git'.split(
    ' ',
  )

/** Best effort. */
export function ensureContainers() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  if (['podman', 'podman-compose', 'catatonit', 'iptables', 'jq', 'curl'].every((name) => isOnPath(name)))
    return
  console.log('Installing what the test of the containers needs …')
  const packages = `apt-get install -y --no-install-recommends ${containerPackages.join(' ')}`
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
  const { status } = spawnSync('sh', ['-c', `${packages} >/dev/null`], { stdio: 'inherit', env })
  if (status !== 0) console.warn('Not installed: the test of the containers is skipped.')
}

function isInstalled(program) {
  if (program.paths.some((path) => existsSync(path))) return true
  return program.names.some(isOnPath)
}

function isOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, name)))
}
