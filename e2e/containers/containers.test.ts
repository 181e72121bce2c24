/**
 * What docs/distributed.md says of containers, command by command, with `deploy/` as it stands: the image, two verifiers by
 * hand that lose each other's sessions until they share them, and the compose file. Podman is asked in Docker's place.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finished } from '@countersign/local-servers/process/finished-within'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeBaseImages } from './base-images.ts'
import { documented } from './documented.ts'
import { fillNpmCache, npmOfThisMachine } from './npm-cache.ts'
import { containersRefused, openSandbox, type Sandbox } from './sandbox.ts'
import { type Addresses, curl, type Walk, walkAt } from './walk.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = documented('distributed.md', '## In containers')
const refused = containersRefused()

/** What people have lying about in a project's folder, and what must not be in an image. */
const LYING_ABOUT = [
  'deployment-secret',
  'issuer-key.pem',
  '.env.production',
  'apps/verifier/.env',
  'apps/verifier/issuer-key.pem',
  'packages/keys/deployment-secret',
  'mydata/identity/key',
  'npm-debug.log',
]

// Four images, of which one is built with npm: a minute on a machine with nothing else to do.
const PREPARED_WITHIN_MS = 600_000

let sandbox: Sandbox
let npm: NodeJS.ProcessEnv
let key: string

