import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis } from '../redis-server.ts'
import { finishedWithin } from './finished-within.ts'
import { startProgram, tailOf, untilReady } from './program.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-program-'))
})

afterAll(() => rm(folder, { recursive: true }))

function start(script: string, logName?: string) {
  const logFile = logName === undefined ? undefined : join(folder, logName)
  return startProgram({ program: '/bin/sh', args: ['-c', script], logFile })
}

describe('a program', () => {
  it('writes to a log that outlives it, which only its owner reads', async () => {
    const running = start('echo out; echo err >&2', 'said.log')
    expect(await running.ended).toBe('ended with code 0')
    expect(await running.said()).toBe('out\nerr')
    expect((await stat(join(folder, 'said.log'))).mode & 0o777).toBe(0o600)
  })

  it('without a log is remembered by the end of what it said', async () => {
    const running = start('head -c 100000 /dev/zero | tr "\\0" x; echo; echo end')
    await running.ended
    expect(await running.said()).toMatch(/x\nend$/)
    expect((await running.said()).length).toBeLessThanOrEqual(4000)
  })

  it('stops by its signal, and twice does no harm', async () => {
    const running = start('exec sleep 600')
    expect(running.isRunning()).toBe(true)
    await running.stop()
    await running.stop()
    expect(await running.ended).toBe('ended by SIGTERM')
    expect(running.isRunning()).toBe(false)
  })

  it('stops although it was paused', async () => {
    const running = start('exec sleep 600')
    running.signal('SIGSTOP')
    await running.stop()
    expect(running.isRunning()).toBe(false)
  })

  it('takes no signal after its end, which could reach a stranger with its id', async () => {
    const running = start('exit 3')
    expect(await running.ended).toBe('ended with code 3')
    running.signal('SIGKILL')
    await running.stop()
  })

  it('that cannot be started says so', async () => {
    const running = startProgram({ program: join(folder, 'nothing'), args: [] })
    expect(await running.ended).toContain('could not be started')
    await expect(untilReady(running, 'nothing', async () => false)).rejects.toThrow(/could not be started/)
  })

  it('answers messages, when it is one that takes them', async () => {
    const script = 'process.on("message", ({ add }) => process.send(add + 1))'
    const args = ['--eval', script]
    const running = startProgram({ program: process.execPath, args, takesMessages: true })
    expect([await running.ask({ add: 1 }), await running.ask({ add: 2 })]).toEqual([2, 3])
    const never = expect(running.message()).rejects.toThrow('ended before it answered')
    await running.kill()
    await never
    await expect(running.ask({ add: 3 })).rejects.toThrow('ended before it answered')
  })

  it('sends messages by itself, which wait to be read', async () => {
    const args = ['--eval', 'process.send(1); process.on("message", () => {})']
    const running = startProgram({ program: process.execPath, args, takesMessages: true })
    expect(await running.message()).toBe(1)
    await running.kill()
  })

  it.each([
    ['exit 3', 3],
    ['kill -9 $$', undefined],
    ['exec /no/such/program', 127],
  ])('that ran `%s` has code %s', async (script, code) => {
    const running = start(script)
    expect(running.exitCode()).toBe(undefined)
    await running.ended
    expect(running.exitCode()).toBe(code)
  })

  it('has ended although something in the background holds its output', async () => {
    const running = start('sleep 600 & echo $!')
    expect(await running.ended).toBe('ended with code 0')
    const background = Number(await running.said())
    expect(isAlive(background)).toBe(true)
    process.kill(background, 'SIGKILL')
  })
})

