/**
 * JSON lines on standard output, one a request, made by one logger a service. It promises that no query, body,
 * header, token or claim is written; what may be logged is listed here and not filtered afterwards.
 */
import { isMainThread } from 'node:worker_threads'
import { type DestinationStream, type Logger, pino, stdTimeFunctions, symbols } from 'pino'

/** The logger that every service and use case gets. */
export type { Logger } from 'pino'

/** Levels of the log, most talkative first. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Who writes the lines, from which level on, and where to. */
export interface LogOptions {
  readonly service: string
  readonly instance: string
  /** Of several identities that the service has, the one that the lines are about; absent: the service's own. */
  readonly tenant?: string | undefined
  readonly level: LogLevel
  /** Default: standard output. */
  readonly destination?: DestinationStream | undefined
}

/** Every line carries service and instance. */
export function createLogger({ service, instance, tenant, level, destination }: LogOptions): Logger {
  const options = {
    level,
    base: tenant === undefined ? { service, instance } : { service, instance, tenant },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const to = destination ?? redirected ?? (isMainThread ? standardOutput() : undefined)
  return to === undefined ? pino(options) : pino(options, to)
}

/** What is told of a request. */
export interface RequestFacts {
  /** One that Node's parser knows. */
  readonly method: string
  /** The pattern: ours, and without a character that JSON escapes. */
  readonly route: string
  readonly status: number
  readonly ms: number
  /** As `acceptedRequestId` lets through. */
  readonly requestId: string
  readonly refusal?: string | undefined
}

/**
 * Lines as the logger writes them, at the cost of a text: they are most of all lines, and have always the same members.
 */
export function requestLines(log: Logger): (facts: RequestFacts) => void {
  const { [symbols.streamSym]: stream, [symbols.chindingsSym]: bindings } = log as unknown as PinoInside
  return ({ method, ms, refusal, requestId, route, status }) => {
    if (!log.isLevelEnabled('info')) return
    const told = refusal === undefined ? '' : `,"refusal":${JSON.stringify(refusal)}`
    stream.write(
      `{"level":"info"${stdTimeFunctions.isoTime()}${bindings},"method":"${method}","route":"${route}","status":${status},"ms":${ms},"requestId":"${requestId}"${told}}\n`,
    )
  }
}

/** Behind the names that the library exports for this. */
interface PinoInside {
  readonly [symbols.streamSym]: DestinationStream
  /** JSON members, a comma before each. */
  readonly [symbols.chindingsSym]: string
}

let redirected: DestinationStream | undefined

/**
 * Where the loggers write that are made from now on, in place of standard output. For a command that shows people what
 * happens in its own words; undefined takes it back.
 */
export function writeLogsTo(destination: DestinationStream | undefined): void {
  redirected = destination
}

/** How long a line may wait for company, in milliseconds: all that is lost when the process is killed. */
const FLUSH_MS = 100
const FLUSH_BYTES = 4096

let shared: ReturnType<typeof pino.destination> | undefined

/**
 * One for all loggers of the process, so that their lines stay in order. Lines are written together, since a system
 * call for each would cost more than the rest of a request's logging; and by this thread, since waking another one
 * costs more than the write. What waits is written when the process ends.
 */
function standardOutput(): DestinationStream {
  if (shared !== undefined) return shared
  const output = pino.destination({ dest: 1, sync: true, minLength: FLUSH_BYTES, periodicFlush: FLUSH_MS })
  process.once('exit', () => output.flushSync())
  shared = output
  return output
}

/** Name and stack of an error: other members may hold addresses with passwords, or what somebody sent. */
export function errorFacts(error: unknown): { readonly error: string; readonly stack?: string | undefined } {
  if (!(error instanceof Error)) return { error: typeof error }
  return { error: error.name, stack: error.stack }
}
