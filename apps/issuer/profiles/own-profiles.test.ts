/** Profiles in files: what is taken, and that everything that is wrong is told at once, with file and member. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareKey } from '@countersign/crypto/jwk'
import { didFromKey } from '@countersign/did/did'
import { generateSoftwareKey } from '@countersign/keys/signers/software-key'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { profileMistakeText } from '../http/answers/wire-profiles.ts'
import { startIssuer } from '../main.ts'
import { claims, configurationId, testIssuer } from '../testing/issuer.testing.ts'
import { readOwnProfiles } from './own-profiles.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-profiles-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = (file: string, contents: string) => writeFile(join(folder, file), contents)
const plain = { credentialConfigurationId: configurationId }

const read = () =>
  readOwnProfiles(testIssuer().issuer, { profilesDir: '.', cwd: folder, tell: profileMistakeText })

async function mistakesOf(contents: string, file = 'one.json'): Promise<readonly string[]> {
  await write(file, contents)
  const own = await read()
  return own.ok ? [] : own.error
}

describe('a folder of profiles', () => {
  it('has JSON and HOCON, each named by its file', async () => {
    await write('plain.json', JSON.stringify(plain))
    await write(
      'short.conf',
      `credentialConfigurationId = "${configurationId}"\nversion = 4\nvalidityDays = 30\n`,
    )
    await write('readme.md', 'none of ours')
    await write('.hidden.json', 'none of ours')
    const own = await read()
    if (!own.ok) throw new Error(own.error.join())
    expect([...own.value.values()]).toEqual([
      { name: 'plain', version: 1, origin: 'file', profile: { ...plain, claims: { source: 'given' } } },
      {
        name: 'short',
        version: 4,
        origin: 'file',
        profile: { ...plain, claims: { source: 'given' }, validityDays: 30 },
      },
    ])
  })

  it('is told everything that is wrong, in all files at once', async () => {
    await write('a.json', JSON.stringify({ ...plain, key: 'registry', mapping: { id: '<unheard-of>' } }))
    await write('b.conf', 'claims { source = "given" }, claim = 1')
    await write('c.json', '{')
    const own = await read()
    expect(own.ok ? [] : own.error).toEqual([
      './a.json: key: the configuration has no issuerKeys entry of the name registry',
      './a.json: mapping: unknown function <unheard-of>',
      expect.stringMatching(/^\.\/b\.conf: credentialConfigurationId: is missing/),
      expect.stringMatching(/^\.\/b\.conf: unknown key claim/),
      './c.json: is not JSON that can be read (json invalid)',
    ])
  })

  it.each<[string, string, string, RegExp]>([
    ['a member twice', '{"a":1,"a":2}', 'one.json', /json duplicate member/],
    ['HOCON that is none', '{ a = ', 'one.conf', /one\.conf: /],
    [
      'a version that is none',
      JSON.stringify({ ...plain, version: 0 }),
      'one.json',
      /version: must be at least 1/,
    ],
    ['a name that is none', JSON.stringify(plain), 'One.json', /the name of a file is that of its profile/],
  ])('is refused for %s', async (_what, contents, file, problem) => {
    expect((await mistakesOf(contents, file)).join('\n')).toMatch(problem)
  })

  it('has one file for a profile', async () => {
    await write('one.conf', `credentialConfigurationId = "${configurationId}"`)
    expect(await mistakesOf(JSON.stringify(plain))).toEqual([
      './one.json: there are two files for the profile one',
    ])
  })

  it('has to be there', async () => {
    const own = await readOwnProfiles(testIssuer().issuer, {
      profilesDir: 'nowhere',
      cwd: folder,
      tell: profileMistakeText,
    })
    expect(own.ok ? [] : own.error).toEqual([expect.stringMatching(/^nowhere: cannot be read \(ENOENT\)/)])
  })
})

describe('an issuer with profiles in files', () => {
  const start = (profilesDir: string, more: string[] = []) =>
    startIssuer({
      argv: [
        '--webPort=0',
        '--logLevel=silent',
        `--data=${join(folder, 'data')}`,
        `--profilesDir=${profilesDir}`,
        ...more,
      ],
      env: {},
      cwd: folder,
      defaultPort: 0,
    })

  it('offers by them, signed by the key of the configuration that they name', async () => {
    await write('key.jwk', JSON.stringify(generateSoftwareKey('ES256')))
    await write('members.json', JSON.stringify({ ...plain, key: 'register' }))
    const keys = JSON.stringify([{ name: 'register', keyFile: join(folder, 'key.jwk') }])
    const issuer = await start('.', [`--issuerKeys=${keys}`])
    const answer = await fetch(`${issuer.url}/openid4vc/profiles/members/offers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ claims }),
    })
    expect(await answer.json()).toMatchObject({ profile: { name: 'members', version: 1 } })
    await issuer.close()
  })

  it('does not start with one that is wrong', async () => {
    await write('members.json', JSON.stringify({ ...plain, key: 'register' }))
    await expect(start('.')).rejects.toThrow(StartRefused)
  })

  it('does not start with a key under the DID of another', async () => {
    const [own, other] = [generateSoftwareKey('ES256'), generateSoftwareKey('ES256')]
    await write('own.jwk', JSON.stringify(own))
    const named = (key: typeof own) =>
      JSON.stringify([
        { name: 'a', keyFile: join(folder, 'own.jwk'), issuer: didFromKey('jwk', bareKey(key)) },
      ])
    await expect(start('.', [`--issuerKeys=${named(other)}`])).rejects.toThrow(/is the DID of another key/)
    const issuer = await start('.', [`--issuerKeys=${named(own)}`])
    await issuer.close()
  })

  it('does not start with a key that cannot be opened', async () => {
    await expect(start('.', ['--issuerKeys=[{"name":"a","keyFile":"nowhere"}]'])).rejects.toThrow(
      StartRefused,
    )
  })
})
