import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPortal } from './main.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-portal-start-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'key'), 'k'.repeat(20))
  await writeFile(join(folder, 'short'), 'k')
})
afterAll(() => rm(folder, { recursive: true }))

function start(...argv: readonly string[]) {
  const flags = [`--data=${join(folder, 'data')}`, '--webPort=0', '--logLevel=silent', ...argv]
  return startPortal({ argv: flags, env: {}, cwd: folder, defaultPort: 0 }, folder)
}

async function refusalOf(...argv: readonly string[]): Promise<string> {
  try {
    await (await start(...argv)).close()
  } catch (error) {
    const { message, details = [] } = error as { message: string; details?: readonly string[] }
    return [message, ...details].join('\n')
  }
  return 'started'
}

describe('a portal', () => {
  it('starts in development on loopback without operators', async () => {
    const running = await start()
    const session = await (await fetch(`${running.url}/api/session`)).json()
    expect(session).toEqual({ login: 'none', webWalletUrl: 'http://localhost:7101' })
    const page = await fetch(`${running.url}/verify/x/result`, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("require-trusted-types-for 'script'"),
    ])
    await running.close()
  })

  it('wants operators to log in where more than this machine reaches it, or where somebody says so', async () => {
    for (const flag of ['--operatorLogin=true', '--webHost=0.0.0.0']) {
      const running = await start(flag)
      const port = new URL(running.url).port
      expect(await (await fetch(`http://127.0.0.1:${port}/api/session`)).json()).toEqual({ login: 'needed' })
      await running.close()
    }
  })

  it.each([
    [['--demoSocket=/tmp/x/control', '--webHost=0.0.0.0'], 'demoSocket is for development on loopback'],
    [['--operatorLogin=false', '--webHost=0.0.0.0'], 'operatorLogin cannot be off in development on 0.0.0.0'],
    [['--baseUrl=https://example.org/portal'], 'baseUrl has a path'],
    [['--issuerUrl=issuer:7002'], 'must be a URL such as http://issuer:7002'],
    [['--issuerApiKeyFile=nowhere'], 'issuerApiKeyFile'],
    [['--verifierApiKeyFile=short'], 'must hold 16 to 4096 characters'],
    [['--issuerKey=x'], 'issuerKey'],
  ])('does not start with %j, and says why', async (flags, words) => {
    expect(await refusalOf(...flags)).toContain(words)
  })

  it('reads the keys of the services from files', async () => {
    expect(await refusalOf('--issuerApiKeyFile=key', '--verifierApiKeyFile=key')).toBe('started')
  })

  it.each([
    [[], 'issuerApiKey is needed in production: it is the managementApiKey of the issuer'],
    [['--issuerApiKeyFile=key'], 'verifierApiKey is needed in production'],
    [
      ['--issuerApiKeyFile=key', '--verifierApiKeyFile=key', '--operatorLogin=false'],
      'operatorLogin cannot be off in production',
    ],
  ])('does not start in production with %j, and says what is missing', async (flags, words) => {
    expect(await refusalOf('--mode=production', '--baseUrl=https://portal.example', ...flags)).toContain(
      words,
    )
  })
})
