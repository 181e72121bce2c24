/**
 * A Node process that is measured from outside: it runs the code of an operator, with the usage probe loaded before.
 * Its output goes to a log file, as a service's does. It knows nothing of what the process serves.
 */
import { fileURLToPath } from 'node:url'
import { NODE_FLAGS } from '@countersign/countersign/command/node-flags'
import { type Program, startProgram } from '@countersign/local-servers/process/program'

/** What the probe answers. */
export interface Usage {
  /** Since the process began. */
  readonly cpuMicroseconds: number
  readonly rssBytes: number
  readonly maxRssBytes: number
}

export interface ProcessStart {
  /** Path of the module, then its arguments. */
  readonly module: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd: string
  readonly logFile: string
  /** Leaves a CPU profile there at its end. */
  readonly profileDir?: string | undefined
}

export interface MeasuredProcess extends Program {
  /** Not while another answer is awaited. */
  usage(): Promise<Usage>
}

const PROBE = fileURLToPath(new URL('./usage-probe.mjs', import.meta.url))

export function startMeasured({
  module,
  args = [],
  env,
  cwd,
  logFile,
  profileDir,
}: ProcessStart): MeasuredProcess {
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  const running = startProgram({
    program: process.execPath,
    args: [...NODE_FLAGS, ...profiling, '--import', PROBE, module, ...args],
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    logFile,
    takesMessages: true,
  })
  return { ...running, usage: async () => (await running.ask({ asksFor: 'usage' })) as Usage }
}
