/**
 * An operator's mistakes, each at every service that can meet it, against real stores: the start ends with code 1 and one
 * sentence that says what to do, and leaves nothing open. That the process ends with it is tried with processes.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@countersign/local-servers/ports'
import { type PostgresServer, startPostgres } from '@countersign/local-servers/postgres-server'
import { type RedisServer, startRedis } from '@countersign/local-servers/redis-server'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandOutcome } from './command/command.ts'
import { dispatch } from './commands.ts'
import { SERVICE_NAMES, type ServiceName } from './services.ts'

const SECRET = 'the first deployment secret of this test'
const PRODUCTION = [
  '--mode=production',
  '--webPort=0',
  '--baseUrl=https://service.example',
  '--logLevel=silent',
]
const DEVELOPMENT = ['--webPort=0', '--logLevel=silent']
const UP_ELSEWHERE = SERVICE_NAMES.map((name) => `--${name}.webPort=0`)
const KEY = 'a management key that nobody else has'

let cwd: string
let postgresFolder: string
let redis: RedisServer
let postgres: PostgresServer
let replica: RedisServer
let taken: Server
let takenPort: number

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-refusals-'))
  postgresFolder = await mkdtemp(join(tmpdir(), 'countersign-refusals-postgres-'))
  ;[redis, replica, postgres] = await Promise.all([
    startRedis({ args: ['--requirepass', 'right', '--maxclients', '1000'] }),
    startRedis({
      args: [
        '--replicaof',
        '127.0.0.1',
        '1',
        '--user',
        'reader',
        'on',
        '>right',
        '~*',
        '+@read',
        '+@connection',
      ],
    }),
    postgresWithPassword(postgresFolder),
  ])
  takenPort = await freePort()
  taken = createServer().listen(takenPort, '127.0.0.1')
  await writeFiles()
})
afterAll(async () => {
  taken.close()
  await Promise.all([redis.stop(), replica.stop(), postgres.stop()])
  for (const folder of [cwd, postgresFolder]) await rm(folder, { recursive: true, force: true })
})

/** `app` may log in with a password and has no database of its own. */
async function postgresWithPassword(dataFolder: string): Promise<PostgresServer> {
  const server = await startPostgres({ dataFolder, durable: false })
  const operator = await openDatabase(server.url)
  await sql`create role app login password 'right'`.execute(operator.db)
  await sql`create database standby`.execute(operator.db)
  await sql`alter database standby set default_transaction_read_only = on`.execute(operator.db)
  const rules = 'host all app 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n'
  await writeFile(join(dataFolder, 'pg_hba.conf'), rules)
  await sql`select pg_reload_conf()`.execute(operator.db)
  await operator.close()
  return server
}

async function writeFiles(): Promise<void> {
  const pem = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const files: Record<string, string | Buffer> = {
    'key.pem': pem(),
    'other.pem': pem(),
    'broken.pem': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    'no-database.sqlite': 'not a database at all, and long enough to be looked at',
    'a-file': '',
    'short-secret': 'short',
    'broken.json': '{"anchors": ',
    'broken/web.conf': 'webPort = [1,',
    'own-types/broken.json': '{',
    'own-types/other.json': '[]',
  }
  await mkdir(join(cwd, 'broken'))
  await mkdir(join(cwd, 'own-types'))
  await mkdir(join(cwd, 'folder-for-file', 'web.conf'), { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content)
  const made = await run(['keys', 'authority', '--key', 'other.pem', '--name', 'Other'])
  await writeFile(join(cwd, 'other.crt'), made.printed.join('\n'))
}

interface Outcome {
  readonly code: CommandOutcome
  readonly printed: readonly string[]
  readonly complained: readonly string[]
}

/** A start that is not refused is stopped, so that the test says so and does not hang. */
async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const printed: string[] = []
  const complained: string[] = []
  let stop: (() => Promise<void>) | undefined
  const code = await dispatch(argv, {
    env,
    cwd,
    print: (line) => void printed.push(line),
    complain: (line) => void complained.push(line),
    stopWhenTold: (how) => {
      stop = how
    },
  })
  if (code === undefined) await stop?.()
  return { code, printed, complained }
}

