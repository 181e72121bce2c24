/**
 * The keys that every service has, as one zod shape, and the finished object that a service works with. Defaults
 * that depend on the mode are computed here. What only one service knows comes in as its own shape.
 */
import { MANAGEMENT_SCOPES, type ManagementScope } from '@countersign/api/scopes'
import { z } from 'zod'
import { LOAD_DEFAULTS, type LoadLimits } from '../operation/admission.ts'
import { INSTANCE_PATTERN } from '../operation/instance-name.ts'
import type { LogLevel } from '../operation/log.ts'
import { isAddressOrNetwork } from './address-or-network.ts'
import {
  DATABASE_EXPECTED,
  isDatabaseAddress,
  isSessionsAddress,
  SESSIONS_EXPECTED,
} from './store-addresses.ts'

/** Marks a value that is never printed; keys named like a secret are hidden even without the mark. */
export function secretText(minimumLength = 1) {
  return z.string().min(minimumLength).max(4096).meta({ secret: true })
}

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as https://issuer.example', abort: true })
  .max(500)
  .refine(hasNoQueryOrUser, 'must have no user, query or fragment')
  .transform((url) => url.replace(/\/+$/, ''))

const node = z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65535) })

const scopedKey = z.strictObject({
  name: z.string().min(1).max(100),
  /** A hash of something that can be guessed protects nothing: the credential is random. */
  sha256: z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 in hexadecimal'),
  scopes: z.array(z.enum(MANAGEMENT_SCOPES)).min(1).max(MANAGEMENT_SCOPES.length),
})

/** Keys of the base; `.conf` files, `COUNTERSIGN_*` variables and flags spell them. */
export const serviceConfigShape = {
  mode: z
    .enum(['development', 'production'])
    .default('development')
    .describe(
      '`production` refuses to start without secret, keys and management credentials; `development` makes what is missing',
    ),
  webHost: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('Address to listen on; loopback in development and every interface in production when absent'),
  webPort: z.int().min(0).max(65535).optional().describe('Port to listen on; 0 for any free one'),
  baseUrl: httpUrl
    .optional()
    .describe(
      'Public address, of the load balancer when there is one; `http://localhost:webPort` when absent',
    ),
  configDir: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the `.conf` files, or of a folder for each service; `config` when absent'),
  dataDir: z
    .string()
    .min(1)
    .optional()
    .describe('Where keys and databases of this machine are kept; `data` in development when absent'),
  sessions: z
    .string()
    .refine(isSessionsAddress, SESSIONS_EXPECTED)
    .optional()
    .describe(
      'Where sessions are kept: `memory:` (this process alone) or `redis://HOST:PORT`, `rediss://…`; `persistence` counts when absent',
    ),
  database: z
    .string()
    .refine(isDatabaseAddress, DATABASE_EXPECTED)
    .optional()
    .describe(
      'Where durable data is kept: `sqlite:FILE` for one instance, `postgres://…` for several; when absent a SQLite file in `dataDir`, for an issuer on shared sessions nothing',
    ),
  persistence: z
    .strictObject({
      type: z.enum(['memory', 'redis']).default('memory'),
      nodes: z.array(node).min(1).max(20).optional(),
      user: z.string().optional(),
      password: z.string().meta({ secret: true }).optional(),
    })
    .refine((it) => it.type !== 'redis' || it.nodes !== undefined, {
      path: ['nodes'],
      error: 'needed for redis',
    })
    .optional()
    .describe('`persistence.conf`: where sessions are kept, with the feature `persistence` switched on'),
  secret: secretText(32)
    .optional()
    .describe('Deployment secret, equal on all instances, 32 characters at least; never as a flag'),
  secretFile: z.string().min(1).optional().describe('File that holds the deployment secret'),
  keyPrefix: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{0,64}$/)
    .default('countersign:')
    .describe('Begins every key and channel in Redis'),
  instance: z
    .string()
    .regex(INSTANCE_PATTERN)
    .optional()
    .describe('Name of this instance in the log and in the header `x-instance`; a random one when absent'),
  managementApiKey: secretText(16)
    .optional()
    .describe(
      'Credential of the management API, 16 characters at least; needed in production and to listen on more than loopback',
    ),
  managementApiKeyFile: z.string().min(1).optional().describe('File that holds the management credential'),
  managementApiKeys: z
    .array(scopedKey)
    .max(100)
    .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, 'names a key twice')
    .default([])
    .meta({ secret: true })
    .describe(
      'Further management credentials, each for what its [scopes](operations.md#who-may-manage) name: a list of `{ name, sha256, scopes }`, with the SHA-256 of the credential in hexadecimal; they need `managementApiKey`',
    ),
  trustedProxies: z
    .array(z.string().refine(isAddressOrNetwork, 'must be an address or a network such as 10.0.0.0/8'))
    .max(50)
    .default([])
    .describe(
      'Addresses or networks of the proxies in front: whom they name in `X-Forwarded-For` counts as the sender, for limits',
    ),
  senderRequestsPerSecond: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(50)
    .describe(
      'How often a sender may make calls that need no credential and cost a signature or make something, on each instance; 0: no limit',
    ),
  senderRequestsAtOnce: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(200)
    .describe('How many of these calls a sender may make at once after a quiet while'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Lines below this level are not written'),
  maxRequestsInFlight: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(LOAD_DEFAULTS.maxRequestsInFlight)
    .describe(
      'Requests that one instance serves at a time; more are refused at once with 503 and `Retry-After`, new sessions at half of it',
    ),
  maxLoopDelayMs: z
    .number()
    .min(1)
    .max(60_000)
    .default(LOAD_DEFAULTS.maxLoopDelayMs)
    .describe(
      'How long the event loop may keep requests waiting, in milliseconds: an instance that does so for most of a second is overloaded, and `maxRequestsWhileLate` counts',
    ),
  maxRequestsWhileLate: z
    .int()
    .min(4)
    .max(1_000_000)
    .default(LOAD_DEFAULTS.maxRequestsWhileLate)
    .describe('Requests that an overloaded instance serves at a time, new sessions to a quarter of it'),
  maxSlowBodies: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(LOAD_DEFAULTS.maxSlowBodies)
    .describe(
      'Requests whose bodies are slow to arrive, counted apart from those in flight; of more than this many the slowest is cut',
    ),
  maxEventStreams: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(LOAD_DEFAULTS.maxEventStreams)
    .describe('Event streams that one instance serves at a time; more are refused with 503'),
  storeWaitSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe('How long a start waits for stores that are not there yet, in seconds'),
  drainSeconds: z
    .number()
    .min(0)
    .max(600)
    .optional()
    .describe(
      'How long to keep serving after SIGTERM, in seconds, so that the balancer notices; 5 in production and 0 in development when absent',
    ),
  enabledFeatures: z
    .array(z.string().max(100))
    .max(100)
    .default([])
    .describe('Features that are switched on beside the defaults: `persistence`, `openapi`'),
  disabledFeatures: z
    .array(z.string().max(100))
    .max(100)
    .default([])
    .describe('Features that are switched off'),
} as const

