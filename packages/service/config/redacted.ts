/**
 * The configuration as it may be printed at start: values that are secret by mark or by name are replaced, and the
 * user part of every address is cut. When in doubt it hides: a path is worth less in a log than a key is lost.
 */
import { z } from 'zod'
import type { Logger } from '../operation/log.ts'
import { isRecord } from './hocon.ts'
import { type ServiceConfig, serviceConfigShape } from './schema.ts'

const HIDDEN = '[hidden]'
const SECRET_NAME = /secret|passw|passphrase|token|credential|apikey|privatekey|signingkey|jwk$|^pem$|^d$/i
const HARMLESS_NAME = /(file|dir|path|prefix|ttl|seconds|days)$/i

/** The first line of a service's log: what it goes by, with nothing in it that must not be read there. */
export function logConfiguration(
  log: Pick<Logger, 'info' | 'warn'>,
  config: ServiceConfig,
  ownKeys: z.ZodRawShape = {},
): void {
  log.info({ configuration: redacted(config, { ...serviceConfigShape, ...ownKeys }) }, 'configuration')
  for (const file of config.unreadFiles ?? [])
    log.warn(`${file} is not read: no service has a file of that name`)
}

/** A printable copy. `shape` brings the keys that a service marked with `secretText()`. */
export function redacted(config: object, shape: z.ZodRawShape = {}): Record<string, unknown> {
  const marked = new Set(Object.keys(shape).filter((key) => isMarked(shape[key])))
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, marked.has(key) ? HIDDEN : redactedValue(key, value)]),
  )
}

function redactedValue(key: string, value: unknown): unknown {
  if (value === undefined || value === null) return value
  const scalar = typeof value !== 'object'
  if (SECRET_NAME.test(key) && !(scalar && HARMLESS_NAME.test(key))) return HIDDEN
  if (Array.isArray(value)) return value.map((item) => redactedValue('', item))
  if (isRecord(value)) return redacted(value)
  return typeof value === 'string' ? withoutSecrets(value) : value
}

/** `redis://user:password@host` → `redis://[hidden]@host`; a private key given as text goes as a whole. */
function withoutSecrets(text: string): string {
  if (text.includes('PRIVATE KEY') || /"d"\s*:/.test(text)) return HIDDEN
  const url = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)\S*@/i, `$1${HIDDEN}@`)
  return url.replace(/([?&](?:[^=&]*(?:password|secret|token|key))=)[^&#]*/gi, `$1${HIDDEN}`)
}

function isMarked(schema: z.core.$ZodType | undefined): boolean {
  if (schema === undefined) return false
  if (schema instanceof z.ZodType && schema.meta()?.['secret'] === true) return true
  const definition: unknown = schema._zod.def
  const inner = isRecord(definition) ? definition['innerType'] : undefined
  return inner instanceof z.ZodType && isMarked(inner)
}
