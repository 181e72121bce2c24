/** A service under test, in a process of its own. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { answersOk, freePort } from '@countersign/local-servers/ports'
import { startProgram, untilReady } from '@countersign/local-servers/process/program'
import type { StopList } from '@countersign/local-servers/stop-list'

export interface Service {
  readonly url: string
  readonly isRunning: () => boolean
  /** Turns the clock of the process. */
  turnClock(seconds: number): Promise<void>
  /** Lines that the service logged as its own faults. */
  faults(): readonly string[]
  stop(): Promise<void>
}

const COMMAND = fileURLToPath(new URL('../../apps/countersign/main.mjs', import.meta.url))
const CLOCK = new URL('./turnable-clock.ts', import.meta.url).href

export interface Places {
  readonly folder: string
  readonly data: string
  readonly log: string
}

export async function startService(
  name: string,
  { folder, data, log }: Places,
  more: readonly string[],
  started: StopList,
): Promise<Service> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // All cases come from one sender.
  const flags = [
    `--webPort=${port}`,
    `--baseUrl=${url}`,
    '--sessions=memory:',
    `--data=${data}`,
    '--senderRequestsPerSecond=0',
  ]
  const program = startProgram({
    program: process.execPath,
    args: ['--import', CLOCK, COMMAND, name, ...flags, ...more, '--logLevel=warn'],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    logFile: log,
    takesMessages: true,
  })
  started.add(program.stop)
  await untilReady(program, name, () => answersOk(`${url}/readyz`))
  return {
    url,
    isRunning: program.isRunning,
    turnClock: async (seconds) => void (await program.ask({ turnBySeconds: seconds })),
    faults: () => readFileSync(log, 'utf8').split('\n').filter(isFault),
    stop: program.stop,
  }
}

/** Warnings are business as usual; a line that is no log line is an exception that nobody caught. */
function isFault(line: string): boolean {
  return line !== '' && !/^\{"level":"(trace|debug|info|warn)"/.test(line)
}
