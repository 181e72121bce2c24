/** What would leave, claim by claim, with a card whose claims cannot all be withheld by themselves. */
import type { JsonObject } from '@countersign/core/json'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { startTestVerifier, type TestVerifier } from '@countersign/testing/people/verifier'
import { afterEach, expect, it } from 'vitest'
import { useOffer } from '../receive/receive-credential.ts'
import { identity, startTestIssuer } from '../testing/issuer.testing.ts'
import { newOwner, onSqlite, type TestStore, withAnchors } from '../testing/wallet.testing.ts'
import type { Candidate } from './candidates.ts'
import { openRequest, useOpenRequest } from './request-exchange.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const number = 'urn:uuid:3f2a9d1e-0c8b-4d2f-9a57-2f7c1e6b8d90'
const claims = {
  id: number,
  member_since: '2019',
  given_name: 'Ada',
  email: 'ada@example.org',
  // One disclosure: whoever sees the town sees the country.
  address: { locality: 'Graz', country: 'AT' },
  nationalities: ['AT', 'DE'],
}
const card: { readonly claims: JsonObject; readonly selectivelyDisclosable: ClaimPath[] } = {
  claims,
  selectivelyDisclosable: [['given_name'], ['email'], ['address'], ['nationalities', null]],
}

async function asked(store: TestStore, query: JsonObject, held: typeof card = card) {
  const [verifier, issuer] = [await startTestVerifier(), await startTestIssuer({ claims: held })]
  open.push(verifier, issuer)
  const wallet = store.instance(withAnchors(verifier.anchors))
  const owned = await newOwner(wallet)
  const received = await useOffer(wallet, owned, { offer: issuer.offer() })
  if (!received.ok) throw new Error(received.error.code)
  const credentials = [{ id: 'q', format: 'dc+sd-jwt', meta: { vct_values: [identity.type] }, ...query }]
  const opened = await openRequest(wallet, owned, verifier.request({ query: { credentials } }), ['en'])
  if (!opened.ok) throw new Error(opened.error.code)
  const candidate = opened.value.queries[0]?.candidates[0]
  if (candidate === undefined) throw new Error('the card does not answer')
  const share = async (more: object = {}, locales: readonly string[] = ['en']) => {
    const { credentialId } = candidate
    const decision = [{ queryId: 'q', credentialId, optionalClaims: [], ...more }]
    const used = await useOpenRequest(wallet, owned, { id: opened.value.id, decision, locales })
    if (!used.ok) throw new Error(used.error.code)
    return rows(used.value.result?.shared[0]?.claims ?? [])
  }
  return { candidate, share, verifier }
}

const rows = (shown: Candidate['optional'] | readonly { label: string; value: string }[]) =>
  shown.map(({ label, value }) => `${label}: ${value}`)

const sent = ({ disclosed: [claimsSent = {}] }: TestVerifier) => claimsSent

onSqlite('what is shown before and told after', (store) => {
  it('has a row for what was asked and one for what cannot be withheld, and none for technical members', async () => {
    const { candidate, share } = await asked(store(), { claims: [{ path: ['given_name'] }] })
    expect(candidate.claims.map(({ label, needed }) => [label, needed])).toEqual([
      ['Given name', 'asked'],
      ['Member since', 'with_credential'],
    ])
    expect(candidate.technical).toEqual(expect.arrayContaining(['vct', 'iss', 'cnf', 'id']))
    expect(candidate.notShared.labels.length + candidate.notShared.more).toBe(4)
    expect(await share()).toEqual(['Given name: Ada', 'Member since: 2019'])
  })

  it('has a row for a technical member that was asked for', async () => {
    const { candidate } = await asked(store(), { claims: [{ path: ['id'] }] })
    expect(rows(candidate.claims)).toEqual([`Id: ${number}`, 'Member since: 2019'])
    expect(candidate.technical).not.toContain('id')
  })

  it('has a row for each asked part of an object, and for the rest that comes with it', async () => {
    const { candidate, share, verifier } = await asked(store(), {
      claims: [{ path: ['address', 'locality'] }, { path: ['nationalities', null] }],
    })
    const expected = ['Locality: Graz', 'Nationalities: AT, DE', 'Member since: 2019', 'Country: AT']
    expect(rows(candidate.claims)).toEqual(expected)
    expect(await share()).toEqual(expected)
    expect(sent(verifier)).toMatchObject({ address: { locality: 'Graz', country: 'AT' } })
  })

  it('says of an optional claim what would come with it', async () => {
    const { candidate, share } = await asked(store(), {
      claims: [
        { id: 'a', path: ['given_name'] },
        { id: 'b', path: ['address', 'locality'] },
        { id: 'c', path: ['email'] },
      ],
      claim_sets: [['a', 'b', 'c'], ['a']],
    })
    expect(candidate.optional.map(({ along, ...claim }) => [...rows([claim]), ...rows(along)])).toEqual([
      ['Locality: Graz', 'Country: AT'],
      ['Email: ada@example.org'],
    ])
    const all = candidate.optional.map(({ path }) => path)
    expect(await share({ optionalClaims: all })).toEqual([
      'Given name: Ada',
      'Locality: Graz',
      'Email: ada@example.org',
      'Member since: 2019',
      'Country: AT',
    ])
  })

  it('says of another way what it needs, leaves open, and keeps', async () => {
    const { candidate, share } = await asked(store(), {
      claims: [
        { id: 'a', path: ['given_name'] },
        { id: 'b', path: ['address', 'locality'] },
        { id: 'c', path: ['email'] },
      ],
      claim_sets: [['a'], ['b', 'c'], ['b']],
    })
    expect(candidate.alternatives).toHaveLength(1)
    const [other] = candidate.alternatives
    expect(rows(other?.claims ?? [])).toEqual(['Locality: Graz', 'Member since: 2019', 'Country: AT'])
    expect(rows(other?.optional ?? [])).toEqual(['Email: ada@example.org'])
    expect(other?.notShared.labels.toSorted()).toEqual(['Given name', 'Nationalities'])
    expect(await share({ alternative: other?.alternative, optionalClaims: [['email']] })).toEqual([
      'Locality: Graz',
      'Email: ada@example.org',
      'Member since: 2019',
      'Country: AT',
    ])
  })

  it('tells what was shared in the language of who reads it, values too', async () => {
    const held = {
      claims: { adult: true, address: { locality: 'Graz', resident: false } },
      selectivelyDisclosable: [['adult'], ['address']],
    }
    const { share } = await asked(store(), { claims: [{ path: ['address'] }, { path: ['adult'] }] }, held)
    expect(await share({}, ['de'])).toEqual(['Address: Locality: Graz, Resident: nein', 'Adult: ja'])
    expect(await share({}, ['fr', 'en'])).toEqual(['Address: Locality: Graz, Resident: no', 'Adult: yes'])
  })
})
