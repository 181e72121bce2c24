/** How the process of a command ends: after a refusal, by a signal in any moment, and as the first process of a container. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

interface Started {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

interface Start {
  readonly argv: readonly string[]
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What starts Node. */
  readonly through?: readonly string[]
}

function start({ argv, node = [], env = {}, through = [] }: Start): Started {
  const [program = '', ...rest] = [...through, process.execPath, ...NODE_FLAGS, ...node, MAIN, ...argv]
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    timeout: 60_000,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (said += String(data)))
  const ended = new Promise<Awaited<Started['ended']>>((resolve, reject) =>
    child.once('error', reject).once('close', (code, signal) => resolve({ code, signal })),
  )
  return { child, said: () => said, ended }
}

const DEVELOPMENT = ['--webPort=0', '--logLevel=warn', '--data=data']

describe.concurrent('a process', () => {
  it('ends when its start is refused, whatever is open then', async () => {
    const argv = ['--mode=production', '--webPort=0', '--baseUrl=https://x.example', '--logLevel=silent']
    const { said, ended } = start({
      argv: ['verifier', ...argv, `--sessions=${redis.url}`],
      env: { COUNTERSIGN_SECRET: 'x'.repeat(40), COUNTERSIGN_MANAGEMENT_API_KEY: 'y'.repeat(40) },
    })
    expect(await ended).toEqual({ code: 1, signal: null })
    expect(said()).toMatch(/^the verifier does not start: the verifier-request key is missing: set .*\n$/)
  })

  it('says whose the data directory is when it may not write there', async () => {
    const folder = join(cwd, 'theirs')
    await mkdir(folder)
    await chmod(folder, 0o500)
    if (IS_ROOT) await chown(folder, NOBODY, NOBODY)
    const argv = ['wallet', '--webPort=0', '--logLevel=silent', `--data=${folder}`]
    const { said, ended } = start({ argv, ...(IS_ROOT && { through: BOUND }) })
    expect(await ended).toEqual({ code: 1, signal: null })
    expect(said()).toMatch(
      IS_ROOT
        ? /^the wallet .*theirs belongs to uid 65534 and this process runs as uid 0; chown -R 0 .*theirs, or .*\n$/
        : /^the wallet .*theirs\S* may not be opened by this user: give it the right .*\n$/,
    )
  })

  it('ends by a signal that comes while it is still being loaded', async () => {
    // Says when the first line of the program has run, and nothing of ours is loaded yet.
    const tell = `data:text/javascript,process.on('newListener', (name) => {
      if (name === 'SIGTERM') process.stderr.write('hears\\n') })`
    const { child, said, ended } = start({ argv: ['verifier', ...DEVELOPMENT], node: ['--import', tell] })
    await eventually('it hears signals', () => said().includes('hears'))
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: 143, signal: null })
    expect(said()).toBe('hears\n')
  })

  it('stops in good order when it runs', async () => {
    const { child, said, ended } = start({ argv: ['repository', '--webPort=0'] })
    await eventually('it listens', () => said().includes('"msg":"listening"'))
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(said()).toContain('"msg":"stopped"')
  })
})

/** Name spaces need rights that a container may not have. */
async function mayBeFirst(): Promise<boolean> {
  if (!IS_ROOT || process.platform !== 'linux') return false
  const [program = '', ...flags] = FIRST
  const tried = spawn(program, [...flags, 'true'], { stdio: 'ignore' })
  return new Promise((resolve) => {
    tried.once('error', () => resolve(false)).once('exit', (code) => resolve(code === 0))
  })
}

it('as the first process of a container it ends by the first signal, while it waits for its store', async (test) => {
  test.skip(!(await mayBeFirst()), 'no process name spaces here')
  const { child, said, ended } = start({
    argv: ['verifier', ...DEVELOPMENT, '--sessions=redis://127.0.0.1:1'],
    through: FIRST,
  })
  await eventually('it waits', () => said().includes('waiting for redis'))
  process.kill(await childOf(child.pid ?? 0), 'SIGTERM')
  expect(await ended).toEqual({ code: 143, signal: null })
})

async function childOf(pid: number): Promise<number> {
  const [thread = ''] = await readdir(`/proc/${pid}/task`)
  return Number((await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')).trim())
}
