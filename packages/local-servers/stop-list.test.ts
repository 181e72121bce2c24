import { describe, expect, it } from 'vitest'
import { type Program, startProgram } from './process/program.ts'
import { newStopList, startedWhole } from './stop-list.ts'

describe('what was started together', () => {
  it('is stopped once, the last first', async () => {
    const stopped: string[] = []
    const started = newStopList()
    for (const name of ['store', 'service']) started.add(async () => stopped.push(name))
    await Promise.all([started.stop(), started.stop()])
    expect(stopped).toEqual(['service', 'store'])
  })

  it('is stopped to the end although a part of it fails to stop', async () => {
    const stopped: string[] = []
    const started = newStopList()
    started.add(async () => stopped.push('store'))
    started.add(() => Promise.reject(new Error('stuck')))
    await expect(started.stop()).rejects.toThrow('not everything could be stopped')
    expect(stopped).toEqual(['store'])
  })

  it('leaves no process behind when the start fails half-way', async () => {
    const parts: Program[] = []
    const starting = startedWhole(async (started) => {
      for (let part = 0; part < 2; part++) {
        const program = startProgram({ program: '/bin/sleep', args: ['600'] })
        started.add(program.stop)
        parts.push(program)
      }
      throw new Error('the third does not start')
    })
    await expect(starting).rejects.toThrow('the third does not start')
    expect(parts.map((part) => part.isRunning())).toEqual([false, false])
    for (const { pid } of parts) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