type Mistake = readonly [
  what: string,
  at: readonly (ServiceName | 'up')[],
  argv: () => readonly string[],
  says: RegExp,
  env?: Readonly<Record<string, string>>,
]

/** A trusted verifier of the wallet. */
const named = (entry: object) => JSON.stringify([{ name: 'Shop', ...entry }])

const SEALED = ['issuer', 'verifier', 'wallet'] as const
const KEEPING = ['issuer', 'wallet'] as const
const EVERYWHERE = [...SERVICE_NAMES, 'up'] as const
const production = { COUNTERSIGN_SECRET: SECRET, COUNTERSIGN_MANAGEMENT_API_KEY: KEY }
const withRedis = () => `--sessions=redis://:right@127.0.0.1:${redis.port}`
const data = () => `--data=${join(cwd, 'data')}`
const sealedBefore = () => [`--data=${join(cwd, 'sealed')}`, '--keyPrefix=first:']
const db = (userAndPassword: string, name: string) =>
  `--database=postgres://${userAndPassword}@127.0.0.1:${postgres.port}/${name}`

const mistakes: readonly Mistake[] = [
  [
    'a flag that nobody knows',
    EVERYWHERE,
    () => ['--logLevel=silent', '--webHots=127.0.0.1'],
    /--webHots: webHots: unknown key; did you mean webHost\?$/,
  ],
  [
    'a file of the configuration that cannot be read',
    EVERYWHERE,
    () => ['--logLevel=silent', '--config=broken'],
    /broken\/web\.conf: .*line 1/,
  ],
  [
    'a folder of the configuration that is not there',
    EVERYWHERE,
    () => ['--config=nowhere'],
    /--config: configDir: there is no folder .*nowhere/,
  ],
  [
    'an address that this machine has not',
    SERVICE_NAMES,
    () => [...DEVELOPMENT, data(), '--webHost=192.0.2.1', '--managementApiKey=0123456789abcdef'],
    /webHost is no address of this machine: 127\.0\.0\.1/,
  ],
  [
    'a port in use',
    SERVICE_NAMES,
    () => [`--webPort=${takenPort}`, '--logLevel=silent', data()],
    /port \d+ is in use: is another instance running\? --webPort names another/,
  ],
  [
    'a port in use, of one among several services',
    ['up'],
    () => [...UP_ELSEWHERE, `--wallet.webPort=${takenPort}`, '--logLevel=silent', data()],
    /port \d+ is in use: is another instance running\? --SERVICE\.webPort names another/,
  ],
  [
    'a user of Redis who may not write',
    SEALED,
    () => [...DEVELOPMENT, data(), `--sessions=redis://reader:right@127.0.0.1:${replica.port}`],
    /redis: NOPERM .*: give this user the right, or name another in `sessions`$/,
  ],
  [
    'an issuer by a DID of which nothing is known here',
    ['verifier', 'wallet'],
    () => [...DEVELOPMENT, data(), '--trustedIssuers=[{"issuer":"did:ion:x"}]'],
    /trustedIssuers\.0\.issuer: must be a DID \(did:jwk, did:key or did:web\) or an https URL$/,
  ],
  [
    'a Redis that wants a password',
    SEALED,
    () => [...DEVELOPMENT, data(), `--sessions=${redis.url}`],
    /redis: it asks for a password, and none is given: see `sessions`/,
  ],
  [
    'another password than that of Redis',
    SEALED,
    () => [...DEVELOPMENT, data(), `--sessions=redis://:wrong@127.0.0.1:${redis.port}`],
    /redis: it does not take this user or password: see `sessions`/,
  ],
  [
    'a Redis host that nobody knows',
    SEALED,
    () => [...PRODUCTION, '--sessions=redis://redis.invalid:6379', '--storeWaitSeconds=0.1'],
    /redis:\/\/redis\.invalid:6379\/0 did not serve within 0\.1 seconds: .*redis\.invalid; is it running/,
    production,
  ],
  [
    'a Redis that is a replica',
    SEALED,
    () => [...DEVELOPMENT, data(), `--sessions=${replica.url}`, '--storeWaitSeconds=0'],
    /did not serve within 0 seconds: READONLY You can't write against a read only replica; it has to take .*writes/,
  ],
  [
    'a password in the address of Redis that is not encoded',
    SERVICE_NAMES,
    () => ['--sessions=redis://:pa/ss@127.0.0.1:6379'],
    /^(?!.*pa\/ss).*--sessions: sessions: must be memory: or redis:\/\/\S+, with .* percent-encoded$/,
  ],
  [
    'a password in the address of a database that is not encoded',
    SERVICE_NAMES,
    () => ['--database=postgres://app:12%3@127.0.0.1/app'],
    /^(?!.*12%3).*--database: database: must be sqlite:FILE or postgres:\/\/\S+, with .* percent-encoded$/,
  ],
  [
    'a Redis database that is no number',
    ['verifier'],
    () => ['--sessions=redis://127.0.0.1:6379/sessions'],
    /--sessions: sessions: must be memory: or redis:/,
  ],
  [
    'an address of its own that is none',
    SERVICE_NAMES,
    () => ['--baseUrl=issuer.example'],
    /--baseUrl: baseUrl: must be a URL such as https:\/\/issuer\.example$/,
  ],
  [
    'no secret',
    SEALED,
    () => [...PRODUCTION, withRedis(), '--keyPrefix=none:'],
    /the deployment secret is missing: set COUNTERSIGN_SECRET or secretFile; "countersign keys secret" makes one/,
    { COUNTERSIGN_MANAGEMENT_API_KEY: KEY },
  ],
  [
    'no management key',
    ['issuer', 'verifier'],
    () => [...PRODUCTION, withRedis()],
    /managementApiKey: needed in production: set COUNTERSIGN_MANAGEMENT_API_KEY/,
    { COUNTERSIGN_SECRET: SECRET },
  ],
  [
    'no key to sign with',
    ['issuer', 'verifier'],
    () => [...PRODUCTION, withRedis(), '--keyPrefix=first:'],
    /the (credential-issuer|verifier-request) key is missing: set (signing|requestSigning)KeyFile or/,
    production,
  ],
  [
    'a file for the secret that is not there',
    SEALED,
    () => ['--secretFile=nowhere'],
    /nowhere: secretFile: cannot be read \(ENOENT\): is it there, and may this user read it\?$/,
  ],
  [
    'a file for the secret that holds too little',
    SEALED,
    () => ['--secretFile=short-secret'],
    /secretFile: must hold 32 to 4096 characters/,
  ],
  [
    'a data directory that is a file',
    SEALED,
    () => [...DEVELOPMENT, '--data=a-file'],
    /a-file\/identity\S* cannot be opened or made \(ENOTDIR\): name another folder with --data/,
  ],
  [
    'a key file that is not there',
    ['issuer'],
    () => [...DEVELOPMENT, data(), '--signingKeyFile=nowhere.pem'],
    /nowhere\.pem \(signingKeyFile\) cannot be read, .*is it there/,
  ],
  [
    'a broken key file',
    ['verifier'],
    () => [...DEVELOPMENT, data(), `--requestSigningKeyFile=${join(cwd, 'broken.pem')}`],
    /broken\.pem \(requestSigningKeyFile\) holds no private key as PEM \(PKCS #8\) or JWK/,
  ],
  [
    'a certificate of another key',
    ['verifier'],
    () => [
      ...DEVELOPMENT,
      data(),
      `--requestSigningKeyFile=${join(cwd, 'key.pem')}`,
      `--requestSigningCertFile=${join(cwd, 'other.crt')}`,
    ],
    /other\.crt \(requestSigningCertFile\) begins with the certificate of another key: name the two/,
  ],
  [
    'a prefix of a registered verifier without what it was registered as',
    ['verifier'],
    () => [...DEVELOPMENT, data(), '--clientIdPrefix=pre-registered'],
    /registeredClientId is needed: clientIdPrefix pre-registered goes by it/,
  ],
  [
    'an attestation that is none',
    ['verifier'],
    () => [...DEVELOPMENT, data(), `--verifierAttestationFile=${join(cwd, 'broken.json')}`],
    /verifierAttestationFile is of no use: attestation_malformed/,
  ],
  [
    'a did:web that leads elsewhere',
    ['verifier'],
    () => [
      ...DEVELOPMENT,
      data(),
      '--verifier.baseUrl=https://shop.example/verifier',
      '--verifierDid=did:web:shop.example',
    ],
    /verifierDid does not lead to https:\/\/shop\.example\/verifier.*that is did:web:shop\.example:verifier/,
  ],
  [
    'a did:web for an address without a domain',
    ['verifier'],
    () => [
      ...DEVELOPMENT,
      data(),
      '--verifier.baseUrl=http://127.0.0.1:7003',
      '--verifierDid=did:web:127.0.0.1%3A7003',
    ],
    /verifierDid is no did:web that leads anywhere/,
  ],
  [
    'a DID of another method for the verifier',
    ['verifier'],
    () => [...DEVELOPMENT, data(), '--verifierDid=did:key:z6Mk'],
    /verifierDid: must be a did:web/,
  ],
  [
    'a trusted verifier that shows by a certificate who it is',
    ['wallet'],
    () => [...DEVELOPMENT, data(), `--trustedVerifiers=${named({ clientId: 'x509_san_dns:shop.example' })}`],
    /trustedVerifiers.*has a clientId without a colon, or one that begins with decentralized_identifier:did:/,
  ],
  [
    'a registered verifier without keys',
    ['wallet'],
    () => [...DEVELOPMENT, data(), `--trustedVerifiers=${named({ clientId: 'shop' })}`],
    /trustedVerifiers.*needs the keys that the verifier signs with/,
  ],
  [
    'a key of a verifier that shows its secret',
    ['wallet'],
    () => [
      ...DEVELOPMENT,
      data(),
      `--trustedVerifiers=${named({ clientId: 'shop', keys: [{ kty: 'EC', d: 'x' }] })}`,
    ],
    /trustedVerifiers.*keys.*must be a public key as a JWK/,
  ],
  [
    'an issuer that takes no client',
    ['issuer'],
    () => [
      ...PRODUCTION,
      withRedis(),
      '--keyPrefix=clients:',
      `--signingKeyFile=${join(cwd, 'key.pem')}`,
      '--publicClients=false',
    ],
    /nobody could ask for a token: set publicClients, clients/,
    production,
  ],
  [
    'an authority that does not vouch for who attests wallets',
    ['wallet'],
    () => [...DEVELOPMENT, data(), `--walletProviderAnchorFile=${join(cwd, 'other.crt')}`],
    /no certificate of .*other\.crt \(walletProviderAnchorFile\) vouches for the key of the wallet provider: set/,
  ],
  [
    'certificates of who attests wallets, without the key',
    ['wallet'],
    () => [
      ...PRODUCTION,
      withRedis(),
      '--keyPrefix=providers:',
      `--database=sqlite:${join(cwd, 'provider.sqlite')}`,
      `--walletProviderCertFile=${join(cwd, 'other.crt')}`,
    ],
    /walletProviderCertFile needs walletProviderKeyFile or walletProviderKey/,
    production,
  ],
  [
    'more of keys than software keys can have',
    ['wallet'],
    () => [...DEVELOPMENT, data(), '--attestedKeyStorage=["iso_18045_high"]'],
    /attestedKeyStorage.*is more than software keys can have/,
  ],
  [
    'a client that signs and has no key',
    ['issuer'],
    () => [...DEVELOPMENT, data(), '--clients=[{"clientId":"shop","methods":["private_key_jwt"]}]'],
    /clients.*needs the keys that private_key_jwt signs with/,
  ],
  [
    'a client that is named twice',
    ['issuer'],
    () => [
      ...DEVELOPMENT,
      data(),
      '--clients=[{"clientId":"kiosk","methods":["none"]},{"clientId":"kiosk","methods":["none"]}]',
    ],
    /clients.*names the client kiosk twice/,
  ],
  [
    'attesters in a file that is not there',
    ['issuer'],
    () => [...DEVELOPMENT, data(), '--trustedWalletAttestersFile=/nowhere/attesters.pem'],
    /\/nowhere\/attesters\.pem cannot be read/,
  ],
  [
    'an attester by a key that shows its secret',
    ['issuer'],
    () => [...DEVELOPMENT, data(), '--walletAttesterKeys=[{"kty":"EC","d":"x"}]'],
    /walletAttesterKeys.*must be a public key as a JWK/,
  ],
  [
    'authorities in a file that is not there',
    ['wallet'],
    () => [...DEVELOPMENT, data(), '--trustedVerifierCasFile=nowhere.pem'],
    /nowhere\.pem cannot be read \(ENOENT\): is it there/,
  ],
  [
    'a folder in place of a file of the configuration',
    ['verifier'],
    () => ['--config=folder-for-file'],
    /web\.conf: not a file/,
  ],
  [
    'believed authorities in a file that is not there',
    ['verifier', 'wallet'],
    () => [...DEVELOPMENT, data(), '--trustedIssuerCasFile=nowhere.pem'],
    /nowhere\.pem cannot be read: is it there, and may this user read it\?$/,
  ],
  [
    'authorities in a file that holds none',
    ['wallet'],
    () => [...DEVELOPMENT, data(), `--trustedVerifierCasFile=${join(cwd, 'broken.json')}`],
    /broken\.json holds no readable certificates: /,
  ],
  [
    'types of its own in a folder that is not there',
    ['issuer', 'repository'],
    () => [...DEVELOPMENT, '--typesDir=nowhere'],
    /nowhere: typesDir: cannot be read \(ENOENT\): is it there, and may this user read it\?$/,
  ],
  [
    'types of its own in a folder that is not there, of one among several services',
    ['up'],
    () => [...UP_ELSEWHERE, '--logLevel=silent', data(), '--issuer.typesDir=nowhere'],
    /nowhere: typesDir: cannot be read \(ENOENT\): is it there, and may this user read it\?$/,
  ],
  [
    'another password than that of PostgreSQL',
    KEEPING,
    () => [...DEVELOPMENT, data(), db('app:wrong', 'postgres')],
    /postgres: password authentication failed for user "app": user, password and name stand in `database`/,
  ],
  [
    'a database that does not exist',
    KEEPING,
    () => [...DEVELOPMENT, data(), db('app:right', 'absent')],
    /postgres: database "absent" does not exist: /,
  ],
  [
    'a user who may not make tables',
    KEEPING,
    () => [...DEVELOPMENT, data(), db('app:right', 'postgres')],
    /postgres: permission denied for schema public: /,
  ],
  [
    'a PostgreSQL that takes no writes',
    KEEPING,
    () => [...DEVELOPMENT, data(), db('app:right', 'standby'), '--storeWaitSeconds=0'],
    /did not serve within 0 seconds: cannot execute CREATE TABLE in a read-only transaction; it has to take .*writes/,
  ],
  [
    'a PostgreSQL where nobody listens',
    KEEPING,
    () => [...DEVELOPMENT, data(), '--database=postgres://a:b@127.0.0.1:1/c', '--storeWaitSeconds=0'],
    /postgres:\/\/127\.0\.0\.1:1\/c did not serve within 0 seconds: .*ECONNREFUSED.*; is it running/,
  ],
  [
    'a file that is no database',
    KEEPING,
    () => [...DEVELOPMENT, data(), `--database=sqlite:${join(cwd, 'no-database.sqlite')}`],
    /sqlite: \S*no-database\.sqlite: file is not a database/,
  ],
]

const rows = mistakes.flatMap(([what, at, argv, says, env]) =>
  at.map((name) => ({ name, what, argv, says, env })),
)

describe('a start is refused with one sentence', () => {
  beforeAll(async () => {
    // What the stores were sealed under before the operator made a mistake.
    const issuer = await run(['issuer', ...DEVELOPMENT, ...sealedBefore(), withRedis()], production)
    expect(issuer.complained).toEqual([])
  })

  it.each(rows)('$name: $what', async ({ name, argv, says, env }) => {
    const { code, complained } = await run([name, ...argv()], env)
    expectOneSentence(code, complained, says)
  })

  it.each(SEALED)('%s: another secret than that of the stores', async (name) => {
    const env = { ...production, COUNTERSIGN_SECRET: `another: ${SECRET}` }
    const { code, complained } = await run([name, ...DEVELOPMENT, ...sealedBefore(), withRedis()], env)
    expectOneSentence(
      code,
      complained,
      /the stores were sealed under another secret \(fingerprint \S+\) than the one that is given \(\S+\): set COUNTERSIGN_SECRET .* or start with empty stores/,
    )
  })

  it('wallet: a database of another secret', async () => {
    const database = `--database=sqlite:${join(cwd, 'wallet.sqlite')}`
    const first = await run(['wallet', ...DEVELOPMENT, `--data=${join(cwd, 'one')}`, database])
    expect(first.code).toBeUndefined()
    const { code, complained } = await run(['wallet', ...DEVELOPMENT, `--data=${join(cwd, 'two')}`, database])
    expectOneSentence(
      code,
      complained,
      /wallet\.sqlite was sealed under another secret .*: start with that secret/,
    )
  })

  it('all mistakes of a configuration are told, a line each', async () => {
    const { code, complained } = await run(['verifier', '--webPort=99999', '--mode=produktion'])
    expect(code).toBe(1)
    expect(complained.join('\n').split('\n')).toEqual([
      'the verifier does not start: 2 mistakes in its configuration',
      expect.stringMatching(/^ {2}--mode: mode: /),
      expect.stringMatching(/^ {2}--webPort: webPort: .*65535/),
    ])
  })

  it.each(['issuer', 'repository'])(
    '%s: all mistakes of its own types are told, a line each',
    async (name) => {
      const { code, complained } = await run([name, ...DEVELOPMENT, '--typesDir=own-types'])
      expect(code).toBe(1)
      expect(complained.join('\n').split('\n')).toEqual([
        `the ${name} does not start: 2 mistakes in its own types`,
        '  own-types/broken.json: is not JSON',
        '  own-types/other.json: must be an object',
      ])
    },
  )

  it('nothing stays open after it', async () => {
    const operator = await openDatabase<Record<string, never>>(postgres.url)
    const { rows: left } = await sql`select pid from pg_stat_activity
      where application_name = 'countersign' and pid <> pg_backend_pid()`.execute(operator.db)
    await operator.close()
    expect(left).toEqual([])
  })
})

function expectOneSentence(code: CommandOutcome, complained: readonly string[], says: RegExp): void {
  expect(complained.join('\n')).toMatch(says)
  expect(complained.join('\n').split('\n')).toHaveLength(1)
  expect(complained.join()).not.toMatch(/\n\s+at |\{"/)
  expect(code).toBe(1)
}
