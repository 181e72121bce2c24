import { afterEach, expect, it } from 'vitest'
import { listCredentials } from '../credentials/credentials.ts'
import { viewCredential } from '../credentials/view-credential.ts'
import { startTestIssuer, type TestIssuer, type TestIssuerOptions } from '../testing/issuer.testing.ts'
import { newOwner, onSqlite } from '../testing/wallet.testing.ts'
import { useOffer } from './receive-credential.ts'

const issuers: TestIssuer[] = []
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()))
})

async function issuerWith(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options)
  issuers.push(issuer)
  return issuer
}

onSqlite('what other issuers write', (store) => {
  const issuerPath = '/.well-known/openid-credential-issuer'
  it.each<[string, string, (answer: Record<string, unknown>) => object]>([
    ['an offer with grants that are null', '/offer', (offer) => ({ ...offer, extra: null })],
    [
      'an issuer with no batches',
      issuerPath,
      (json) => ({ ...json, batch_credential_issuance: { batch_size: 1 } }),
    ],
    [
      'an issuer that says nothing with null',
      issuerPath,
      (json) => ({
        ...json,
        authorization_servers: null,
        batch_credential_issuance: null,
        credential_response_encryption: null,
        deferred_credential_endpoint: null,
        display: null,
        notification_endpoint: '',
      }),
    ],
    [
      'an authorization server that says nothing with null',
      '/.well-known/oauth-authorization-server',
      (json) => ({ ...json, grant_types_supported: null, token_endpoint_auth_methods_supported: [null] }),
    ],
    [
      'a token with a lifetime as text',
      '/token',
      (json) => ({ ...json, expires_in: '300', refresh_token: null, authorization_details: null }),
    ],
    ['a nonce with its lifetime', '/nonce', (json) => ({ ...json, c_nonce_expires_in: null })],
    ['a transaction that is null', '/credential', (json) => ({ ...json, transaction_id: null })],
    ['a transaction beside it', '/credential', (json) => ({ ...json, transaction_id: 't', interval: null })],
    ['a notification that is null', '/credential', (json) => ({ ...json, notification_id: null })],
    [
      'entries that are none',
      '/credential',
      ({ credentials }) => ({ credentials: [null, {}, { credential: 'x' }, ...(credentials as []), {}] }),
    ],
    ['it twice', '/credential', ({ credentials }) => ({ credentials: [credentials, credentials].flat() })],
  ])('loses no credential over %s', async (_, changed, change) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const rewrite = (path: string, answer: string) =>
      path.startsWith(changed) ? JSON.stringify(change(JSON.parse(answer))) : answer
    const issuer = await issuerWith({ rewrite })
    expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({
      ok: true,
      value: [{ content: issuer.signed[0] }],
    })
  })

  it.each([
    '/.well-known/openid-credential-issuer',
    '/.well-known/oauth-authorization-server',
    '/offer',
    '/token',
    '/nonce',
    '/credential',
  ])('ignores a number that JSON does not carry in a member of %s that it does not read', async (changed) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const rewrite = (path: string, answer: string) =>
      path.startsWith(changed) ? answer.replace(/}$/, ',"more":[1e400,9007199254740993]}') : answer
    const issuer = await issuerWith({ rewrite })
    expect(await useOffer(wallet, owned, { offer: issuer.offer() })).toMatchObject({ ok: true })
  })

  it.each([
    'openid-credential-offer:?',
    'openid-credential-offer:///?',
    'openid-credential-offer://credential_offer?',
    'OPENID-CREDENTIAL-OFFER://?',
    'haip-vci://?',
    'eudi-openid4vci://?',
    'https://wallet.example/add?',
    'HTTPS://wallet.example/add?lang=de&',
  ])('takes an offer up that comes as %s', async (start) => {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    const issuer = await issuerWith()
    const [, byValue = ''] = issuer.offer({ byValue: true }).split('?')
    expect(await useOffer(wallet, owned, { offer: `${start}${byValue}` })).toMatchObject({ ok: true })
    const capitals = issuer.offer().replace(encodeURIComponent('http://'), encodeURIComponent('HTTP://'))
    const [, byReference = ''] = capitals.split('?')
    const offer = `${start}${byReference}&credential_offer=`
    expect(await useOffer(wallet, owned, { offer })).toMatchObject({ ok: true })
  })

  it.each(['9007199254740993', '1e400'])(
    'is kept as it was issued, and the claim is named that cannot be shown: %s',
    async (number) => {
      const wallet = store().instance()
      const owned = await newOwner(wallet)
      const issuer = await issuerWith({ claimAsWritten: `"points":${number}` })
      const received = await useOffer(wallet, owned, { offer: issuer.offer() })
      const [content = ''] = issuer.signed
      expect(received).toMatchObject({ ok: true, value: [{ content, held: { unshown: [['points']] } }] })
      const [credential] = await listCredentials(wallet, owned)
      expect(credential).toMatchObject({ content, held: { claims: { given_name: 'Ada-planted' } } })
      expect(credential?.held.claims).not.toHaveProperty('points')
      const view = await viewCredential(wallet, owned, credential?.id ?? '', ['en'])
      expect(view).toMatchObject({ ok: true, value: { unshown: [['points']] } })
    },
  )
})
