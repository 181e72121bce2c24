/**
 * JSON lines on standard output, one a request, made by one logger a service. It promises that no query, body,
 * header, token or claim is written; what may be logged is listed here and not filtered afterwards.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import type { LogLevel } from './config/schema.ts'

/** The logger that every service and use case gets. */
export type { Logger } from 'pino'

/** Who writes the lines, from which level on, and where to. */
export interface LogOptions {
  readonly service: string
  readonly instance: string
  readonly level: LogLevel
  /** Default: standard output. */
  readonly destination?: DestinationStream
}

/** Every line carries service and instance. */
export function createLogger({ service, instance, level, destination }: LogOptions): Logger {
  const options = {
    level,
    base: { service, instance },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** Name and stack of an error: other members may hold addresses with passwords, or what somebody sent. */
export function errorFacts(error: unknown): { readonly error: string; readonly stack?: string } {
  if (!(error instanceof Error)) return { error: typeof error }
  return { error: error.name, ...(error.stack === undefined ? {} : { stack: error.stack }) }
}
