/**
 * The log of services for somebody who watches a terminal: one readable line for each request, so that a flow can be followed
 * by eye, and for what goes wrong. The full log, as JSON, is a flag away.
 */
import { parseJsonObject } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import { isAboutHealth } from '@countersign/service/operation/health'

/** So a cluster asks through its balancer whom writes reach. */
const METHOD_NOT_ALLOWED = 405

/** What is shown of a line of the log; undefined for what only a machine wants to know. */
export function terminalLine(line: string): string | undefined {
  const entry = parseJsonObject(line.trimEnd(), { maxBytes: RECEIVED.line })
  if (!entry.ok) return undefined
  const { level, service, instance, method, route, status, ms, refusal, msg, error } = entry.value
  const who = (textOf(instance) || textOf(service)).padEnd(11)
  if (typeof status === 'number') {
    if (isAboutHealth(textOf(route)) && (status < 400 || status === METHOD_NOT_ALLOWED)) return undefined
    const why = refusal === undefined ? '' : `  ${textOf(refusal)}`
    const took = typeof ms === 'number' ? `  ${Math.round(ms)} ms` : ''
    return `  ${who} ${status} ${textOf(method)} ${textOf(route)}${took}${why}`
  }
  if (level !== 'warn' && level !== 'error' && level !== 'fatal') return undefined
  const cause = error === undefined ? '' : ` (${textOf(error)})`
  return `  ${who} ${level === 'warn' ? 'warning' : 'error'}: ${textOf(msg)}${cause}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