describe.skipIf(refused !== undefined)(
  refused === undefined ? 'in containers' : `in containers: ${refused}`,
  () => {
    beforeAll(async () => {
      sandbox = await openSandbox(root)
      npm = npmOfThisMachine(sandbox)
      await makeBaseImages(sandbox, imageNames())
      for (const file of LYING_ABOUT) await sh(`mkdir -p "$(dirname ${file})" && echo planted > ${file}`)
      await sh(page.command('cp deploy/.env.example'))
      key = (await sh("sed -n 's/^COUNTERSIGN_MANAGEMENT_API_KEY=//p' deploy/.env")).trim()
      await build()
    }, PREPARED_WITHIN_MS)

    afterAll(() => sandbox?.close())

    describe('the image', () => {
      it('has the program, its settings and nothing else', async () => {
        const files = (await inImage('cd app && find . -type f -not -path "./node_modules/*"'))
          .split('\n')
          .filter(Boolean)
        // Pages that a service draws itself, and what they share with the built ones, have their sheets beside them.
        const wanted =
          /^\.\/(?:package\.json|LICENSE|THIRD-PARTY-LICENSES|config\/[a-z-]+\/[\w-]+\.conf|apps\/countersign\/[\w-]+\.m?js|apps\/[a-z-]+\/dist\/.+|(?:apps\/repository\/site|apps\/countersign\/lan|packages\/ui)\/.+\.css)$/
        expect(files.filter((file) => !wanted.test(file))).toEqual([])
        expect(files.filter((file) => /\.(?:test|testing|contract)\.|\/testing\//.test(file))).toEqual([])
        expect(await inImage('grep -rlx planted app || true')).toBe('')
        expect(await inImage('ls -a app')).toBe(
          '.\n..\nLICENSE\nTHIRD-PARTY-LICENSES\napps\nconfig\nnode_modules\npackage.json\npackages\n',
        )
        const tools = await inImage(
          'cd app/node_modules && { ls -d typescript vitest playwright rolldown fastify zod 2>/dev/null || true; }',
        )
        expect(tools).toBe('')
      })

      it('is small, and belongs to root', async () => {
        expect(Number((await inImage('du -sm app')).split('\t')[0])).toBeLessThan(45)
        expect(await inImage('find app ! -user root -o -perm -o=w ! -type l')).toBe('')
      })

      it('runs as a user of its own, and is told what it serves', async () => {
        const run = 'docker run --rm --init'
        expect(await sh(`${run} --entrypoint id countersign -u`)).toBe('10001\n')
        expect(await sh(`${run} countersign --help`)).toContain('verifier')
        // It listens for the network, so it wants a key before it opens.
        const unguarded = await tried(`${run} --network none countersign verifier`)
        expect(unguarded.code).toBe(1)
        expect(unguarded.stderr + unguarded.stdout).toMatch(/managementApiKey/)
      })
    })

    it('a folder of the host, or a secret, that only root may read is refused by name', async () => {
      await sh('mkdir -p theirs && echo kept > theirs/secret && chmod 700 theirs && chmod 600 theirs/secret')
      const run = 'docker run --rm --init --network none -v "$PWD/theirs:/data"'
      const folder = await tried(`${run} countersign wallet`)
      expect(folder.code).toBe(1)
      expect(folder.stderr + folder.stdout).toMatch(
        /the wallet does not start: \/data\/\S* may not be opened .*: \/data belongs to uid 0 .* runs as uid 10001; chown -R 10001 \/data/,
      )
      const secret = 'docker run --rm --init --network none -v "$PWD/theirs/secret:/run/secrets/key:ro"'
      const file = await tried(`${secret} -e COUNTERSIGN_SECRET_FILE=/run/secrets/key countersign wallet`)
      expect(file.code).toBe(1)
      expect(file.stderr + file.stdout).toMatch(
        /the wallet does not start: \/run\/secrets\/key: secretFile: cannot be read \(EACCES\): .*may this user read it/,
      )
    })

    describe('by hand', () => {
      it('two verifiers answer in turn at one address', async () => {
        await sh(page.command('docker network create').split('\n')[1] ?? '')
        await startVerifiers()
        await sh(page.command('--name caddy'))
        await eventually('both are asked', async () => new Set(await askedInTurn()).size === 2)
        const { servers } = JSON.parse((await curl(sandbox, 'http://localhost:9093/api.json')).text)
        expect(servers).toEqual([{ url: './' }])
      })

      it('of a session only one of them knows', async () => {
        const looks = await sh(page.command('SESSION='))
        expect(
          looks
            .match(/^HTTP\S+ \d+/gm)
            ?.map((line) => line.slice(-3))
            .toSorted(),
        ).toEqual(['200', '200', '404', '404'])
        expect(looks).toContain('No active verification session found by the given id')
      })

      it('after two edits and a build, which installs nothing, both know it', async () => {
        await sh(page.command('--name redis'))
        await sh(page.command('sed -i'.concat(" 's/# persistence")))
        const again = page.command('docker stop verifier1').split('\n')
        await sh(again.find((line) => line.startsWith('docker stop')) ?? '')
        const said = await sh(again.find((line) => line.startsWith('docker build')) ?? '')
        expect(said).not.toMatch(/added \d+ packages/)
        await startVerifiers()
        await eventually('both are asked', async () => new Set(await askedInTurn()).size === 2)
        expect((await sh(page.command('SESSION='))).match(/ 200/g)).toHaveLength(4)
      })

      it('a credential goes its whole way, by hand and by the demo', async () => {
        await sh(page.command('--name issuer'))
        await sh(page.command('--name wallet'))
        const at = {
          wallet: 'http://localhost:7001',
          issuer: 'http://localhost:7002',
          verifier: 'http://localhost:9093',
        }
        await ready(at.wallet, at.issuer)
        await verified(await walkAt(sandbox, at, key))
        expect(await sh(page.command('countersign demo'))).toContain('Disclosed, and no more:')
      })

      it('all of it goes away', async () => {
        await sh(page.command('docker volume rm'))
        expect(await sh('docker ps -aq; docker volume ls -q')).toBe('')
        expect(await sh('git status --porcelain config')).toBe('')
      })
    })

    describe('the compose file', () => {
      const at: Addresses = {
        wallet: 'http://localhost:9091',
        issuer: 'http://localhost:9092',
        verifier: 'http://localhost:9093',
      }
      const [webWallet, portal] = ['http://localhost:9094', 'http://localhost:9095']
      let walk: Walk

      it('starts as it is, and a credential goes its whole way', async () => {
        // The image is the one of above: Podman would not know its layers again under another name of the folder.
        await sh(page.command('up --build').replace(' --build', ''))
        // All of it: a call beside a dozen processes that start may take longer than a wallet waits for an issuer.
        await ready(at.wallet, at.issuer, at.verifier, 'http://localhost:9090', webWallet, portal)
        walk = await walkAt(sandbox, at, key)
        await verified(walk)
        const looked = page.command('run --rm --no-deps repository1 demo')
        expect(await sh(looked)).toContain('Disclosed, and no more:')
      })

      it('the pages are served, and the first operator gets a link', async () => {
        for (const url of [webWallet, portal]) {
          const first = await sh(`curl -s ${url}/`)
          const script = /src="(\/assets\/[^"]+\.js)"/.exec(first)?.[1]
          expect(await sh(`curl -s -o /dev/null -w '%{http_code} %{content_type}' ${url}${script}`)).toBe(
            '200 text/javascript; charset=utf-8',
          )
        }
        expect(
          await sh(`curl -s -o /dev/null -w '%{http_code}' ${portal}/api/verifier/openid4vc/sessions`),
        ).toBe('401')
        expect(await sh(page.command('operator add'))).toMatch(/http:\/\/countersign\.localhost:9095\/\S+/)
      })

      it('the services can write nowhere and may nothing', async () => {
        const asked = 'id -u; touch /app/x /x; cat /proc/self/status'
        const seen = await sh(`docker exec deploy_issuer1_1 sh -c '${asked}' 2>&1`)
        expect(seen).toMatch(/^10001$/m)
        expect(seen.match(/Read-only file system/g)).toHaveLength(2)
        expect(seen).toMatch(/^CapEff:\t0+$/m)
        expect(seen).toMatch(/^NoNewPrivs:\t1$/m)
      })

      it('an instance may be stopped in the middle, and ends in good order', async () => {
        const verification = await begun(walk)
        const from = performance.now()
        await sh(page.command('compose.yaml stop verifier1'))
        expect(performance.now() - from).toBeLessThan(graceMs())
        expect(await sh('docker inspect -f "{{.State.ExitCode}}" deploy_verifier1_1')).toBe('0\n')
        await walk.present(verification)
        expect(await walk.isVerified(verification)).toBe(true)
        await sh('docker start deploy_verifier1_1')
        await eventually('both are asked', async () => new Set(await askedInTurn()).size === 2)
      })

      it('an instance may be killed in the middle', async () => {
        const verification = await begun(walk)
        await sh('docker kill deploy_verifier2_1')
        await walk.present(verification)
        expect(await walk.isVerified(verification)).toBe(true)
      })

      it('is quiet when nobody asks for anything', async () => {
        await new Promise((resolve) => setTimeout(resolve, 4_000))
        const lines = (await sh('docker logs --since 3s deploy_issuer1_1 2>&1')).split('\n').filter(Boolean)
        expect(lines).toEqual([])
      })
    })
  },
)

