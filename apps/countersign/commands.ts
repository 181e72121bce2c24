/**
 * The commands and what each says of itself. It promises that nothing of a command is loaded before it is asked for,
 * so that one service never pays for another, and that a slip of the keyboard is answered with the nearest word.
 */

import { VERSION } from '@countersign/service/operation/version'
import { describeMistake, didYouMean, nearestWord } from './command/arguments.ts'
import type { Command, CommandOutcome, Surroundings } from './command/command.ts'

const serviceUsage = (service: string, port: number) => `countersign ${service} [flags]

  --webPort=${port}               port to listen on
  --webHost=127.0.0.1          address to listen on
  --baseUrl=URL                public address, of the load balancer when there is one
  --config DIR                 folder with _features.conf, web.conf, persistence.conf, ${service}-service.conf
  --sessions memory:|redis://HOST:PORT
  --database sqlite:FILE|postgres://…
  --data DIR                   where keys and databases of this machine lie (default ./data)
  --secretFile FILE            deployment secret; or COUNTERSIGN_SECRET, COUNTERSIGN_SECRET_FILE
  --mode development|production

Any key of the configuration is a flag: --key=value. Files come first, then COUNTERSIGN_* variables, then flags;
later wins.`

const serviceCommand = (
  name: 'wallet' | 'issuer' | 'verifier' | 'repository',
  port: number,
  summary: string,
) => ({
  name,
  summary,
  usage: serviceUsage(name, port),
  run: async (argv: readonly string[], surroundings: Surroundings) =>
    (await import('./service-command.ts')).serviceCommand(name, argv, surroundings),
})

export const commands: readonly Command[] = [
  {
    name: 'up',
    summary: 'everything in one process: wallet 7001, issuer 7002, verifier 7003, repository 7103',
    usage: `countersign up [flags]

  --data DIR                   where keys and the wallet's database lie (default ./data)
  --config DIR                 folder with a folder a service: wallet/, issuer/, verifier/, repository/
  --SERVICE.KEY=VALUE          a key of one service: --verifier.webPort=8003 --issuer.displayName=Example`,
    run: async (argv, surroundings) => (await import('./up.ts')).up(argv, surroundings),
  },
  {
    name: 'demo',
    summary: 'issue, hold and verify a credential against what runs, and tell each step',
    usage: `countersign demo [flags]

  --wallet URL                 default http://localhost:7001
  --issuer URL                 default http://localhost:7002
  --verifier URL               default http://localhost:7003
  --cluster                    the addresses of countersign cluster: 9091, 9092, 9093

COUNTERSIGN_MANAGEMENT_API_KEY is sent to issuer and verifier when it is set.`,
    run: async (argv, surroundings) => (await import('./demo/demo.ts')).demo(argv, surroundings),
  },
  {
    name: 'cluster',
    summary: 'several instances of each service behind Caddy, on Redis and PostgreSQL, on this machine',
    usage: `countersign cluster [flags]

  --wallets N --issuers N --verifiers N    instances of each, 1 to 9 (default 2)
  --data DIR                   keep secret, database and logs there (default: a temporary folder)
  --memory                     no Redis: every instance keeps its own sessions, to see what goes wrong then
  --free-ports                 whatever ports are free, in place of 9090-9093, 7001 …`,
    run: async (argv, surroundings) => (await import('./cluster/cluster.ts')).cluster(argv, surroundings),
  },
  serviceCommand('wallet', 7001, 'the wallet API'),
  serviceCommand('issuer', 7002, 'the OpenID4VCI issuer'),
  serviceCommand('verifier', 7003, 'the OpenID4VP verifier'),
  serviceCommand('repository', 7103, 'the catalogue of credential types'),
  {
    name: 'keys',
    summary: 'trust anchors of development, a new deployment secret, certificates for keys of your own',
    usage: `countersign keys anchor [--data DIR | --sessions redis://HOST:PORT] [--secretFile FILE]
                             the certificates of the development CA and IACA, as PEM
countersign keys secret      a new deployment secret, 256 random bits
countersign keys authority --key KEY --name TEXT [flags]
                             a certificate authority of its own for that key, as PEM
countersign keys certificate PURPOSE --authorityKey KEY --authorityCertFile FILE
                             (--key KEY | --publicKeyFile FILE) --name TEXT [flags]
                             a certificate below it, as PEM; PURPOSE is issuer, request-signing, status-list,
                             wallet-provider or trust-list

  KEY                          a file, or a reference: pkcs11:… vault:… aws-kms:…
  --country CC, --organization TEXT
  --days N                     how long it is valid
  --crl URL                    where its authority publishes revocations
  --dnsName HOST, --uri URI    of a certificate below an authority; several with commas in between
  --extendedKeyUsage OID       the same`,
    run: async (argv, surroundings) => (await import('./keys/keys.ts')).keys(argv, surroundings),
  },
]

/** Runs the command that the first word names. */
export async function dispatch(argv: readonly string[], surroundings: Surroundings): Promise<CommandOutcome> {
  const [first, ...rest] = argv
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
