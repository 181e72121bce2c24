import { describe, expect, it, onTestFinished } from 'vitest'
import { freePorts } from './ports.ts'
import { startProgram } from './process/program.ts'

/** Four that draw so many at random from 12,768 have forty in common. */
const EACH = 300

describe('free ports', () => {
  // Names that end with their process are Linux's: elsewhere nobody is told what is drawn.
  it.runIf(process.platform === 'linux')(
    'are given to one process at a time, before anybody listens there',
    async () => {
      const drawn = await Promise.all([freePorts(EACH), drawnElsewhere(), drawnElsewhere(), drawnElsewhere()])
      expect(drawn.map(({ length }) => length)).toEqual([EACH, EACH, EACH, EACH])
      expect(new Set(drawn.flat()).size).toBe(4 * EACH)
    },
    60_000,
  )
})

/** By a process that runs until the test has ended. */
async function drawnElsewhere(): Promise<readonly number[]> {
  const script = `
    import { freePorts } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)}
    process.on('message', () => {})
    process.send(await freePorts(${EACH}))`
  const drawing = startProgram({
    program: process.execPath,
    args: ['--input-type=module', '-e', script],
    takesMessages: true,
  })
  onTestFinished(() => drawing.stop())
  return (await drawing.message()) as readonly number[]
}
