/**
 * The bundle that image and package are made of (`scripts/build-bundle.mjs`), built away from the sources with the few packages that
 * stay outside: whatever a service reads or loads it finds there, or not at all.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_FLAGS } from '@countersign/countersign/command/node-flags'
import { SERVICE_NAMES, type ServiceName } from '@countersign/countersign/services'
import { answersOk, freePort, freePorts } from '@countersign/local-servers/ports'
import { type Program, startProgram, untilReady } from '@countersign/local-servers/process/program'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))

let folder: string
let bundle: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-bundle-'))
  bundle = join(folder, 'program')
  const built = spawnSync(
    process.execPath,
    ['scripts/build-bundle.mjs', '--with-modules', `--out=${bundle}`],
    { cwd: root, encoding: 'utf8' },
  )
  expect(built.stderr).toBe('')
  expect(built.stdout).toMatch(/^bundled with \d+ packages/m)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const inBundle = (name: string) => join(bundle, 'apps/countersign', name)

/** An empty folder to run in. */
async function elsewhere(): Promise<string> {
  const cwd = join(folder, `cwd-${await freePort()}`)
  await mkdir(cwd)
  return cwd
}

function start(args: readonly string[], cwd: string): Program {
  return startProgram({
    program: process.execPath,
    args: [...NODE_FLAGS, inBundle('main.mjs'), ...args],
    cwd,
    env: { PATH: process.env['PATH'] },
  })
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [...NODE_FLAGS, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
    maxBuffer: 64_000_000,
  })
}

describe('what the build writes', () => {
  it('is a package that depends on what stays outside, in the versions of the lock file', async () => {
    const read = async (file: string) => JSON.parse(await readFile(file, 'utf8'))
    const { packages } = await read(join(root, 'package-lock.json'))
    const { dependencies, bin, private: isPrivate } = await read(join(bundle, 'package.json'))
    expect(Object.keys(dependencies)).toEqual([
      '@fastify/swagger-ui',
      '@node-rs/argon2',
      '@pushcorn/hocon-parser',
    ])
    for (const [name, version] of Object.entries(dependencies))
      expect(packages[`node_modules/${name}`].version).toBe(version)
    expect(isPrivate).toBeUndefined()
    expect(run([join(bundle, bin.countersign), '--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('names the licences of what went in', async () => {
    const licences = await readFile(join(bundle, 'THIRD-PARTY-LICENSES'), 'utf8')
    for (const name of ['fastify', 'zod', '@redis/client', 'preact']) {
      const [, after = ''] = licences.split(new RegExp(`^${name} \\d[\\d.]* \\(MIT\\)$`, 'm'))
      expect(after.slice(0, 2_000)).toMatch(/Permission is hereby granted/)
    }
  })

  it('knows nothing of the place where it was built', async () => {
    const names = (await readdir(join(bundle, 'apps/countersign'))).filter((name) => /\.m?js$/.test(name))
    expect(names.length).toBeGreaterThan(50)
    for (const name of names) expect(await readFile(inBundle(name), 'utf8')).not.toContain(root)
  })
})

describe('each service by itself', () => {
  it.each(SERVICE_NAMES)('the %s gets ready', async (name) => {
    const port = await freePort()
    const program = start([name, `--webPort=${port}`, '--logLevel=warn'], await elsewhere())
    try {
      await untilReady(program, name, () => answersOk(`http://localhost:${port}/readyz`))
    } finally {
      await program.stop()
    }
    expect(program.exitCode()).toBe(0)
  })
})

describe('everything in one process', () => {
  let urls: Readonly<Record<ServiceName, string>>
  let program: Program
  beforeAll(async () => {
    const cwd = await elsewhere()
    const config = join(cwd, 'config/issuer')
    await mkdir(config, { recursive: true })
    await writeFile(join(config, 'issuer-service.conf'), 'displayName = "Read from a file"\n')
    const ports = await freePorts(SERVICE_NAMES.length)
    const flags = SERVICE_NAMES.map((name, at) => `--${name}.webPort=${ports[at]}`)
    urls = Object.fromEntries(
      SERVICE_NAMES.map((name, at) => [name, `http://localhost:${ports[at]}`]),
    ) as typeof urls
    program = start(['up', '--config=config', ...flags], cwd)
    await untilReady(program, 'countersign up', async () => {
      const ready = await Promise.all(Object.values(urls).map((url) => answersOk(`${url}/readyz`)))
      return ready.every(Boolean)
    })
  })
  afterAll(() => program?.stop())

  const text = async (url: string) => {
    const response = await fetch(url)
    expect(response.status, url).toBe(200)
    return response.text()
  }

  it('a credential goes its whole way', () => {
    const { wallet, issuer, verifier } = urls
    const at = [`--wallet=${wallet}`, `--issuer=${issuer}`, `--verifier=${verifier}`]
    const { status, stdout, stderr } = run([inBundle('main.mjs'), 'demo', ...at])
    expect(stderr).toBe('')
    expect(stdout).toContain('The verification is verified.')
    expect(stdout).toContain('given_name: "Ada"')
    expect(status).toBe(0)
  })

  it('files of configuration are read', async () => {
    const metadata = JSON.parse(await text(`${urls.issuer}/.well-known/openid-credential-issuer`))
    expect(metadata.display[0].name).toBe('Read from a file')
  })

  it.each(['wallet', 'issuer', 'verifier', 'repository'] as const)(
    'the %s shows its API, document and page',
    async (name) => {
      const { openapi, paths } = JSON.parse(await text(`${urls[name]}/api.json`))
      expect(openapi).toBe('3.1.0')
      expect(Object.keys(paths).length).toBeGreaterThan(2)
      expect(await text(`${urls[name]}/swagger`)).toContain('swagger-ui-bundle.js')
      expect((await text(`${urls[name]}/swagger/static/swagger-ui-bundle.js`)).length).toBeGreaterThan(
        100_000,
      )
    },
  )

  it.each(['web-wallet', 'portal'] as const)(
    'the pages of the %s are there, with their parts',
    async (name) => {
      const page = await text(`${urls[name]}/`)
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
      expect((await text(`${urls[name]}${script}`)).length).toBeGreaterThan(10_000)
    },
  )

  it('the pages that the repository draws have their look', async () => {
    const page = await text(`${urls.repository}/`)
    const sheet = /href="([^"]+\.css)"/.exec(page)?.[1] ?? 'no sheet'
    expect(await text(new URL(sheet, `${urls.repository}/`).href)).toContain('--')
  })
})

describe('its compile cache', () => {
  it('filled as in an image has every module that a service loads', async () => {
    const cache = { NODE_COMPILE_CACHE: join(folder, 'filled'), NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
    expect(run([inBundle('fill-compile-cache.mjs')], cache).stdout).toMatch(/^[1-9]\d+ modules/m)
    const config = await elsewhere()
    await writeFile(join(config, 'web.conf'), 'webPort = none')
    for (const service of ['wallet', 'issuer', 'verifier']) {
      const { stderr } = run([inBundle('main.mjs'), service, `--config=${config}`], cache)
      expect(stderr).toContain('webPort')
      expect(stderr.match(/was accepted/g)?.length).toBeGreaterThan(20)
      const missing = stderr.match(/.*no such file or directory/g) ?? []
      // Loaded before the cache is on, unless the environment says where it is, as it does here.
      expect(missing.filter((line) => !/countersign\/(?:main|compile-cache)\.mjs/.test(line))).toEqual([])
    }
  })
})
