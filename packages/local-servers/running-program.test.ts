import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startRedis } from './redis-server.ts'
import { runProgram } from './running-program.ts'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 8_000
  while (!condition() && Date.now() < deadline) await sleep(20)
  expect(condition()).toBe(true)
}

describe('a server program', () => {
  it('that ends at once is reported with what it said', async () => {
    const starting = startRedis({ args: ['--no-such-setting', 'x'] })
    await expect(starting).rejects.toThrow(/ended with code 1.*no-such-setting/s)
  })

  it('whose port is taken is an error, though somebody else answers there', async () => {
    const first = await startRedis()
    await expect(startRedis({ port: first.port })).rejects.toThrow(/ended with code 1/)
    await first.stop()
  })

  it('that never becomes ready is ended and reported', async () => {
    const args = ['-c', 'echo process $$; exec sleep 60']
    const isReady = async () => false
    const starting = runProgram({
      program: '/bin/sh',
      args,
      stopSignal: 'SIGTERM',
      isReady,
      readyTimeoutMs: 300,
    })
    const problem = String(await starting.catch((error: unknown) => error))
    expect(problem).toContain('did not become ready')
    expect(isAlive(Number(/process (\d+)/.exec(problem)?.[1]))).toBe(false)
  })

  it('stops when asked, twice does no harm, and one that was paused stops too', async () => {
    const server = await startRedis()
    server.pause()
    await server.stop()
    await server.stop()
    expect(isAlive(server.pid)).toBe(false)
  })

  it('does not outlive a process that was killed, nor does its folder', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    )
    const [pid, folder] = line.trim().split(' ')
    expect(isAlive(Number(pid))).toBe(true)
    parent.kill('SIGKILL')
    await until(() => !isAlive(Number(pid)) && !existsSync(folder ?? '/'))
  })

  it('an unknown program is an error, not a crash', async () => {
    const isReady = async () => false
    const starting = runProgram({ program: '/no/such/program', args: [], stopSignal: 'SIGTERM', isReady })
    await expect(starting).rejects.toThrow(/could not be started/)
  })
})

const PARENT = `
import { mkdtemp } from 'node:fs/promises'
import { runProgram } from ${JSON.stringify(new URL('./running-program.ts', import.meta.url).href)}
const temporaryFolder = await mkdtemp('/tmp/countersign-orphan-')
const running = await runProgram({
  program: '/bin/sleep', args: ['60'], stopSignal: 'SIGTERM', temporaryFolder, isReady: async () => true,
})
console.log(running.pid, temporaryFolder)
`
