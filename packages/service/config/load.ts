/**
 * One typed object a service, read once at start: files, then environment, then flags, later wins. Every mistake is
 * reported, not only the first, each with the place it stands in; no mistake repeats a value, which may be secret.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { ok, type Result, refuse } from '@countersign/core/result'
import { z } from 'zod'
import type { LoadLimits } from '../operation/admission.ts'
import { newInstanceId } from '../operation/instance-name.ts'
import { isLoopbackHost } from './loopback-host.ts'
import {
  BASE_FEATURES,
  type BaseValues,
  type Feature,
  featuresOn,
  type ServiceConfig,
  serviceConfigShape,
  sessionsSetting,
} from './schema.ts'
import {
  type Mistake,
  mergeSettings,
  readConfigFiles,
  readEnvironment,
  readFlags,
  type Setting,
  sourceOf,
} from './sources.ts'
import { strayFiles } from './stray-files.ts'
import { fitTo, problemOf } from './typed-settings.ts'

/** One thing that is wrong, with the place where it stands. */
export type { Mistake } from './sources.ts'

/** What is read, for which service, and from where. */
export interface LoadOptions<Extra extends z.ZodRawShape> {
  /** `verifier`: names `verifier-service.conf` and the prefix of its own flags and variables. */
  readonly service: string
  readonly defaultPort: number
  /** The service's own keys; each needs a default or `.optional()`, unless it must be configured. */
  readonly extra: Extra
  /** Features of the service beside `persistence` and `openapi`. */
  readonly features?: readonly Feature[]
  /** False for a service without management routes: no credential is demanded then. */
  readonly managementDoor?: boolean
  /** Keys that another service in the same process knows: passed over here instead of reported. */
  readonly knownElsewhere?: readonly string[]
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** The base and the service's own keys; the base wins where both have a name. */
export type Config<Extra extends z.ZodRawShape> = Omit<z.output<z.ZodObject<Extra>>, keyof ServiceConfig> &
  ServiceConfig

/** Reads the configuration of a service; never throws for what an operator can get wrong. */
export async function loadConfig<Extra extends z.ZodRawShape>(
  options: LoadOptions<Extra>,
): Promise<Result<Config<Extra>, readonly Mistake[]>> {
  const shape: z.ZodRawShape = { ...options.extra, ...serviceConfigShape }
  const gathered = await gather(options, shape)
  const { settings } = gathered
  const values = fitTo(shape, mergeSettings(settings))
  const base = z.object(serviceConfigShape).safeParse(values)
  const extra = z.object(options.extra).safeParse(values)
  const mistakes = [
    ...gathered.mistakes,
    ...unknownKeys(settings, shape, options.knownElsewhere ?? []),
    ...(base.success ? [] : schemaMistakes(base.error, settings)),
    ...(extra.success ? [] : schemaMistakes(extra.error, settings)),
  ]
  if (!base.success || !extra.success) return refuse(mistakes)
  const finished = finish(base.data, options, gathered)
  mistakes.push(...featureMistakes(base.data, options.features ?? [], settings), ...finished.mistakes)
  if (mistakes.length > 0) return refuse(mistakes)
  return ok({ ...extra.data, ...finished.config })
}

/** Where a service is reached, by its configuration. */
export interface ServiceAddress {
  /** On this machine. */
  readonly local: string
  /** Without a slash at the end; that of the load balancer when there is one. */
  readonly public: string
  /** What it listens on, where that is configured. */
  readonly webHost?: string | undefined
}

/**
 * Where another service will be reached that reads the same sources: its port, base URL and host, and nothing else of it. What is
 * wrong with them is told when it loads them itself.
 */
export async function addressOf(
  options: Pick<LoadOptions<z.ZodRawShape>, 'service' | 'defaultPort' | 'argv' | 'env' | 'cwd'>,
): Promise<ServiceAddress> {
  const { webPort, baseUrl, webHost } = serviceConfigShape
  const { settings } = await gather({ ...options, extra: {} }, serviceConfigShape)
  const read = z.object({
    webPort: webPort.catch(undefined),
    baseUrl: baseUrl.catch(undefined),
    webHost: webHost.catch(undefined),
  })
  const values = read.parse(fitTo(serviceConfigShape, mergeSettings(settings)))
  const local = `http://localhost:${values.webPort ?? options.defaultPort}`
  return { local, public: values.baseUrl ?? local, webHost: values.webHost }
}

/** Every mistake as one line: place, key, problem. */
export function mistakeLines(mistakes: readonly Mistake[]): readonly string[] {
  return mistakes.map(({ source, key, problem }) => `${source}: ${key === '' ? '' : `${key}: `}${problem}`)
}

interface Everything {
  readonly settings: readonly Setting[]
  readonly mistakes: readonly Mistake[]
  readonly configDir: string
  readonly unreadFiles: readonly string[]
}

async function gather<Extra extends z.ZodRawShape>(
  { service, argv, env, cwd }: LoadOptions<Extra>,
  shape: z.ZodRawShape,
): Promise<Everything> {
  const isKey = (key: string) => Object.hasOwn(shape, key)
  const environment = readEnvironment(env, service, isKey)
  const flags = readFlags(argv, service, isKey)
  const outside = [...environment.settings, ...flags.settings]
  const named = outside.findLast((setting) => setting.path.length === 1 && setting.path[0] === 'configDir')
  const configDir = serviceDirectory(
    resolve(cwd, typeof named?.value === 'string' ? named.value : 'config'),
    service,
  )
  const files = await readConfigFiles(configDir, service)
  const strays = await strayFiles(configDir, service)
  const absent = named !== undefined && !isDirectory(configDir)
  return {
    settings: [...files.settings, ...outside],
    mistakes: [
      ...(absent
        ? [{ source: named.source, key: 'configDir', problem: `there is no folder ${configDir}` }]
        : []),
      ...files.mistakes,
      ...strays.mistakes,
      ...flags.mistakes,
      ...secretOnCommandLine(flags.settings),
    ],
    configDir,
    unreadFiles: strays.unread,
  }
}

/** `config/verifier/` when there is one, else the directory itself, which is how a single service is deployed. */
function serviceDirectory(directory: string, service: string): string {
  const own = join(directory, service)
  return isDirectory(own) ? own : directory
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** Every user of the machine can read the command line of a process. */
function secretOnCommandLine(flags: readonly Setting[]): readonly Mistake[] {
  return flags
    .filter(({ path, value }) => path[0] === 'secret' || /pin-value=/i.test(String(value)))
    .map(({ source, path }) => ({
      source,
      key: path.join('.'),
      problem:
        path[0] === 'secret'
          ? 'others can read the command line: use COUNTERSIGN_SECRET or secretFile'
          : 'others can read the command line: say pin-source=file:… in place of pin-value',
    }))
}

function unknownKeys(
  settings: readonly Setting[],
  shape: z.ZodRawShape,
  elsewhere: readonly string[],
): readonly Mistake[] {
  return settings
    .filter(
      (setting) => !Object.hasOwn(shape, setting.path[0] ?? '') && !elsewhere.includes(setting.path[0] ?? ''),
    )
    .map((setting) => {
      const near = nearestWord(setting.path[0] ?? '', Object.keys(shape))
      return {
        source: setting.source,
        key: setting.path.join('.'),
        problem: `unknown key${didYouMean(near)}`,
      }
    })
}

function schemaMistakes(error: z.ZodError, settings: readonly Setting[]): readonly Mistake[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String)
    const given = settings.findLast((setting) => setting.path.join('.') === path.join('.'))?.value
    return {
      source: sourceOf(settings, path) ?? 'configuration',
      key: path.join('.'),
      problem: problemOf(issue, given),
    }
  })
}

