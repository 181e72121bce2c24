/**
 * `countersign cluster`: starts the distributed architecture, shows it, and takes it down again. The first Ctrl-C stops
 * in order; the second leaves at once, and the watchdogs of the parts end what is left.
 */
import { describeMistake, readArguments } from '../command/arguments.ts'
import type { CommandOutcome, Surroundings } from '../command/command.ts'
import { startRefusal } from '../command/start-refusal.ts'
import { terminalLine } from '../command/terminal-log.ts'
import { demoCommand } from '../demo/flags.ts'
import { buildMissingPages } from '../missing-pages.ts'
import { type ServiceEntry, serviceNamed } from '../services.ts'
import { CLUSTER_FLAGS } from './flags.ts'
import { followLogs } from './follow-logs.ts'
import { picture } from './picture.ts'
import { type Cluster, type ClusterOptions, startCluster } from './start-cluster.ts'

export async function cluster(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const { print, complain } = surroundings
  const options = clusterOptions(argv)
  if (typeof options === 'string') {
    complain(options)
    complain('countersign cluster --help tells the flags.')
    return 2
  }
  await buildMissingPages(print)
  print('Starting Redis, PostgreSQL, the services and Caddy …')
  const starting = startCluster({
    ...options,
    limitSenders: true,
    complain,
    onUnexpectedEnd: (name, how) => complain(`${name} ${how}`),
  })
  const stopped = whenStopped(starting, surroundings)
  let unfollow: (() => void) | undefined
  try {
    const running = await starting
    for (const line of announcement(running)) print(line)
    unfollow = await followInstances(running, print)
  } catch (error) {
    return refusal(error, surroundings)
  }
  await stopped
  unfollow()
  return 0
}

/** What was asked for, or what is wrong with it. */
export function clusterOptions(argv: readonly string[]): ClusterOptions | string {
  const read = readArguments(CLUSTER_FLAGS, argv)
  if (!read.ok) return describeMistake(read.error)
  const given = read.value
  return {
    wallets: given.count('wallets') ?? 2,
    issuers: given.count('issuers') ?? 2,
    verifiers: given.count('verifiers') ?? 2,
    webWallets: given.count('web-wallets') ?? 2,
    portals: given.count('portals') ?? 2,
    ports: given.on('free-ports') ? 'free' : 'standard',
    sessions: given.on('memory') ? 'memory' : 'redis',
    dataFolder: given.text('data'),
    demo: given.on('demo'),
  }
}

/** A flow goes from instance to instance, and so does whoever reads along. */
function followInstances({ services }: Cluster, print: (line: string) => void): Promise<() => void> {
  return followLogs(
    services.map(({ logFile }) => logFile),
    (line) => {
      const shown = terminalLine(line)
      if (shown !== undefined) print(shown)
    },
  )
}

function announcement(running: Cluster): readonly string[] {
  const { demo, topology, redis, postgres, urls } = running
  const facts = { postgresPort: postgres.port, redisPort: redis?.port }
  return [
    '',
    picture(topology, facts),
    '',
    ...topology
      .filter(({ instances }) => instances.length > 0)
      .map(({ service }) => addressLine(serviceNamed(service), urls[service])),
    '',
    '  account     user@email.com / password   pre-registered in the wallet',
    `  logs        ${running.logFolder}`,
    `  try it      ${demoCommand(urls, 'balanced')}`,
    ...(demo ? [`  stop one    ${urls.portal}/cluster   stops and starts instances`] : []),
    '  stop        Ctrl-C',
  ]
}

function addressLine({ name, serves, summary }: ServiceEntry, url: string): string {
  return `  ${name.padEnd(12)}${url}   ${serves === 'api' ? `API page ${url}/swagger` : summary}`
}

/** Resolves when a signal came and all is stopped; one that comes during the start waits for its end. */
function whenStopped(starting: Promise<Cluster>, { print, stopWhenTold }: Surroundings): Promise<void> {
  return new Promise((resolve) => {
    stopWhenTold(async () => {
      print('\nStopping; once more Ctrl-C leaves at once.')
      await starting.then((running) => running.stop()).then(resolve, () => resolve())
    })
  })
}

function refusal(error: unknown, { complain }: Surroundings): number {
  const expected = error instanceof Error && error.name === 'ClusterRefused'
  const reason = expected ? error.message : startRefusal(error)
  const said = error instanceof Error ? error.message : String(error)
  complain(`the cluster does not start: ${reason ?? said}`)
  return 1
}
