/** How the process of a command ends: after a refusal, by a signal in any moment, and as the first process of a container. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from '@countersign/local-servers/process/program'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NODE_FLAGS } from './command/node-flags.ts'

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url))
const IS_ROOT = process.getuid?.() === 0
const NOBODY = 65_534
/** Starts a program as a superuser who is bound to the rights of files: whoever else starts it may not be able to read it. */
const BOUND = ['setpriv', '--bounding-set=-dac_override,-dac_read_search']
/** Starts a program as the first process of a name space. */
const FIRST = ['unshare', '--pid', '--fork', '--kill-child']

let cwd: string
let redis: RedisServer
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-process-'))
  await chmod(cwd, 0o755)
  redis = await startRedis()
})
afterAll(async () => {
  await redis.stop()
  await rm(cwd, { recursive: true, force: true })
})

interface Start {
  readonly argv: readonly string[]
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What starts Node. */
  readonly through?: readonly string[]
}

function start({ argv, node = [], env = {}, through = [] }: Start): Program {
  const [program = '', ...args] = [...through, process.execPath, ...NODE_FLAGS, ...node, MAIN, ...argv]
  return startProgram({ program, args, cwd, env: { PATH: process.env['PATH'], ...env } })
}

const DEVELOPMENT = ['--webPort=0', '--logLevel=warn', '--data=data']

describe.concurrent('a process', () => {
  it('ends when its start is refused, whatever is open then', async () => {
    const argv = ['--mode=production', '--webPort=0', '--baseUrl=https://x.example', '--logLevel=silent']
    const { said, ended } = start({
      argv: ['verifier', ...argv, `--sessions=${redis.url}`],
      env: { COUNTERSIGN_SECRET: 'x'.repeat(40), COUNTERSIGN_MANAGEMENT_API_KEY: 'y'.repeat(40) },
    })
    expect(await ended).toBe('ended with code 1')
    expect(await said()).toMatch(/^the verifier does not start: the verifier-request key is missing: set .*$/)
  })

  it('says whose the data directory is when it may not write there', async () => {
    const folder = join(cwd, 'theirs')
    await mkdir(folder)
    await chmod(folder, 0o500)
    if (IS_ROOT) await chown(folder, NOBODY, NOBODY)
    const argv = ['wallet', '--webPort=0', '--logLevel=silent', `--data=${folder}`]
    const { said, ended } = start({ argv, ...(IS_ROOT && { through: BOUND }) })
    expect(await ended).toBe('ended with code 1')
    expect(await said()).toMatch(
      IS_ROOT
        ? /^the wallet .*theirs belongs to uid 65534 and this process runs as uid 0; chown -R 0 .*theirs, or .*$/
        : /^the wallet .*theirs\S* may not be opened by this user: give it the right .*$/,
    )
  })

  it('ends by a signal that comes while it is still being loaded', async () => {
    // Sends it to itself once the first line of the program has run, when nothing of ours is loaded yet.
    const tell = `data:text/javascript,process.on('newListener', (name) => {
      if (name === 'SIGTERM') queueMicrotask(() => {
        process.stderr.write('hears\\n');
        process.kill(process.pid, 'SIGTERM');
      }) })`
    const { said, ended } = start({ argv: ['verifier', ...DEVELOPMENT], node: ['--import', tell] })
    expect(await ended).toBe('ended with code 143')
    expect(await said()).toBe('hears')
  })

  it('stops in good order when it runs', async () => {
    const { signal, said, ended } = start({ argv: ['repository', '--webPort=0'] })
    await eventually('it listens', async () => (await said()).includes('"msg":"listening"'))
    signal('SIGINT')
    expect(await ended).toBe('ended with code 0')
    expect(await said()).toContain('"msg":"stopped"')
  })

  it('takes a signal that npm passes on once more for the same, and a later one for a second', async () => {
    const argv = ['repository', '--webPort=0', '--drainSeconds=600']
    const { signal, said, ended, isRunning } = start({ argv })
    await eventually('it listens', async () => (await said()).includes('"msg":"listening"'))
    signal('SIGINT')
    await eventually('it stops', async () => (await said()).includes('"msg":"stopping"'))
    signal('SIGINT')
    // A while in which nothing is to happen: longer than what counts as the same signal.
    await delay(700)
    expect(isRunning()).toBe(true)
    signal('SIGINT')
    expect(await ended).toBe('ended with code 130')
  })

  it('stops in good order when npx is ended, which ends its shell and nothing below', async () => {
    const { signal, said, ended } = start({
      argv: ['repository', '--webPort=0'],
      env: { npm_lifecycle_event: 'npx' },
      through: ['sh', '-c', '"$0" "$@"; true'],
    })
    await eventually('it listens', async () => (await said()).includes('"msg":"listening"'))
    signal('SIGTERM')
    await ended
    await eventually('it stops', async () => (await said()).includes('"msg":"stopped"'))
  })

  it('ends without a word when nobody reads what it says', async () => {
    const { said, ended } = start({ argv: ['--help'], through: ['sh', '-c', '"$0" "$@" | exec true'] })
    expect(await ended).toBe('ended with code 0')
    expect(await said()).toBe('')
  })

  it('says that its Node is too old, in a sentence', async () => {
    const older = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })`
    const { said, ended } = start({ argv: ['up'], node: ['--import', older] })
    expect(await ended).toBe('ended with code 1')
    expect(await said()).toMatch(/^Node 20\.1\.0 is too old: 24 or later is needed; .*$/)
  })
})

it.skipIf(!(await mayBeFirst())).each([
  [
    'read-only',
    'ro',
    /^the wallet does not start: \S*disk\S* is on a file system that is mounted read-only: mount one .*$/,
  ],
  [
    'full',
    'size=4k',
    /^the wallet does not start: there is no space left for .*: make room, or name another folder .*$/,
  ],
])('says that the file system of its data is %s', async (_how, options, says) => {
  const disk = await mkdtemp(join(cwd, 'disk-'))
  const mounted = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount -t tmpfs -o ${options} none ${disk} && exec "$0" "$@"`,
  ]
  const argv = ['wallet', '--webPort=0', '--logLevel=silent', `--data=${disk}`]
  const { said, ended } = start({ argv, through: mounted })
  expect(await ended).toBe('ended with code 1')
  expect(await said()).toMatch(says)
})

/** Name spaces need rights that a container may not have. */
async function mayBeFirst(): Promise<boolean> {
  if (!IS_ROOT || process.platform !== 'linux') return false
  const [program = '', ...flags] = FIRST
  return promisify(execFile)(program, [...flags, 'true']).then(
    () => true,
    () => false,
  )
}

it('as the first process of a container it ends by the first signal, while it waits for its store', async (test) => {
  test.skip(!(await mayBeFirst()), 'no process name spaces here')
  const { pid, said, ended } = start({
    argv: ['verifier', ...DEVELOPMENT, '--sessions=redis://127.0.0.1:1'],
    through: FIRST,
  })
  await eventually('it waits', async () => (await said()).includes('waiting for redis'))
  process.kill(await childOf(pid), 'SIGTERM')
  expect(await ended).toBe('ended with code 143')
})

async function childOf(pid: number): Promise<number> {
  const [thread = ''] = await readdir(`/proc/${pid}/task`)
  return Number((await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')).trim())
}