export interface ScopedKey {
  readonly name: string
  /** Hexadecimal. */
  readonly sha256: string
  readonly scopes: readonly ManagementScope[]
}

/** Where sessions are kept: what the engine of `@countersign/stores` is opened with. */
export type SessionsSetting =
  | { readonly type: 'memory' }
  | { readonly type: 'redis'; readonly url: string }
  | {
      readonly type: 'redis'
      readonly nodes: readonly { readonly host: string; readonly port: number }[]
      readonly username?: string
      readonly password?: string
    }

/** `development` is the default and makes what is missing; `production` refuses to start without it. */
export type Mode = 'development' | 'production'

/** What every service knows about itself after start; read once, never changed. */
export interface ServiceConfig extends LoadLimits {
  /** `issuer`, `verifier`, `wallet` … */
  readonly service: string
  readonly mode: Mode
  /** Default: loopback in development, every interface in production. */
  readonly webHost: string
  /** 0: any free port (tests). */
  readonly webPort: number
  /** Public address without a slash at the end; in a cluster that of the load balancer. */
  readonly baseUrl: string
  readonly configDir: string
  /** Files of that folder that nobody reads. */
  readonly unreadFiles?: readonly string[]
  /** Where keys and databases of this machine go, as an absolute path; absent in production where it is not said. */
  readonly dataDir?: string | undefined
  readonly sessions: SessionsSetting
  /** `sqlite:FILE` or `postgres://…`; absent: the service's own default. */
  readonly database?: string | undefined
  /** Deployment secret from `COUNTERSIGN_SECRET` or `secretFile`. */
  readonly secret?: string | undefined
  /** Put in front of every key in the shared store. */
  readonly keyPrefix: string
  readonly instance: string
  /** Credential of the management door; absent only in development on loopback. */
  readonly managementApiKey?: string | undefined
  /** Further ones, each for something. */
  readonly managementApiKeys: readonly ScopedKey[]
  /** Addresses or networks whose `X-Forwarded-For` is believed; none by default. */
  readonly trustedProxies: readonly string[]
  /** Of calls without a credential that cost something, for each sender and instance; 0: no limit. */
  readonly senderRequestsPerSecond: number
  readonly senderRequestsAtOnce: number
  readonly logLevel: LogLevel
  /** How long a start waits for stores that are not there yet. */
  readonly storeWaitSeconds: number
  /** How long to keep serving after SIGTERM, in seconds, so that the balancer notices. */
  readonly drainSeconds: number
  /** Features that are on, after `_features.conf`. */
  readonly features: readonly string[]
}

/** The base keys as written, before defaults that depend on the mode are in. */
export type BaseValues = z.output<z.ZodObject<typeof serviceConfigShape>>

/** A switch of `_features.conf`. */
export interface Feature {
  readonly name: string
  readonly byDefault: boolean
}

/** Features that every service has: `persistence` makes persistence.conf count, `openapi` serves /swagger. */
export const BASE_FEATURES: readonly Feature[] = [
  { name: 'persistence', byDefault: false },
  { name: 'openapi', byDefault: true },
]

/** Features that are on; what is both enabled and disabled is off. */
export function featuresOn(values: BaseValues, known: readonly Feature[]): readonly string[] {
  return known
    .filter((feature) => feature.byDefault || values.enabledFeatures.includes(feature.name))
    .map((feature) => feature.name)
    .filter((name) => !values.disabledFeatures.includes(name))
}

/** `sessions` from anywhere beats persistence.conf, which counts only with its feature switched on. */
export function sessionsSetting(values: BaseValues, features: readonly string[]): SessionsSetting {
  const { sessions, persistence } = values
  if (sessions !== undefined)
    return sessions === 'memory:' ? { type: 'memory' } : { type: 'redis', url: sessions }
  if (!features.includes('persistence') || persistence?.type !== 'redis') return { type: 'memory' }
  const { nodes = [], user, password } = persistence
  // The example file names the user and leaves the password empty: a server without authentication is meant.
  if (password === undefined || password === '') return { type: 'redis', nodes }
  return user === undefined || user === ''
    ? { type: 'redis', nodes, password }
    : { type: 'redis', nodes, username: user, password }
}

function hasNoQueryOrUser(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}
