/**
 * The log of services for somebody who watches a terminal: what went wrong, one readable line each, and nothing else. The
 * full log, as JSON, is a flag away.
 */
import { parseJsonObject } from '@countersign/core/json'

const MAX_BYTES = 65_536

/** What is shown of a line of the log; undefined for what only a machine wants to know. */
export function terminalLine(line: string): string | undefined {
  const entry = parseJsonObject(line.trimEnd(), { maxBytes: MAX_BYTES })
  if (!entry.ok) return undefined
  const { level, service, method, route, status, refusal, msg, error } = entry.value
  const who = textOf(service).padEnd(10)
  if (typeof status === 'number' && status >= 400) {
    const why = refusal === undefined ? '' : `  ${textOf(refusal)}`
    return `  ${who} ${status} ${textOf(method)} ${textOf(route)}${why}`
  }
  if (level !== 'warn' && level !== 'error' && level !== 'fatal') return undefined
  const cause = error === undefined ? '' : ` (${textOf(error)})`
  return `  ${who} ${level === 'warn' ? 'warning' : 'error'}: ${textOf(msg)}${cause}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
