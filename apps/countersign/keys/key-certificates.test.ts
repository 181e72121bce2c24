import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atTerminal } from '../command/terminal.testing.ts'
import { keys } from './keys.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-certificates-'))
  for (const name of ['ca', 'verifier']) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await writeFile(join(cwd, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await writeFile(join(cwd, `${name}.pub.pem`), publicKey.export({ type: 'spki', format: 'pem' }))
  }
  await writeFile(
    join(cwd, 'ca.crt'),
    (await run('authority', '--key', 'ca.pem', '--name=Example CA')).printed,
  )
})
afterAll(() => rm(cwd, { recursive: true }))

const run = (...argv: readonly string[]) => atTerminal(keys, argv, cwd)

const below = ['--authorityKey', 'ca.pem', '--authorityCertFile', 'ca.crt', '--name=Verifier'] as const

describe('keys authority', () => {
  it('makes a root for a key', async () => {
    const { code, printed } = await run(
      'authority',
      '--key',
      `file:${join(cwd, 'ca.pem')}`,
      '--name=Root',
      '--country=AT',
      '--days=400',
    )
    expect(code).toBe(0)
    const root = new X509Certificate(printed)
    expect(root.ca).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
    expect(root.subject).toBe('C=AT\nCN=Root')
    expect((root.validToDate.getTime() - root.validFromDate.getTime()) / 86_400_000).toBe(400)
  })

  it.each([
    [['--name=Root'], '--key is needed'],
    [['--key', 'ca.pem'], '--name is needed'],
    [['--key', 'nowhere.pem', '--name=Root'], 'the given key cannot be read'],
    [['--key', 'ca.pem', '--name=Root', '--country=Austria'], 'name_invalid'],
    [['--key', 'ca.pem', '--name=Root', '--days=0'], '--days must be a number of days'],
    [['--key', 'ca.pem', '--name=Root', '--days=99999'], 'validity_too_long'],
    [['--key', 'ca.pem', '--name=Root', '--crl=ftp'], '--crl must be a URL'],
    [['--key', 'ca.pem', '--name=Root', '--dnsName=a.example'], 'unknown flag --dnsName'],
  ])('says what is wrong with %j', async (flags, words) => {
    const { code, printed, complained } = await run('authority', ...flags)
    expect(code).toBe(2)
    expect(printed).toBe('')
    expect(complained).toContain(words)
  })
})

describe('keys certificate', () => {
  it.each([
    ['--key', 'verifier.pem'],
    ['--publicKeyFile', 'verifier.pub.pem'],
  ])('certifies the key of %s %s', async (flag, file) => {
    const { code, printed } = await run(
      'certificate',
      'request-signing',
      ...below,
      flag,
      file,
      '--dnsName=verifier.example,www.verifier.example',
      '--uri=https://verifier.example',
      '--extendedKeyUsage=1.0.18013.5.1.6',
    )
    expect(code).toBe(0)
    const leaf = new X509Certificate(printed)
    const ca = new X509Certificate((await run('authority', '--key', 'ca.pem', '--name=Example CA')).printed)
    expect(leaf.ca).toBe(false)
    expect(leaf.verify(ca.publicKey)).toBe(true)
    expect(leaf.checkHost('www.verifier.example')).toBe('www.verifier.example')
    expect(leaf.keyUsage).toEqual(['1.0.18013.5.1.6'])
    const { printed: other } = await run('certificate', 'status-list', ...below, '--key', 'verifier.pem')
    expect(new X509Certificate(other).publicKey.equals(leaf.publicKey)).toBe(true)
    expect(createPublicKey(printed).equals(leaf.publicKey)).toBe(true)
  })

  it.each(['issuer', 'request-signing', 'status-list', 'wallet-provider', 'trust-list'])(
    'is made for %s',
    async (purpose) => {
      const names = purpose === 'issuer' ? ['--uri=https://issuer.example'] : []
      const { code, printed } = await run('certificate', purpose, ...below, ...names, '--key', 'verifier.pem')
      expect(code).toBe(0)
      expect(new X509Certificate(printed).issuer).toBe('CN=Example CA')
    },
  )

  it.each([
    [['isuer'], 'did you mean issuer?'],
    [['issuer', '--name=x'], '--authorityCertFile is needed'],
    [['issuer', ...below, '--key=verifier.pem'], '--dnsName is needed: the host of the issuer'],
    [['status-list', ...below], 'either --key or --publicKeyFile'],
    [['status-list', ...below, '--key=verifier.pem', '--publicKeyFile=verifier.pub.pem'], 'either --key or'],
    [['status-list', ...below, '--publicKeyFile=verifier.pem'], 'no public key'],
    [['issuer', ...below, '--key=verifier.pem', '--dnsName=a b'], 'alternative_name_invalid'],
    [['issuer', ...below.slice(0, 2), '--authorityCertFile=no.crt', '--name=x'], 'cannot be read'],
    [
      ['status-list', '--authorityKey=verifier.pem', ...below.slice(2), '--key=verifier.pem'],
      'issuer_key_differs',
    ],
  ])('says what is wrong with %j', async (argv, words) => {
    const { code, printed, complained } = await run('certificate', ...argv)
    expect(code).toBe(2)
    expect(printed).toBe('')
    expect(complained).toContain(words)
  })
})
