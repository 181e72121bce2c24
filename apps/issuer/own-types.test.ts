/** Types of an operator's own are offered and issued as those that come along, in every format that they name. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@countersign/catalogue/catalogue'
import { exampleOf, formatsOf, mappingOf } from '@countersign/catalogue/publication'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { openTypes } from '@countersign/service/types/open-types'
import { newKey } from '@countersign/testing/people/keys'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startIssuer } from './main.ts'
import { withEverything } from './testing/issue-calls.testing.ts'
import { credentialFor, offered, proofOfKey, testIssuer, tokenFor } from './testing/issuer.testing.ts'
import { issuableTypes } from './types/issuable-types.ts'

const gym = {
  name: 'GymCard',
  id: 'gym_card',
  formats: {
    'dc+sd-jwt': 'urn:example:gym-card:1',
    mso_mdoc: 'org.example.gym.1',
    jwt_vc_json: 'GymCard',
    'vc+jwt': 'GymCard',
    'vc+sd-jwt': 'GymCard',
  },
  namespace: 'org.example.gym.1',
  label: { en: 'Gym card' },
  description: { en: 'Training at Sample Gym.' },
  card: { background: '#123456', text: '#ffffff' },
  claims: { given_name: { mandatory: true }, member_since: { is: 'issue_date' }, portrait: {} },
  example: { given_name: 'Ada', member_since: '2026-01-01', portrait: 'AAECAwQF' },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-types-'))
  await writeFile(join(folder, 'gym.json'), JSON.stringify(gym))
})
afterAll(() => rm(folder, { recursive: true }))

it('by an issuer that is started with their folder', async () => {
  const argv = ['--webPort=0', '--logLevel=silent', `--data=${join(folder, 'data')}`, `--typesDir=${folder}`]
  const issuer = await startIssuer({ argv, env: {}, cwd: folder, defaultPort: 0 })
  const answer = await fetch(`${issuer.url}/.well-known/openid-credential-issuer`)
  const { credential_configurations_supported: offers } = (await answer.json()) as {
    credential_configurations_supported: Readonly<Record<string, { readonly vct?: string }>>
  }
  expect(offers['gym_card_dc+sd-jwt']?.vct).toBe('urn:example:gym-card:1')
  expect(offers['eu_pid_dc+sd-jwt']?.vct).toBe('urn:eudi:pid:1')
  await issuer.close()
})

it.each(ALL_FORMATS.map((format) => [format.id, format] as const))('as %s', async (id, format) => {
  const types = await openTypes({ typesDir: folder, cwd: folder, formats: ALL_FORMATS, types: catalogue })
  const type = types.at(-1)
  if (type === undefined || formatsOf(type, [format]).length === 0) throw new Error(`no type comes as ${id}`)
  const everything = withEverything(testIssuer())
  const test = { ...everything, issuer: { ...everything.issuer, types: issuableTypes(ALL_FORMATS, types) } }
  const configuration = [...test.issuer.types.values()].find(
    (one) => one.configuration.format === id && one.configuration.type === type.formats[id],
  )?.configuration.id
  const order = {
    configurationId: configuration ?? '',
    claims: exampleOf(type, format),
    mapping: mappingOf(type, format),
  }
  const { code } = await offered(test.issuer, { credentials: [order] })
  const token = await tokenFor(test, code)
  const wish = { configuration: order.configurationId }
  const credential = await credentialFor(test, token, await proofOfKey(test, newKey()), wish)
  const held = await format.open(credential, nodeCrypto)
  if (!held.ok) throw new Error(JSON.stringify(held.error))
  expect(held.value.type).toBe(type.formats[id])
  expect(JSON.stringify(held.value.claims)).toContain('"given_name":"Ada"')
})
