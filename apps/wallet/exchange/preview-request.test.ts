import type { JsonObject } from '@countersign/core/json'
import { refuse } from '@countersign/core/result'
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { describe, expect, it } from 'vitest'
import { badge, identity, identityAs, issuerChains } from '../testing/issuer.testing.ts'
import { onSqlite } from '../testing/wallet.testing.ts'
import type { TrustedIssuers } from '../wallet.ts'
import { dcql, locales, pathsOf, pick, ready } from './request-exchange.testing.ts'
import { openRequest, useOpenRequest } from './request-exchange.ts'

onSqlite('every format', (store) => {
  const asked = [
    ['dc+sd-jwt', identity.id, { vct_values: [identity.type] }, []],
    ['mso_mdoc', identityAs.mso_mdoc.id, { doctype_value: identityAs.mso_mdoc.type }, ['org.test']],
    ['jwt_vc_json', identityAs.jwt_vc_json.id, { type_values: [['IdentityCard']] }, ['credentialSubject']],
    ['vc+jwt', identityAs['vc+jwt'].id, { type_values: [['IdentityCard']] }, ['credentialSubject']],
    ['vc+sd-jwt', identityAs['vc+sd-jwt'].id, { type_values: [['IdentityCard']] }, ['credentialSubject']],
  ] as const

  it.each(asked)(
    '%s: what is shown before is what is sent, and what is told after',
    async (format, id, meta, above) => {
      const { opened, owned, verifier, wallet } = await ready(store(), [id])
      const claims = [
        { id: 'name', path: [...above, 'given_name'] },
        { id: 'birth', path: [...above, 'birthdate'] },
      ]
      const query = dcql({ claims, claim_sets: [['name', 'birth'], ['name']] }, format, meta)
      const preview = await opened({ query })
      const [candidate] = preview.queries[0]?.candidates ?? []
      const used = await useOpenRequest(wallet, owned, pick(preview))
      expect(used).toMatchObject({ ok: true, value: { state: 'shared' } })
      const shared = used.ok ? used.value.result?.shared[0]?.claims : undefined
      expect(new Set(pathsOf(shared).map(String))).toEqual(new Set(pathsOf(candidate?.claims).map(String)))
      expect(shared).toHaveLength(candidate?.claims.length ?? 0)
      expect(shared).toEqual(expect.arrayContaining([expect.objectContaining({ value: 'Ada-planted' })]))
      const withholds = format === 'dc+sd-jwt' || format === 'vc+sd-jwt' || format === 'mso_mdoc'
      expect(JSON.stringify(verifier.disclosed[0]).includes('1990-01-01')).toBe(!withholds)
      expect(pathsOf(candidate?.optional)).toEqual(withholds ? [[...above, 'birthdate']] : [])
      const anyway = candidate?.claims.filter(({ needed }) => needed === 'with_credential') ?? []
      expect(anyway.length > 0).toBe(!withholds)
    },
  )
})

onSqlite('why nothing answers', (store) => {
  const unmetOf = async (held: readonly string[], query: JsonObject, later = 0) => {
    const { owned, verifier, wallet } = await ready(store(), held)
    const at = { ...wallet, now: () => store().clock.now + later }
    const preview = await openRequest(at, owned, verifier.request({ query }), locales)
    if (!preview.ok) throw new Error(preview.error.code)
    expect(preview.value.satisfiable).toBe(false)
    return preview.value.queries[0]?.unmet
  }
  const name = (values?: readonly string[]) =>
    dcql({ claims: [{ path: ['given_name'], ...(values !== undefined && { values: [...values] }) }] })

  it('nothing of the type', async () => {
    expect(await unmetOf([badge.id], name())).toMatchObject({
      reason: 'none_held',
      wanted: {
        types: [identity.type],
        title: 'Identity',
        claims: [{ path: ['given_name'], label: 'Given name' }],
      },
      near: [],
    })
  })

  it('a format that nobody here speaks', async () => {
    expect(await unmetOf([], dcql({}, 'ldp_vc', {}))).toMatchObject({ reason: 'format' })
  })

  it('a claim that the card lacks', async () => {
    expect(await unmetOf([identity.id], dcql({ claims: [{ path: ['email'] }] }))).toMatchObject({
      reason: 'claim_missing',
      near: [{ title: 'Identity', reason: 'claim_missing', claim: { path: ['email'], label: 'Email' } }],
    })
  })

  it('a claim that says something else', async () => {
    expect(await unmetOf([identity.id], name(['Grace']))).toMatchObject({
      reason: 'value_differs',
      near: [{ reason: 'value_differs', claim: { path: ['given_name'] } }],
    })
  })

  it('an issuer that the verifier does not take', async () => {
    const authorities = [{ type: 'aki', values: ['s9tIpPmhxdiuNkHMEWNpYim8S8Y'] }]
    expect(await unmetOf([identity.id], dcql({ trusted_authorities: authorities }))).toMatchObject({
      reason: 'issuer',
      near: [{ reason: 'issuer' }],
    })
  })
})

