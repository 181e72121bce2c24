/**
 * Turns files, environment and command line into one list of settings, each with the place it came from, so that a
 * mistake can be told with file and key. It knows how the three are spelled and refuses to know what keys mean.
 */
import { join } from 'node:path'
import { readHoconFile } from './hocon.ts'

/** One value from one place; `path` has more than one member for `persistence.type` and the like. */
export interface Setting {
  readonly path: readonly string[]
  readonly value: unknown
  /** For people: a file, an environment variable or a flag. */
  readonly source: string
}

/** One thing that is wrong in the configuration. */
export interface Mistake {
  /** File, environment variable or flag; `configuration` for what is missing everywhere. */
  readonly source: string
  /** Dotted key; empty when the source as a whole is at fault. */
  readonly key: string
  /** Machine-made text without the value, which may be a secret. */
  readonly problem: string
}

/** What a source brought; `mistakes` are those of its form. */
export interface Gathered {
  readonly settings: readonly Setting[]
  readonly mistakes: readonly Mistake[]
}

/** Names that a flag or a variable may carry in front, for several services in one process: `--issuer.baseUrl=…`. */
export const SERVICE_NAMES: readonly string[] = [
  'issuer',
  'verifier',
  'wallet',
  'repository',
  'web-wallet',
  'portal',
]

const ENVIRONMENT_PREFIX = 'COUNTERSIGN_'
const ALIASES: Readonly<Record<string, string>> = { data: 'dataDir', config: 'configDir', l: 'logLevel' }
const FORBIDDEN_MEMBERS = new Set(['__proto__', 'constructor', 'prototype'])

/** In the order in which they are read. */
export function configFileNames(service: string): readonly string[] {
  return ['_features.conf', 'web.conf', 'persistence.conf', `${service}-service.conf`]
}

/** The four files of a service; one that is absent counts as empty. `persistence.conf` goes under its own key. */
export async function readConfigFiles(directory: string, service: string): Promise<Gathered> {
  const files = configFileNames(service).map((name) => ({
    name,
    under: name === 'persistence.conf' ? ['persistence'] : [],
  }))
  const read = await Promise.all(files.map((file) => readConfigFile(join(directory, file.name), file.under)))
  return {
    settings: read.flatMap((one) => one.settings),
    mistakes: read.flatMap((one) => one.mistakes),
  }
}

async function readConfigFile(file: string, under: readonly string[]): Promise<Gathered> {
  const content = await readHoconFile(file)
  if (content.ok) {
    const settings = Object.entries(content.value).map(([key, value]) => ({
      path: [...under, key],
      value,
      source: file,
    }))
    return { settings, mistakes: [] }
  }
  if (content.error.code === 'file_missing') return { settings: [], mistakes: [] }
  return { settings: [], mistakes: [{ source: file, key: '', problem: content.error.reason }] }
}

/**
 * `COUNTERSIGN_WEB_PORT` is `webPort`, `COUNTERSIGN_PERSISTENCE__TYPE` is `persistence.type`, and
 * `COUNTERSIGN_VERIFIER_BASE_URL` counts for the verifier alone, before the general one.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  service: string,
  isKey: (key: string) => boolean,
): Gathered {
  const general: Setting[] = []
  const own: Setting[] = []
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX) || value === undefined || value === '') continue
    const rest = name.slice(ENVIRONMENT_PREFIX.length)
    const path = environmentPath(rest)
    const addressee = isKey(path[0] ?? '') ? undefined : addresseeOf(rest)
    if (addressee === undefined) general.push({ path, value, source: name })
    else if (addressee === service)
      own.push({ path: environmentPath(rest.slice(addressee.length + 1)), value, source: name })
  }
  return { settings: [...general, ...own], mistakes: [] }
}

function environmentPath(name: string): readonly string[] {
  const members = name.split('__').map((member) => camelCase(member.toLowerCase(), '_'))
  return withoutAlias(members)
}

function addresseeOf(name: string): string | undefined {
  return SERVICE_NAMES.find((service) => name.startsWith(`${service.replace('-', '_').toUpperCase()}_`))
}

/**
 * `--key=value`, `--key value`, `--key` alone (true), nested keys with dots, and kebab-case for camelCase. A bare
 * `--` is skipped, since scripts put it before the flags. Anything else is a mistake.
 */
export function readFlags(
  argv: readonly string[],
  service: string,
  isKey: (key: string) => boolean,
): Gathered {
  const general: Setting[] = []
  const own: Setting[] = []
  const mistakes: Mistake[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') continue
    const flag = /^(?:--([A-Za-z][\w.-]*)|-(l))(?:=(.*))?$/s.exec(word)
    if (flag === null) {
      mistakes.push({ source: 'command line', key: word.slice(0, 40), problem: 'not a flag' })
      continue
    }
    const name = flag[1] ?? flag[2] ?? ''
    const next = argv[at + 1]
    const takesNext = flag[3] === undefined && next !== undefined && !next.startsWith('-')
    if (takesNext) at += 1
    const value = flag[3] ?? (takesNext ? next : 'true')
    const [first = '', ...rest] = name.split('.')
    const addressed = rest.length > 0 && !isKey(first) && SERVICE_NAMES.includes(first)
    if (!addressed) general.push({ path: flagPath([first, ...rest]), value, source: `--${name}` })
    else if (first === service) own.push({ path: flagPath(rest), value, source: `--${name}` })
  }
  return { settings: [...general, ...own], mistakes }
}

function flagPath(members: readonly string[]): readonly string[] {
  return withoutAlias(members.map((member) => camelCase(member, '-')))
}

function withoutAlias(members: readonly string[]): readonly string[] {
  const [first = '', ...rest] = members
  const alias = Object.hasOwn(ALIASES, first) ? ALIASES[first] : undefined
  return alias !== undefined && rest.length === 0 ? [alias] : members
}

function camelCase(text: string, separator: string): string {
  const [first = '', ...rest] = text.split(separator)
  return first + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

/** Later settings win; objects of several sources are merged member by member. */
export function mergeSettings(settings: readonly Setting[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const { path, value } of settings) {
    if (path.some((member) => FORBIDDEN_MEMBERS.has(member))) continue
    let target = merged
    for (const member of path.slice(0, -1)) {
      const inner = target[member]
      const next: Record<string, unknown> = isPlain(inner) ? { ...inner } : {}
      target[member] = next
      target = next
    }
    target[path.at(-1) ?? ''] = value
  }
  return merged
}

/** Where the value of a key came from: the last setting that set it, a part of it or what it is a part of. */
export function sourceOf(settings: readonly Setting[], key: readonly string[]): string | undefined {
  const touches = (setting: Setting) =>
    setting.path.every((member, at) => at >= key.length || member === key[at])
  return settings.findLast(touches)?.source
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