function featureMistakes(
  values: BaseValues,
  own: readonly Feature[],
  settings: readonly Setting[],
): readonly Mistake[] {
  const known = new Set([...BASE_FEATURES, ...own].map((feature) => feature.name))
  return (['enabledFeatures', 'disabledFeatures'] as const).flatMap((key) =>
    values[key]
      .filter((name) => !known.has(name))
      .map((name) => ({
        source: sourceOf(settings, [key]) ?? 'configuration',
        key,
        problem: `unknown feature ${name.slice(0, 60)}; known are ${[...known].join(', ')}`,
      })),
  )
}

interface Finished {
  readonly config: ServiceConfig
  readonly mistakes: readonly Mistake[]
}

/** Defaults that depend on other values, secrets from files, and the rules that span several keys. */
function finish<Extra extends z.ZodRawShape>(
  values: BaseValues,
  options: LoadOptions<Extra>,
  { configDir, unreadFiles }: Pick<Everything, 'configDir' | 'unreadFiles'>,
): Finished {
  const mistakes: Mistake[] = []
  const { mode, database } = values
  const production = mode === 'production'
  const dataDir = values.dataDir ?? (production ? undefined : 'data')
  const webHost = values.webHost ?? (production ? '0.0.0.0' : '127.0.0.1')
  const webPort = values.webPort ?? options.defaultPort
  const features = featuresOn(values, [...BASE_FEATURES, ...(options.features ?? [])])
  const secret = secretFrom(values, 'secret', 'secretFile', 32, options.cwd, mistakes)
  const managementApiKey = secretFrom(
    values,
    'managementApiKey',
    'managementApiKeyFile',
    16,
    options.cwd,
    mistakes,
  )
  if (
    options.managementDoor !== false &&
    managementApiKey === undefined &&
    values.managementApiKeyFile === undefined
  ) {
    if (production) mistakes.push(missingKey('needed in production'))
    else if (!isLoopbackHost(webHost)) mistakes.push(missingKey(`needed to listen on ${webHost}`))
    // Without it the door is open on loopback, whatever further credentials there are.
    else if (values.managementApiKeys.length > 0) mistakes.push(missingKey('needed by managementApiKeys'))
  }
  return {
    mistakes,
    config: {
      service: options.service,
      mode,
      webHost,
      webPort,
      baseUrl: values.baseUrl ?? `http://localhost:${webPort}`,
      configDir,
      unreadFiles,
      dataDir: dataDir === undefined ? undefined : resolve(options.cwd, dataDir),
      sessions: sessionsSetting(values, features),
      database,
      secret,
      keyPrefix: values.keyPrefix,
      instance: values.instance ?? newInstanceId(),
      managementApiKey,
      managementApiKeys: values.managementApiKeys,
      trustedProxies: values.trustedProxies,
      senderRequestsPerSecond: values.senderRequestsPerSecond,
      senderRequestsAtOnce: values.senderRequestsAtOnce,
      logLevel: values.logLevel,
      storeWaitSeconds: values.storeWaitSeconds,
      drainSeconds: values.drainSeconds ?? (production ? 5 : 0),
      ...loadLimits(values),
      features,
    },
  }
}