/** Those of the Dockerfile and of the compose file, as Docker reads them. */
function imageNames() {
  const read = (file: string) => readFileSync(join(root, 'deploy', file), 'utf8')
  const named = (name: string) => {
    const [, found = ''] =
      new RegExp(`(?:FROM|image:) (${name}:\\S+)`).exec(read('Dockerfile') + read('compose.yaml')) ?? []
    return `docker.io/library/${found}`
  }
  return { node: named('node'), caddy: named('caddy'), redis: named('redis'), postgres: named('postgres') }
}

function graceMs(): number {
  const [, seconds] =
    /stop_grace_period: (\d+)s/.exec(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8')) ?? []
  return Number(seconds) * 1000
}

async function build(): Promise<void> {
  const command = page.command('docker network create').split('\n')[0] ?? ''
  const first = await tried(command)
  if (first.code === 0) return
  if (!first.stderr.includes('ENOTCACHED'))
    throw new Error(`the image was not built: ${first.stdout}\n${first.stderr}`)
  fillNpmCache(sandbox, root)
  await sh(command)
}

function tried(commands: string): Promise<Finished> {
  return sandbox.tried('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: sandbox.project,
    env: npm,
    withinMs: 240_000,
  })
}

/** Shell commands in the project's folder of the sandbox; what they print. */
async function sh(commands: string): Promise<string> {
  const { code, stdout, stderr } = await tried(commands)
  if (code !== 0) throw new Error(`${commands}\nfailed (${code}):\n${stdout}\n${stderr}`)
  return stdout
}

/** Shell commands at the root of the image's files. */
async function inImage(commands: string): Promise<string> {
  const mounted = (await sh('podman image mount countersign')).trim()
  return sh(`cd ${mounted} && ${commands}`)
}

async function startVerifiers(): Promise<void> {
  for (const name of ['verifier1', 'verifier2']) await sh(page.command(`--name ${name}`))
  await ready('http://localhost:7003', 'http://localhost:8003')
}

async function ready(...urls: readonly string[]): Promise<void> {
  const patiently = 'curl -sf -o /dev/null --max-time 5 --retry 200 --retry-delay 1 --retry-all-errors'
  for (const url of urls) await sh(`${patiently} ${url}/readyz`)
}

/** Who answered, of four calls in a row. */
async function askedInTurn(): Promise<readonly string[]> {
  const answers = await sh(page.command('policy-list -H "authorization: Bearer $KEY" | grep'))
  return [...answers.matchAll(/^x-instance: (\S+)/gim)].map(([, name = '']) => name)
}

async function begun(walk: Walk) {
  await walk.receive()
  return walk.request()
}

async function verified(walk: Walk): Promise<void> {
  const verification = await begun(walk)
  await walk.present(verification)
  expect(await walk.isVerified(verification)).toBe(true)
}
