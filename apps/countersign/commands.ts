/**
 * The commands and what each says of itself. It promises that nothing of a command is loaded before it is asked for,
 * so that one service never pays for another, and that a slip of the keyboard is answered with the nearest word.
 */

import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import { VERSION } from '@countersign/service/operation/version'
import { CLUSTER_FLAGS } from './cluster/flags.ts'
import { describeMistake } from './command/arguments.ts'
import type { Command, CommandOutcome, Surroundings } from './command/command.ts'
import { type HelpRow, helpRows, usage } from './command/flags.ts'
import { DEMO_FLAGS } from './demo/flags.ts'
import { CERTIFICATE_FLAGS } from './keys/flags.ts'
import { SERVICE_NAMES, SERVICES, type ServiceEntry } from './services.ts'

const SESSIONS_ROW: HelpRow = ['--sessions memory:|redis://HOST:PORT', '']
const DATABASE_ROW: HelpRow = ['--database sqlite:FILE|postgres://…', '']

const serviceUsage = ({ name, port, keeps }: ServiceEntry) =>
  usage(
    `countersign ${name} [flags]`,
    [
      [`--webPort=${port}`, 'port to listen on'],
      ['--webHost=127.0.0.1', 'address to listen on'],
      ['--baseUrl=URL', 'public address, of the load balancer when there is one'],
      ['--config DIR', `folder with _features.conf, web.conf, persistence.conf, ${name}-service.conf`],
      ...(keeps === 'nothing' ? [] : [SESSIONS_ROW]),
      ...(keeps === 'records' ? [DATABASE_ROW] : []),
      ['--data DIR', 'where keys and databases of this machine lie (default ./data)'],
      ['--secretFile FILE', 'deployment secret; or COUNTERSIGN_SECRET, COUNTERSIGN_SECRET_FILE'],
      ['--mode development|production', ''],
    ],
    `Any key of the configuration is a flag: --key=value. Files come first, then COUNTERSIGN_* variables, then flags;
later wins.`,
  )

const serviceCommands: readonly Command[] = SERVICES.map((service) => ({
  name: service.name,
  summary: service.summary,
  usage: serviceUsage(service),
  run: async (argv, surroundings) =>
    (await import('./service-command.ts')).serviceCommand(service, argv, surroundings),
}))

const KEYS_SYNOPSIS = `countersign keys anchor [--data DIR | --sessions redis://HOST:PORT] [--secretFile FILE]
                             the certificates of the development CA and IACA, as PEM
countersign keys secret      a new deployment secret, 256 random bits
countersign keys authority --key KEY --name TEXT [flags]
                             a certificate authority of its own for that key, as PEM
countersign keys certificate PURPOSE --authorityKey KEY --authorityCertFile FILE
                             (--key KEY | --publicKeyFile FILE) --name TEXT [flags]
                             a certificate below it, as PEM; PURPOSE is issuer, request-signing, status-list,
                             wallet-provider or trust-list`

const OPERATOR_SYNOPSIS = `countersign operator add NAME     a link with which NAME sets a password or a passkey: ten minutes, once
countersign operator list         who there is, and how they log in
countersign operator remove NAME  NAME is logged out everywhere and can no longer log in`

const ACCOUNT_SYNOPSIS = `countersign account reset NAME    a link with which NAME, an e-mail address or the id of an account, sets a
                                  new password or passkey: ten minutes, once; what opened it before does not any more`