describe('waiting for a program', () => {
  it('that ends before it is ready is an error with what it said', async () => {
    const running = start('echo no such port; exit 1')
    await expect(untilReady(running, 'verifier1', async () => false)).rejects.toThrow(
      /verifier1 ended with code 1.*\n.*no such port/,
    )
    await expect(startRedis({ args: ['--no-such-setting', 'x'] })).rejects.toThrow(
      /ended with code 1.*no-such-setting/s,
    )
  })

  it('whose port is taken is an error, though somebody else answers there', async () => {
    const first = await startRedis()
    await expect(startRedis({ port: first.port })).rejects.toThrow(/ended with code 1/)
    await first.stop()
  })

  it('that never becomes ready ends it, and is an error with what it said', async () => {
    const running = start('echo working on it; exec sleep 600', 'never.log')
    await eventually('it has said something', () => running.said())
    const waiting = untilReady(running, 'it', async () => false, { withinMs: 0 })
    await expect(waiting).rejects.toThrow(/^it did not become ready; it said:\nworking on it$/)
    expect(isAlive(running.pid)).toBe(false)
  })
})

describe('a command', () => {
  const shell = (script: string, withinMs = 60_000) =>
    finishedWithin(withinMs, { program: '/bin/sh', args: ['-c', script] })

  it('is awaited, with all that it said and apart', async () => {
    const { code, stdout, stderr } = await shell(
      'head -c 100000 /dev/zero | tr "\\0" x; printf ä >&2; exit 3',
    )
    expect([code, stdout.length, stderr]).toEqual([3, 100_000, 'ä'])
  })

  it('that takes too long is ended, and has no code', async () => {
    const { code, stdout } = await shell('echo $$; exec sleep 600', 500)
    expect(code).toBe(undefined)
    expect(isAlive(Number(stdout))).toBe(false)
  })

  it('that cannot be started is an error that names it', async () => {
    await expect(finishedWithin(1000, { program: '/no/such/program', args: [] })).rejects.toThrow(
      /^\/no\/such\/program could not be started/,
    )
  })
})

describe('nothing is left behind', () => {
  it.each([
    ['program', PARENT],
    ['command', COMMANDING_PARENT],
  ])('by a process that is killed: its %s ends, and a temporary folder of it goes', async (_what, module) => {
    const parent = startProgram({
      program: process.execPath,
      args: ['--input-type=module', '--eval', module],
    })
    const line = await eventually('it has begun', () => parent.said())
    const [pid, temporaryFolder = '/'] = line.trim().split(' ')
    expect(isAlive(Number(pid))).toBe(true)
    await parent.kill()
    await eventually('its program is gone', () => !isAlive(Number(pid)))
    await eventually('its folder is gone', () => !existsSync(temporaryFolder))
  })
})

describe('the tail of a log', () => {
  it('is empty when there is no log', async () => {
    expect(await tailOf(join(folder, 'none.log'))).toBe('')
  })

  it('is short however long the log is', async () => {
    const running = start('head -c 100000 /dev/zero | tr "\\0" x; echo; echo end', 'long.log')
    await running.ended
    const tail = await tailOf(join(folder, 'long.log'))
    expect(tail.length).toBeLessThanOrEqual(4000)
    expect(tail.endsWith('end')).toBe(true)
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const PARENT = `
import { mkdtemp } from 'node:fs/promises'
import { startProgram } from ${JSON.stringify(new URL('./program.ts', import.meta.url).href)}
const temporaryFolder = await mkdtemp('/tmp/countersign-orphan-')
const { pid } = startProgram({ program: '/bin/sleep', args: ['600'], temporaryFolder })
console.log(pid, temporaryFolder)
`

const COMMANDING_PARENT = `
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { finishedWithin } from ${JSON.stringify(new URL('./finished-within.ts', import.meta.url).href)}
const folder = mkdtempSync('/tmp/countersign-orphan-')
const told = () => { try { return readFileSync(folder + '/pid', 'utf8').trim() } catch { return '' } }
const args = ['-c', 'echo $$ > "$1/pid"; exec sleep 600', 'sh', folder]
void finishedWithin(600_000, { program: '/bin/sh', args })
while (told() === '') await setTimeout(20)
const pid = told()
rmSync(folder, { recursive: true })
console.log(pid, folder)
`
