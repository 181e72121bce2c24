/**
 * Everything in one process, with nothing to install: the services on memory sessions and SQLite. They start
 * together and stop together; when one cannot start, none is left running.
 */
import type { ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'
import { addressOf } from '@countersign/service/config/load'
import { writeLogsTo } from '@countersign/service/operation/log'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { VERSION } from '@countersign/service/operation/version'
import type { CommandOutcome, Surroundings } from './command/command.ts'
import { startRefusal } from './command/start-refusal.ts'
import { terminalLine } from './command/terminal-log.ts'
import { demoCommand } from './demo/flags.ts'
import type { Lan } from './lan/open-lan.ts'
import { buildMissingPages } from './missing-pages.ts'
import { addressFlags, localUrl, SERVICES, type ServiceName } from './services.ts'

/** Keys that no two services can share. */
const LOG_LEVEL = ['--logLevel', '--log-level', '-l']
const OWN_KEYS = ['webPort', 'web-port', 'baseUrl', 'base-url', 'instance']

/** Of one service among several. */
const PORT_FLAG = '--SERVICE.webPort'

export async function up(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const shared = argv.map(flagName).find((flag) => OWN_KEYS.includes(flag))
  if (shared !== undefined) {
    surroundings.complain(`--${shared} is for one service: --verifier.${shared}=…, --issuer.${shared}=…`)
    return 2
  }
  const reached = lanWish(argv)
  if (reached === undefined) {
    surroundings.complain('--lan is given twice, or with an empty name: --lan, or --lan=NAME')
    return 2
  }
  await buildMissingPages(surroundings.print)
  try {
    const flags = [...logFlags(argv, surroundings), ...reached.others]
    const { running, lines } = reached.isAsked
      ? await startInNetwork(reached.wish, flags, surroundings)
      : { running: await startAll(flags, surroundings), lines: [] }
    surroundings.stopWhenTold(() => closeAll(running))
    announce(running, lines, surroundings)
    return undefined
  } catch (error) {
    const reason = startRefusal(error, PORT_FLAG)
    if (reason === undefined) throw error
    surroundings.complain(`countersign up does not start: ${reason}`)
    return 1
  }
}

interface LanWish {
  readonly isAsked: boolean
  /** A name or an address of this machine; absent: what there is. */
  readonly wish?: string | undefined
  /** The rest of the command line. */
  readonly others: readonly string[]
}

/** `--lan`, `--lan=NAME` or `--lan NAME`; undefined where it makes no sense. */
export function lanWish(argv: readonly string[]): LanWish | undefined {
  const at = argv.findIndex((word) => flagName(word) === 'lan')
  const [word, next] = [argv[at], argv[at + 1]]
  if (word === undefined) return { isAsked: false, others: argv }
  const takesNext = word === '--lan' && next !== undefined && !next.startsWith('-')
  const others = argv.toSpliced(at, takesNext ? 2 : 1)
  const wish = takesNext ? next : /=(.*)$/s.exec(word)?.[1]
  if (wish === '' || others.some((other) => flagName(other) === 'lan')) return undefined
  return { isAsked: true, wish, others }
}

interface Started {
  readonly running: readonly RunningService[]
  /** Beside what is said of every start. */
  readonly lines: readonly string[]
}

/** What of it is loaded nobody else has to wait for (docs/decisions/033). */
async function startInNetwork(
  wish: string | undefined,
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<Started> {
  const { openLan, showLan } = await import('./lan/open-lan.ts')
  const lan = await openLan(wish, { argv, env: surroundings.env, cwd: surroundings.cwd })
  const services = await startAll(argv, surroundings, lan)
  try {
    const { lines, page } = await showLan(lan, services)
    return { running: [...services, page], lines }
  } catch (error) {
    await closeAll(services)
    throw error
  }
}

/** The terminal belongs to people: they see requests and what goes wrong in words. Whoever says a log level gets the log itself. */
function logFlags(argv: readonly string[], { env, print }: Surroundings): readonly string[] {
  const asked =
    env['COUNTERSIGN_LOG_LEVEL'] !== undefined ||
    argv.some((word) => LOG_LEVEL.includes(word) || LOG_LEVEL.includes(`--${flagName(word)}`))
  if (asked) return []
  writeLogsTo({
    write: (line) => {
      const shown = terminalLine(line)
      if (shown !== undefined) print(shown)
    },
  })
  return ['--logLevel=info']
}

/** A balancer in front of one process, as in deploy/Caddyfile, says for whom it asks. */
const PROXY_OF_THIS_MACHINE = '--trustedProxies=127.0.0.1,::1'

/** Starts all, or none: the first failure closes the others and is thrown. */
export async function startAll(
  argv: readonly string[],
  { env, cwd }: Pick<Surroundings, 'env' | 'cwd'>,
  lan?: Pick<Lan, 'defaults' | 'flags' | 'secureFor'>,
): Promise<readonly RunningService[]> {
  const names = SERVICES.map(({ name }) => `--${name}.instance=${name}`)
  const given = { argv: [...argv, ...(lan?.flags ?? [])], env, cwd }
  const start = {
    ...given,
    argv: [
      '--logLevel=warn',
      PROXY_OF_THIS_MACHINE,
      ...names,
      ...(await addressesIn(given)),
      ...(lan?.defaults ?? []),
      ...given.argv,
    ],
  }
  const starting = SERVICES.map(async ({ name, port, load }) =>
    (await load())({ ...start, defaultPort: port, secure: lan?.secureFor(name) }),
  )
  const outcomes = await Promise.allSettled(starting)
  const running = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  if (failures.length === 0) return running
  await closeAll(running)
  throw asOne(failures)
}

/** Each is told where the others are, whatever ports they were given. */
async function addressesIn(given: Omit<ServiceStart, 'defaultPort'>): Promise<readonly string[]> {
  const found = await Promise.all(
    SERVICES.map(
      async ({ name, port }) =>
        [name, await addressOf({ ...given, service: name, defaultPort: port })] as const,
    ),
  )
  const addresses = new Map(found)
  const urlOf = (name: ServiceName, by: 'calls' | 'shows') =>
    addresses.get(name)?.[by === 'calls' ? 'local' : 'public'] ?? localUrl(name)
  return SERVICES.flatMap((service) => addressFlags(service, urlOf, `${service.name}.`))
}

/** What all of them say is said once. A bug goes before what an operator can repair. */
function asOne(failures: readonly unknown[]): unknown {
  const bug = failures.find((error) => startRefusal(error) === undefined)
  if (bug !== undefined) return bug
  const reasons = failures.flatMap((error) =>
    error instanceof StartRefused && error.details.length > 0
      ? error.details
      : [startRefusal(error, PORT_FLAG) ?? ''],
  )
  const different = [...new Set(reasons)]
  const [only = ''] = different
  return different.length === 1
    ? new StartRefused(only)
    : new StartRefused(`${different.length} reasons`, different)
}

export async function closeAll(services: readonly RunningService[]): Promise<void> {
  await Promise.all(services.map((service) => service.close()))
}

function announce(
  services: readonly RunningService[],
  more: readonly string[],
  { print }: Surroundings,
): void {
  for (const line of [...announcement(services, performance.now()), ...more]) print(line)
}

/** What runs where. `startupMs` counts from the start of the process. */
export function announcement(
  services: readonly Pick<RunningService, 'name' | 'url' | 'config'>[],
  startupMs: number,
): readonly string[] {
  const config = services[0]?.config
  const serving = (what: 'api' | 'pages') =>
    services.filter(({ name }) => SERVICES.some((one) => one.name === name && one.serves === what))
  const first = serving('pages').map(({ name, url, config }) =>
    row('open', `${config.baseUrl.startsWith('https:') ? config.baseUrl : url}   ${summaryOf(name)}`),
  )
  const rows = serving('api').map(({ name, url }) => row(name, `${url}   API page ${url}/swagger`))
  const shared = config?.sessions.type === 'redis'
  return [
    `Countersign ${VERSION}, ${config?.mode ?? 'development'} mode, ready in ${Math.round(startupMs)} ms`,
    '',
    ...first,
    '',
    ...rows,
    '',
    ...(config?.mode === 'production'
      ? []
      : [row('account', 'user@email.com / password   pre-registered in the wallet')]),
    ...(config?.dataDir === undefined ? [] : [row('data', config.dataDir)]),
    row('sessions', shared ? 'Redis' : 'in this process'),
    '',
    row('try it', demoCommand(Object.fromEntries(services.map(({ name, url }) => [name, url])))),
    row('stop', 'Ctrl-C'),
  ]
}

function summaryOf(name: string): string {
  return SERVICES.find((service) => service.name === name)?.summary ?? name
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(12)}${text}`
}

function flagName(word: string): string {
  return /^--([^=]+)/.exec(word)?.[1] ?? ''
}
