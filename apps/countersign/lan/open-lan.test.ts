import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLan } from './open-lan.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-lan-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const machine = {
  hostname: 'laptop',
  interfaces: { eth0: [{ address: '192.168.1.20', family: 'IPv4' as const }] },
  addressesOf: async () => ['192.168.1.20'],
}
const open = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  openLan(undefined, { argv, env, cwd }, machine)

describe('a stack for a phone', () => {
  it('speaks of every service but the portal by one name, on the ports that they have', async () => {
    const { defaults, flags, host, secureFor } = await open(['--issuer.webPort=8002'], {
      COUNTERSIGN_VERIFIER_WEB_PORT: '8003',
    })
    expect(host).toEqual({ name: 'laptop.local', address: '192.168.1.20' })
    expect(flags).toEqual([
      '--wallet.baseUrl=https://laptop.local:7001',
      '--issuer.baseUrl=https://laptop.local:8002',
      '--verifier.baseUrl=https://laptop.local:8003',
      '--web-wallet.baseUrl=https://laptop.local:7101',
      '--repository.baseUrl=https://laptop.local:7103',
    ])
    expect(defaults).toEqual([
      '--wallet.allowPrivateAddresses=false',
      '--wallet.repositoryUrl=https://laptop.local:7103',
    ])
    expect(secureFor('portal')).toBeUndefined()
    expect(secureFor('issuer')).toMatchObject({ host: '192.168.1.20' })
  })

  const refused: readonly [string, readonly string[], Readonly<Record<string, string>>, string][] = [
    ['in production', ['--mode=production', '--baseUrl=https://x.example'], {}, 'baseUrl of its own'],
    ['in production', ['--mode=production'], {}, 'is for development'],
    [
      'with an address of its own',
      ['--issuer.baseUrl=https://x.example'],
      {},
      'issuer has a baseUrl of its own',
    ],
    [
      'with an address of its own in the environment',
      [],
      { COUNTERSIGN_WALLET_BASE_URL: 'https://x.example' },
      'wallet has a baseUrl of its own: https://x.example',
    ],
    ['that listens everywhere already', ['--webHost=0.0.0.0'], {}, 'wallet is to listen on 0.0.0.0'],
    ['on any free port', ['--verifier.webPort=0'], {}, 'verifier is any free one'],
  ]
  it.each(refused)('is refused %s', async (_what, argv, env, why) => {
    const opening = open(argv, env)
    await expect(opening).rejects.toMatchObject({ name: 'StartRefused' })
    await expect(opening).rejects.toThrow(why)
  })
})
