import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWallet } from '@countersign/wallet/main'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atTerminal } from '../command/terminal.testing.ts'
import { account } from './account.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-account-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const run = (...argv: readonly string[]) => atTerminal(account, argv, cwd)

describe('countersign account', () => {
  it('prints a link that lets the owner of an account back in, beside a wallet that runs', async () => {
    const argv = ['--data=data', '--webPort=0', '--logLevel=silent']
    const service = await startWallet({ argv, env: {}, cwd, defaultPort: 0 })
    const api = `${service.url}/wallet-api/auth`
    const page = {
      'content-type': 'application/json',
      origin: 'http://localhost:7101',
      'sec-fetch-site': 'same-origin',
    }
    const post = (path: string, body: unknown) =>
      fetch(`${api}/${path}`, { method: 'POST', headers: page, body: JSON.stringify(body) })
    const email = 'ada@example.org'
    await post('register', { name: 'Ada', email, password: 'lost-horse' })
    const { code, complained, printed } = await run('reset', 'ADA@example.org', '--data=data')
    expect([code, complained]).toEqual([0, expect.stringContaining('10 minutes and once')])
    expect(printed).toMatch(/^http:\/\/localhost:7101\/reset#[\w-]{43}$/)
    const link = printed.split('#')[1]
    const shown = await post('reset/options', { link })
    expect(await shown.json()).toMatchObject({ account: { name: 'Ada', email } })
    const means = { password: 'found-horse' }
    expect((await post('reset', { link, means })).status).toBe(200)
    expect((await post('reset', { link, means })).status).toBe(404)
    expect((await post('login', { email, password: 'lost-horse' })).status).toBe(401)
    expect((await post('login', { email, password: 'found-horse' })).status).toBe(200)
    await service.close()
  })

  it('begins the link with the address that it is told', async () => {
    const at = ['--data=data', '--webWalletUrl=https://wallet.example']
    expect((await run('reset', 'ada@example.org', ...at)).printed).toMatch(
      /^https:\/\/wallet\.example\/reset#[\w-]{43}$/,
    )
  })

  it.each([
    [[], 'countersign account reset NAME'],
    [['rest', 'ada'], 'did you mean reset?'],
    [['reset'], 'the name is missing'],
    [['reset', '--data=data'], 'the name is missing'],
    [['reset', 'nobody@example.org', '--data=data'], 'there is no account nobody@example.org'],
    [['reset', 'ada', '--dataBase=sqlite:x'], 'dataBase'],
    [['reset', 'ada', '--mode=production'], 'secret'],
  ])('says what is wrong with %j', async (argv, words) => {
    const { code, complained, printed } = await run(...argv)
    expect([code === 0, printed]).toEqual([false, ''])
    expect(complained).toContain(words)
  })
})
