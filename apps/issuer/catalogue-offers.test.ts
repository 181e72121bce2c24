/** What the repository shows is what the issuer takes: each example with its mapping, in each format of its type. */
import { catalogue } from '@countersign/catalogue/catalogue'
import { exampleOf, formatsOf, lifetimeDays, mappingOf } from '@countersign/catalogue/publication'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { withEverything } from './testing/issue-calls.testing.ts'
import { credentialFor, offered, proofOfKey, testIssuer, tokenFor } from './testing/issuer.testing.ts'
import { issuableTypes } from './types/issuable-types.ts'

const formats = formatRegistry(ALL_FORMATS)
const types = issuableTypes(formats.all)

function configurationOf(name: string | undefined, format: string): string {
  const found = [...types.values()].find(
    ({ configuration }) => configuration.type === name && configuration.format === format,
  )
  if (found === undefined) throw new Error(`${name} is not issued as ${format}`)
  return found.configuration.id
}

const all = catalogue.flatMap((type) =>
  formatsOf(type, formats.all).map((format) => [type.name, format.id, type, format] as const),
)

describe.each(all)('the example of %s as %s', (_name, id, type, format) => {
  it('is offered and issued as the repository shows it, with its mapping', async () => {
    const test = withEverything(testIssuer())
    const configuration = configurationOf(type.formats[id], id)
    const claims = exampleOf(type, format)
    const order = { configurationId: configuration, claims, mapping: mappingOf(type, format) }
    const { code } = await offered(test.issuer, { credentials: [order] })
    const token = await tokenFor(test, code)
    const holder = newKey()
    const credential = await credentialFor(test, token, await proofOfKey(test, holder), { configuration })
    const held = await format.open(credential, nodeCrypto)
    if (!held.ok) throw new Error(JSON.stringify(held.error))
    expect(held.value.type).toBe(type.formats[id])
    expect(held.value.holderKey).toEqual(holder.publicJwk)
    const lifetime = (held.value.expiresAt ?? 0) - test.clock.now
    expect(Math.abs(lifetime - lifetimeDays(type, format) * 86_400)).toBeLessThanOrEqual(3600)
  })
})
