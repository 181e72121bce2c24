import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig, type Mistake, mistakeLines } from './load.ts'
import { secretText } from './schema.ts'

const extra = {
  clientName: z.string().default('Countersign'),
  retries: z.int().default(3),
  anchors: z.array(z.string()).default([]),
  strict: z.boolean().default(true),
  pin: secretText().optional(),
  limits: z.strictObject({ attempts: z.int().default(5), label: z.string().optional() }).optional(),
}

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'config-'))
  mkdirSync(join(cwd, 'config', 'verifier'), { recursive: true })
})
afterEach(() => rmSync(cwd, { recursive: true }))

function file(name: string, text: string) {
  writeFileSync(join(cwd, 'config', 'verifier', name), text)
}

function load(
  argv: string[] = [],
  env: Record<string, string> = {},
  more: { knownElsewhere?: string[] } = {},
) {
  return loadConfig({ service: 'verifier', defaultPort: 7003, extra, argv, env, cwd, ...more })
}

async function loaded(argv: string[] = [], env: Record<string, string> = {}) {
  const result = await load(argv, env)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

async function mistakes(argv: string[] = [], env: Record<string, string> = {}): Promise<readonly Mistake[]> {
  const result = await load(argv, env)
  if (result.ok) throw new Error('was accepted')
  return result.error
}

describe('configuration without anything set', () => {
  it('is a development service on loopback with memory sessions', async () => {
    const config = await loaded()
    expect(config).toMatchObject({
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 7003,
      dataDir: join(cwd, 'data'),
      baseUrl: 'http://localhost:7003',
      sessions: { type: 'memory' },
      features: ['openapi'],
      drainSeconds: 0,
      clientName: 'Countersign',
    })
    expect(config.secret).toBeUndefined()
    expect(config.instance).not.toBe('')
  })
})

describe('precedence', () => {
  it('lets a variable win over a file and a flag over a variable', async () => {
    file('web.conf', 'webPort = 1000')
    expect((await loaded()).webPort).toBe(1000)
    expect((await loaded([], { COUNTERSIGN_WEB_PORT: '2000' })).webPort).toBe(2000)
    const all = await loaded(['--webPort=3000'], { COUNTERSIGN_WEB_PORT: '2000' })
    expect(all.webPort).toBe(3000)
    expect(all.baseUrl).toBe('http://localhost:3000')
  })

  it('takes flags behind a bare -- in every spelling', async () => {
    const config = await loaded([
      '--',
      '--webPort',
      '8003',
      '--base-url=http://caddy:9093/',
      '-l',
      'debug',
      '--data=d',
    ])
    expect(config).toMatchObject({
      webPort: 8003,
      baseUrl: 'http://caddy:9093',
      logLevel: 'debug',
      dataDir: join(cwd, 'd'),
    })
  })

  it('reads lists, numbers, booleans and nested keys out of text', async () => {
    const config = await loaded(['--strict=false', '--limits.attempts=7', '--limits.label=8'], {
      COUNTERSIGN_ANCHORS: 'a, b',
      COUNTERSIGN_RETRIES: '9',
      COUNTERSIGN_TRUSTED_PROXIES: '["10.0.0.1"]',
    })
    expect(config).toMatchObject({
      strict: false,
      limits: { attempts: 7, label: '8' },
      anchors: ['a', 'b'],
      retries: 9,
      trustedProxies: ['10.0.0.1'],
    })
  })

  it('takes what is addressed to this service and leaves what is addressed to another', async () => {
    const config = await loaded(['--issuer.baseUrl=http://i', '--verifier.retries=8'], {
      COUNTERSIGN_VERIFIER_BASE_URL: 'http://v',
      COUNTERSIGN_BASE_URL: 'http://all',
      COUNTERSIGN_WEB_WALLET_BASE_URL: 'http://w',
    })
    expect(config).toMatchObject({ baseUrl: 'http://v', retries: 8 })
  })

  it('reads a directory named by --config as it stands when it has no folder of the service', async () => {
    mkdirSync(join(cwd, 'elsewhere'))
    writeFileSync(join(cwd, 'elsewhere', 'web.conf'), 'webPort = 4000')
    expect((await loaded(['--config', 'elsewhere'])).webPort).toBe(4000)
    expect(await mistakes(['--config', 'nowhere'])).toEqual([
      { source: '--config', key: 'configDir', problem: `there is no folder ${join(cwd, 'nowhere')}` },
    ])
  })
})

describe('persistence.conf', () => {
  const redis =
    'type = "redis"\nnodes = [{host = "redis-stack-server", port = 6379}]\nuser: "default"\npassword: ""'

  it('counts only when the feature is switched on', async () => {
    file('persistence.conf', redis)
    expect((await loaded()).sessions).toEqual({ type: 'memory' })
    file('_features.conf', 'enabledFeatures = [\n    persistence\n]\ndisabledFeatures = [\n    # ...\n]')
    const config = await loaded()
    expect(config.features).toContain('persistence')
    expect(config.sessions).toEqual({ type: 'redis', nodes: [{ host: 'redis-stack-server', port: 6379 }] })
  })

  it('is beaten by the sessions flag', async () => {
    file('persistence.conf', redis)
    file('_features.conf', 'enabledFeatures = [persistence]')
    const config = await loaded(['--sessions', 'redis://other:6379'])
    expect(config.sessions).toEqual({ type: 'redis', url: 'redis://other:6379' })
  })

  it('hands user and password on when there is a password', async () => {
    file('persistence.conf', redis.replace('""', '"pass"'))
    const config = await loaded(['--enabledFeatures=persistence'])
    expect(config.sessions).toMatchObject({ username: 'default', password: 'pass' })
  })

  it('reads substitutions from the environment and numbers in text', async () => {
    file('web.conf', `webPort = "7009"\nbaseUrl = "http://fallback"\nbaseUrl = \${?COUNTERSIGN_TEST_ABSENT}`)
    expect(await loaded()).toMatchObject({ webPort: 7009, baseUrl: 'http://fallback' })
  })
})

describe('mistakes', () => {
  it('are reported together, each with its file or variable and its key', async () => {
    file('web.conf', 'webPort = many\nwebhost = x')
    file('verifier-service.conf', 'limits { attempts = none, other = 1 }')
    file('_features.conf', 'enabledFeatures = [entra]')
    const found = await mistakes(['--retries=x', 'stray'], {
      COUNTERSIGN_SECRTE: 'a',
      COUNTERSIGN_LOG_LEVEL: 'loud',
    })
    const places = found.map(({ source, key }) => `${source.split('/').at(-1)} ${key}`)
    expect(places).toEqual(
      expect.arrayContaining([
        'web.conf webPort',
        'web.conf webhost',
        'verifier-service.conf limits.attempts',
        'verifier-service.conf limits',
        '--retries retries',
        'command line stray',
        'COUNTERSIGN_SECRTE secrte',
        'COUNTERSIGN_LOG_LEVEL logLevel',
      ]),
    )
    expect(found.find(({ key }) => key === 'webhost')?.problem).toContain('did you mean webHost')
  })

  it('name a feature that does not exist here', async () => {
    file('_features.conf', 'enabledFeatures = [entra, persistence]')
    expect(await mistakes()).toMatchObject([
      { key: 'enabledFeatures', problem: expect.stringContaining('unknown feature entra') },
    ])
  })

  const slips: readonly [flag: string, problem: string][] = [
    ['--webprot=1', 'unknown key; did you mean webPort?'],
    ['--web-prot=1', 'unknown key; did you mean webPort?'],
    ['--sesions=memory:', 'unknown key; did you mean sessions?'],
    ['--clientNam=x', 'unknown key; did you mean clientName?'],
    ['--colour=blue', 'unknown key'],
    ['--webPort=99999', 'must be at most 65535'],
    ['--webPort=-1', 'must be at least 0'],
    ['--webPort=80.5', 'must be a whole number'],
    ['--webPort=http', 'must be a number'],
    ['--drainSeconds=long', 'must be a number'],
    ['--strict=perhaps', 'must be true or false'],
    ['--mode=produktion', 'must be development or production; did you mean production?'],
    ['--logLevel=loud', 'must be trace or debug or info or warn or error or silent'],
  ]
  it.each(slips)('%s: %s', async (flag, problem) => {
    expect((await mistakes([flag])).map((mistake) => mistake.problem)).toEqual([problem])
  })

  it('name a file that would be read under the name that was meant', async () => {
    file('verifier-sevice.conf', 'webPort = 1')
    expect(await mistakes()).toEqual([
      {
        source: join(cwd, 'config', 'verifier', 'verifier-sevice.conf'),
        key: '',
        problem: 'no service reads a file of that name; did you mean verifier-service.conf?',
      },
    ])
  })

  it('are not made of other files, which are named: parts that are included, those of other programs', async () => {
    file('verifier-service.conf', 'include "more"')
    file('more.conf', 'retries = 7')
    file('database.conf', 'of = "another program"')
    file('verifier-sevice.conf', 'webPort = 1')
    const config = await loaded()
    expect(config.retries).toBe(7)
    const folder = join(cwd, 'config', 'verifier')
    expect(config.unreadFiles).toEqual([join(folder, 'database.conf'), join(folder, 'verifier-sevice.conf')])
  })

  it('never repeat a value', async () => {
    const found = await mistakes(['--secret=tooshortsecret'], {
      COUNTERSIGN_MANAGEMENT_API_KEY: 'short-key',
      COUNTERSIGN_SESSIONS: 'mysql://u:pw@h',
    })
    const lines = mistakeLines(found)
    expect(lines).toHaveLength(found.length)
    expect(lines.join()).not.toMatch(/tooshort|short-key|pw@/)
  })

  it('name a file that cannot be parsed', async () => {
    file('web.conf', 'webPort = [')
    expect(await mistakes()).toMatchObject([{ source: expect.stringContaining('web.conf'), key: '' }])
  })

  it('name a key that needs configuration and has none', async () => {
    const result = await loadConfig({
      service: 'verifier',
      defaultPort: 1,
      extra: { trust: z.string() },
      argv: [],
      env: {},
      cwd,
    })
    expect(result).toMatchObject({ ok: false, error: [{ source: 'configuration', key: 'trust' }] })
  })

  it('do not include a key that another service of the process knows', async () => {
    expect((await load(['--issuerName=x'])).ok).toBe(false)
    expect((await load(['--issuerName=x'], {}, { knownElsewhere: ['issuerName'] })).ok).toBe(true)
  })

  it.each(['__proto__.polluted=1', 'constructor.prototype.polluted=1'])(
    'include the flag --%s',
    async (flag) => {
      expect((await load([`--${flag}`])).ok).toBe(false)
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
    },
  )
})

describe('secrets', () => {
  const secret = 's'.repeat(40)

  it('come from the environment or a file, not from the command line', async () => {
    writeFileSync(join(cwd, 'secret.txt'), `${secret}\n`)
    expect((await loaded([], { COUNTERSIGN_SECRET: secret })).secret).toBe(secret)
    expect((await loaded(['--secretFile=secret.txt'])).secret).toBe(secret)
    expect(await mistakes([`--secret=${secret}`])).toMatchObject([{ source: '--secret', key: 'secret' }])
    expect(await mistakes(['--instance=pkcs11:object=k?pin-value=1234'])).toContainEqual(
      expect.objectContaining({ key: 'instance', problem: expect.stringContaining('pin-source') }),
    )
    expect(await mistakes(['--secretFile=absent'])).toMatchObject([
      { key: 'secretFile', problem: 'cannot be read (ENOENT): is it there, and may this user read it?' },
    ])
  })

  it('are needed in production and to listen on more than loopback', async () => {
    expect(await mistakes(['--mode=production'])).toMatchObject([{ key: 'managementApiKey' }])
    expect(await mistakes(['--webHost=0.0.0.0'])).toMatchObject([{ key: 'managementApiKey' }])
    const config = await loaded(['--mode=production'], { COUNTERSIGN_MANAGEMENT_API_KEY: 'k'.repeat(20) })
    expect(config).toMatchObject({ webHost: '0.0.0.0', drainSeconds: 5 })
  })
})

describe('further management credentials', () => {
  const one = (more = '') =>
    `managementApiKeys = [{ name = registry, sha256 = ${'a1'.repeat(32)}, scopes = ["offers:write"] ${more} }]`
  const root = { COUNTERSIGN_MANAGEMENT_API_KEY: 'k'.repeat(20) }

  it('are read with what each is for', async () => {
    file('verifier-service.conf', one())
    expect(await loaded([], root)).toMatchObject({
      managementApiKeys: [{ name: 'registry', sha256: 'a1'.repeat(32), scopes: ['offers:write'] }],
    })
  })

  it('need the one that opens everything: without it the door is open, and they would be for nothing', async () => {
    file('verifier-service.conf', one())
    expect(await mistakes()).toMatchObject([
      { key: 'managementApiKey', problem: expect.stringContaining('needed by managementApiKeys') },
    ])
  })

  it.each([
    ['scopes = ["offers:write"]', 'scopes = ["everything"]', 'managementApiKeys.0.scopes.0'],
    ['scopes = ["offers:write"]', 'scopes = []', 'managementApiKeys.0.scopes'],
    [`sha256 = ${'a1'.repeat(32)}`, 'sha256 = the-key-itself', 'managementApiKeys.0.sha256'],
    ['name = registry, ', '', 'managementApiKeys.0.name'],
  ])('with %s as %s are a mistake at %s', async (right, wrong, key) => {
    file('verifier-service.conf', one().replace(right, wrong))
    expect(await mistakes([], root)).toMatchObject([{ key }])
  })

  it('have each a name of its own', async () => {
    file('verifier-service.conf', one().replace(/\[(\{.*\})\]/, '[$1, $1]'))
    expect(await mistakes([], root)).toMatchObject([
      { problem: expect.stringContaining('names a key twice') },
    ])
  })
})

describe('a configuration file that would run code', () => {
  it('is a mistake that names the file and the line', async () => {
    file(
      'web.conf',
      'baseUrl = "http://localhost"\nwebPort = 1 | eval { expr: "globalThis.ranFromConfig = true" }',
    )
    expect(await mistakes()).toEqual([
      {
        source: expect.stringMatching(/verifier\/web\.conf$/),
        key: '',
        problem: expect.stringMatching(/^transforms .* line 2 column 13$/),
      },
    ])
    expect(Reflect.get(globalThis, 'ranFromConfig')).toBeUndefined()
  })
})
