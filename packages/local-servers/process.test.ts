import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProcess, tailOf, untilTrue } from './process.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-process-'))
})

afterAll(() => rm(folder, { recursive: true }))

function start(script: string, logName: string) {
  const logFile = join(folder, logName)
  return startProcess({ program: '/bin/sh', args: ['-c', script], env: process.env, logFile })
}

describe('a process of the cluster', () => {
  it('writes to a log that outlives it, which only its owner reads', async () => {
    const running = start('echo out; echo err >&2', 'said.log')
    expect(await running.ended).toBe('ended with code 0')
    expect(await tailOf(running.logFile)).toBe('out\nerr')
    expect((await stat(running.logFile)).mode & 0o777).toBe(0o600)
  })

  it('ends by the signal that it was sent', async () => {
    const running = start('exec sleep 60', 'signal.log')
    expect(running.isRunning()).toBe(true)
    await running.end('SIGTERM')
    expect(await running.ended).toBe('ended by SIGTERM')
    expect(running.isRunning()).toBe(false)
  })

  it('ends although it was stopped', async () => {
    const running = start('exec sleep 60', 'stopped.log')
    running.signal('SIGSTOP')
    await running.end('SIGTERM')
    expect(running.isRunning()).toBe(false)
  })

  it('takes no signal after its end, which could reach a stranger with its id', async () => {
    const running = start('exit 3', 'gone.log')
    expect(await running.ended).toBe('ended with code 3')
    running.signal('SIGKILL')
    await running.end('SIGTERM')
  })

  it('that cannot be started says so', async () => {
    const logFile = join(folder, 'missing.log')
    const running = startProcess({ program: join(folder, 'nothing'), args: [], env: {}, logFile })
    expect(await running.ended).toContain('could not be started')
  })

  it('that ends before it is ready is reported with what it said', async () => {
    const running = start('echo no such port; exit 1', 'early.log')
    await expect(untilTrue(running, 'verifier1', async () => false)).rejects.toThrow(
      /verifier1 .*\n.*no such port/,
    )
  })

  it('and its temporary folder do not outlive a parent that is killed', async () => {
    const temporary = join(folder, 'temporary')
    await mkdir(temporary)
    const pidFile = join(folder, 'pid')
    const script = `
      const { startProcess } = await import(${JSON.stringify(new URL('process.ts', import.meta.url).href)})
      const { writeFileSync } = await import('node:fs')
      const options = { program: '/bin/sleep', args: ['60'], env: {}, logFile: '/dev/null' }
      const { pid } = startProcess({ ...options, temporaryFolder: ${JSON.stringify(temporary)} })
      writeFileSync(${JSON.stringify(pidFile)}, String(pid))`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' })
    const pid = await until(async () => Number(await readFile(pidFile, 'utf8').catch(() => '')))
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await until(async () => !isAlive(pid))
    await until(() =>
      stat(temporary).then(
        () => false,
        () => true,
      ),
    )
  })
})

describe('the tail of a log', () => {
  it('is empty when there is no log', async () => {
    expect(await tailOf(join(folder, 'none.log'))).toBe('')
  })

  it('is short however long the log is', async () => {
    const running = start('head -c 100000 /dev/zero | tr "\\0" x; echo; echo end', 'long.log')
    await running.ended
    const tail = await tailOf(running.logFile)
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

async function until<T>(found: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await found()
    if (value) return value
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s')
    await delay(50)
  }
}