function loadLimits(values: BaseValues): LoadLimits {
  const { maxRequestsInFlight, maxLoopDelayMs, maxRequestsWhileLate, maxSlowBodies, maxEventStreams } = values
  return { maxRequestsInFlight, maxLoopDelayMs, maxRequestsWhileLate, maxSlowBodies, maxEventStreams }
}

function missingKey(why: string): Mistake {
  return {
    source: 'configuration',
    key: 'managementApiKey',
    problem: `${why}: set COUNTERSIGN_MANAGEMENT_API_KEY or managementApiKeyFile`,
  }
}

type Secrets = Partial<
  Pick<BaseValues, 'secret' | 'secretFile' | 'managementApiKey' | 'managementApiKeyFile'>
>

export function secretFrom(
  values: Secrets,
  key: 'secret' | 'managementApiKey',
  fileKey: 'secretFile' | 'managementApiKeyFile',
  minimumLength: number,
  cwd: string,
  mistakes: Mistake[],
): string | undefined {
  const file = values[fileKey]
  if (values[key] !== undefined || file === undefined) return values[key]
  try {
    const text = readFileSync(resolve(cwd, file), 'utf8').trim()
    if (text.length >= minimumLength && text.length <= 4096) return text
    mistakes.push({ source: file, key: fileKey, problem: `must hold ${minimumLength} to 4096 characters` })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    mistakes.push({
      source: file,
      key: fileKey,
      problem: `cannot be read${code}: is it there, and may this user read it?`,
    })
  }
  return undefined
}