const noLists: TrustedIssuers['statusLists'] = async () => refuse({ code: 'list_unreachable' })

onSqlite('lists of trusted entities', (store) => {
  const [listed, other] = ['https://lists.example/1', 'https://lists.example/2']
  const unknown = 'https://lists.example/3'
  const nobody: IssuerTrust = () => refuse({ code: 'no_key_reference' })
  const away: IssuerTrust = () => refuse({ code: 'key_unavailable', reason: 'trust_list_unavailable' })

  async function previewOf(values: readonly string[] | undefined, held: readonly string[] = [identity.id]) {
    const { owned, verifier, wallet } = await ready(store(), held)
    const asked: string[] = []
    const trust = issuerTrust(issuerChains)
    const lists = new Map([
      [listed, trust],
      [other, nobody],
      ['https://lists.example/away', away],
    ])
    const knows = {
      ...wallet,
      issuers: {
        trust,
        statusLists: noLists,
        listAnchors: () => [],
        lists: (url: string) => {
          const list = lists.get(url)
          return (
            list &&
            ((...call: Parameters<IssuerTrust>) => {
              asked.push(url)
              return list(...call)
            })
          )
        },
      },
    }
    const query = dcql(
      values === undefined ? {} : { trusted_authorities: [{ type: 'etsi_tl', values: [...values] }] },
    )
    const preview = await openRequest(knows, owned, verifier.request({ query }), locales)
    if (!preview.ok) throw new Error(preview.error.code)
    return { asked, preview: preview.value, knows, owned, query, verifier }
  }

  it('that are configured here tell which cards answer, and these are sent', async () => {
    const { knows, owned, preview, verifier } = await previewOf([unknown, other, listed])
    expect(preview).toMatchObject({ satisfiable: true, queries: [{ candidates: [expect.anything()] }] })
    const used = await useOpenRequest(knows, owned, pick(preview))
    expect(used).toMatchObject({ ok: true, value: { state: 'shared' } })
    expect(verifier.disclosed).toHaveLength(1)
  })

  it.each([
    ['of which none vouches for the card', [other]],
    ['that is away', ['https://lists.example/away']],
    ['that nobody configured', [unknown]],
  ])('%s: nothing answers', async (_, values) => {
    const { preview } = await previewOf(values)
    expect(preview).toMatchObject({
      satisfiable: false,
      queries: [{ unmet: { reason: 'issuer', near: [{ reason: 'issuer' }] } }],
    })
  })

  it('are not asked about cards that could not answer anyway, nor where a request names none', async () => {
    const { asked } = await previewOf([listed], [badge.id])
    expect(asked).toEqual([])
    const among = await previewOf([listed], [identity.id, badge.id])
    expect(new Set(among.asked)).toEqual(new Set([listed]))
    const none = await previewOf(undefined)
    expect(none).toMatchObject({ asked: [], preview: { satisfiable: true } })
  })

  it('are none where no issuers are configured', async () => {
    const { owned, verifier, wallet } = await ready(store())
    const query = dcql({ trusted_authorities: [{ type: 'etsi_tl', values: [listed] }] })
    expect(await openRequest(wallet, owned, verifier.request({ query }), locales)).toMatchObject({
      value: { satisfiable: false },
    })
  })
})

describe('who asks', () => {
  onSqlite('a verifier', (store) => {
    it('by its own words, which nobody vouches for, and why', async () => {
      const { opened } = await ready(store())
      const name = 'Example Shop\u202E<script>alert(1)</script>'
      const preview = await opened({
        more: {
          client_metadata: { client_name: name, 'client_name#de': 'Laden', logo_uri: 'javascript:alert(1)' },
          verifier_info: [
            { format: 'registration_cert', data: { purpose: [{ lang: 'en', value: 'To sell' }] } },
          ],
        },
      })
      expect(preview.verifier.name).toBe(name)
      expect(preview.verifier.logo).toBeUndefined()
      expect(preview.purpose).toEqual({ text: 'To sell', source: 'verifier_info' })
    })

    it('that nobody vouches for is named by the address that the answer goes to', async () => {
      const { owned, verifier, wallet } = await ready(store())
      const strange = { ...wallet, verifiers: { anchors: () => [], required: false } }
      expect(await openRequest(strange, owned, verifier.request(), locales)).toMatchObject({
        value: {
          verifier: {
            host: new URL(verifier.url).host,
            trust: { trusted: false, reason: expect.any(String) },
          },
          purpose: undefined,
        },
      })
    })

    it('that asks for everything is shown with everything', async () => {
      const { opened } = await ready(store())
      const preview = await opened({ claims: ['given_name', 'family_name', 'birthdate'] })
      const [candidate] = preview.queries[0]?.candidates ?? []
      expect(candidate?.claims.map(({ needed }) => needed)).toEqual(['asked', 'asked', 'asked'])
      expect(candidate?.notShared).toEqual({ labels: [], more: 0 })
    })
  })
})