export const commands: readonly Command[] = [
  {
    name: 'up',
    summary: `everything in one process: ${SERVICES.map(({ name, port }) => `${name} ${port}`).join(', ')}`,
    usage: usage('countersign up [flags]', [
      ['--data DIR', "where keys and the wallet's database lie (default ./data)"],
      [
        '--config DIR',
        `folder with a folder a service: ${SERVICE_NAMES.map((name) => `${name}/`).join(', ')}`,
      ],
      ['--lan[=NAME]', 'for a phone in the same network: https at a name or an address of this machine'],
      ['--SERVICE.KEY=VALUE', 'a key of one service: --verifier.webPort=8003 --issuer.displayName=Example'],
    ]),
    run: async (argv, surroundings) => (await import('./up.ts')).up(argv, surroundings),
  },
  {
    name: 'demo',
    summary: 'issue, hold and verify a credential against what runs, and tell each step',
    usage: usage(
      'countersign demo [flags]',
      helpRows(DEMO_FLAGS),
      'COUNTERSIGN_MANAGEMENT_API_KEY is sent to issuer and verifier when it is set.',
    ),
    run: async (argv, surroundings) => (await import('./demo/demo.ts')).demo(argv, surroundings),
  },
  {
    name: 'cluster',
    summary: 'several instances of each service behind Caddy, on Redis and PostgreSQL, on this machine',
    usage: usage('countersign cluster [flags]', helpRows(CLUSTER_FLAGS)),
    run: async (argv, surroundings) => (await import('./cluster/cluster.ts')).cluster(argv, surroundings),
  },
  ...serviceCommands,
  {
    name: 'keys',
    summary: 'trust anchors of development, a new deployment secret, certificates for keys of your own',
    usage: usage(KEYS_SYNOPSIS, helpRows(CERTIFICATE_FLAGS)),
    run: async (argv, surroundings) => (await import('./keys/keys.ts')).keys(argv, surroundings),
  },
  {
    name: 'operator',
    summary: 'who may use the portal: a one-time link for somebody, and who there is',
    usage: usage(OPERATOR_SYNOPSIS, [
      ['--database sqlite:FILE|postgres://…', "the portal's"],
      ['--baseUrl=URL', "the portal's public address, with which the link begins"],
      ['--data DIR', 'where keys and databases of this machine lie (default ./data)'],
      ['--config DIR', 'folder with portal-service.conf; any key of the portal is a flag'],
    ]),
    run: async (argv, surroundings) => (await import('./operator/operator.ts')).operator(argv, surroundings),
  },
  {
    name: 'account',
    summary: 'a one-time link for somebody who has lost every way into a wallet account',
    usage: usage(ACCOUNT_SYNOPSIS, [
      ['--database sqlite:FILE|postgres://…', "the wallet's"],
      ['--webWalletUrl=URL', "the web wallet's public address, with which the link begins"],
      ['--data DIR', 'where keys and databases of this machine lie (default ./data)'],
      ['--config DIR', 'folder with wallet-service.conf; any key of the wallet is a flag'],
    ]),
    run: async (argv, surroundings) => (await import('./account/account.ts')).account(argv, surroundings),
  },
]

/** Runs the command that the first word names. */
export async function dispatch(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const [first, ...words] = withoutDashes(argv)
  const rest = withoutDashes(words)
  const { print } = surroundings
  if (first === undefined) return showOverview(surroundings.complain, 2)
  if (first === '--help' || first === '-h' || first === 'help') return showOverview(print, 0)
  if (first === '--version') {
    print(VERSION)
    return 0
  }
  const command = commands.find(({ name }) => name === first)
  if (command === undefined) return refuseCommand(first, surroundings)
  if (!asksForHelp(rest)) return command.run(rest, surroundings)
  print(command.usage)
  return 0
}

/** `docker run IMAGE -- --webPort=7003` is how many were taught to write it: before the command or after, `--` says nothing. */
function withoutDashes(argv: readonly string[]): readonly string[] {
  return argv[0] === '--' ? argv.slice(1) : argv
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h')
}

function refuseCommand(word: string, { complain }: Surroundings): number {
  const nearest = nearestWord(
    word,
    commands.map(({ name }) => name),
  )
  if (word.startsWith('-')) complain(describeMistake({ code: 'word_unexpected', word }))
  else complain(`unknown command ${JSON.stringify(word)}${didYouMean(nearest)}`)
  complain('countersign --help lists the commands.')
  return 2
}

function showOverview(say: (line: string) => void, exitCode: number): number {
  say('countersign <command> [flags]\n')
  for (const { name, summary } of commands) say(`  ${name.padEnd(12)}${summary}`)
  say('\ncountersign <command> --help tells the flags of a command; countersign --version the version.')
  return exitCode
}
