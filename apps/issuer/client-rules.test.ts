import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { clientRules, clientsSetting, takenMethods } from './client-rules.ts'
import { ISSUER_DEFAULTS } from './config.ts'

const { publicJwk: key } = newKey()
const shop = { clientId: 'shop', methods: ['private_key_jwt'], keys: [key] }

describe('clients in the configuration', () => {
  it.each<[string, object]>([
    ['one that signs assertions', shop],
    ['one that is attested', { clientId: 'wallet', methods: ['attest_jwt_client_auth'] }],
    ['one that does both', { ...shop, methods: ['attest_jwt_client_auth', 'private_key_jwt'] }],
    ['a public one', { clientId: 'kiosk', methods: ['none'], name: 'The kiosk' }],
    ['an address', { clientId: 'https://wallet.example/a?b#c', methods: ['none'] }],
    ['a page', { ...shop, redirectUris: ['https://shop.example/back?x=1'] }],
    ['an app', { ...shop, redirectUris: ['com.example.app:/back', 'haip://back'] }],
    [
      'this machine',
      { ...shop, redirectUris: ['http://127.0.0.1:8080/b', 'http://[::1]/b', 'http://localhost/b'] },
    ],
  ])('may be %s', (_name, client) => {
    expect(clientsSetting.safeParse([client])).toMatchObject({ success: true })
  })

  it.each<[string, object | readonly object[]]>([
    ['without a name', { methods: ['none'] }],
    ['with an empty name', { clientId: '', methods: ['none'] }],
    ['with a name that is no ASCII', { clientId: 'Käse', methods: ['none'] }],
    ['without a method', { clientId: 'a', methods: [] }],
    ['with a method that nobody speaks', { clientId: 'a', methods: ['client_secret_basic'] }],
    ['with assertions and no key', { clientId: 'a', methods: ['private_key_jwt'] }],
    ['with a key for nothing', { clientId: 'a', methods: ['none'], keys: [key] }],
    ['with a private key', { ...shop, keys: [{ ...key, d: 'AAAA' }] }],
    ['with a proof and the right to none', { ...shop, methods: ['private_key_jwt', 'none'] }],
    ['with a member that nobody knows', { ...shop, secret: 'x' }],
    ['with a fragment', { ...shop, redirectUris: ['https://shop.example/#x'] }],
    ['with plain http', { ...shop, redirectUris: ['http://shop.example/back'] }],
    ['with a script', { ...shop, redirectUris: ['javascript:alert(1)'] }],
    ['with a path alone', { ...shop, redirectUris: ['/back'] }],
    ['that are named twice', [shop, shop]],
  ])('are refused %s', (_name, client) => {
    const written = Array.isArray(client) ? client : [client]
    expect(clientsSetting.safeParse(written)).toMatchObject({ success: false })
  })
})

describe('the methods that are taken', () => {
  const taken = (clients: readonly object[], publicClients: boolean, attesters = false) =>
    takenMethods(
      clientRules(
        { ...ISSUER_DEFAULTS, clients: clientsSetting.parse(clients), publicClients },
        attesters ? () => ({ ok: true, value: [key] }) : undefined,
      ),
    )

  it.each<[readonly object[], boolean, boolean, readonly string[]]>([
    [[], true, false, ['none']],
    [[], false, false, []],
    [[], false, true, ['attest_jwt_client_auth']],
    [[shop], false, false, ['private_key_jwt']],
    [[shop], true, true, ['attest_jwt_client_auth', 'private_key_jwt', 'none']],
    [[{ clientId: 'kiosk', methods: ['none'] }], false, false, ['none']],
    [[{ clientId: 'w', methods: ['attest_jwt_client_auth'] }], false, false, []],
  ])('of %j, public ones taken: %s, attesters: %s', (clients, publicClients, attesters, methods) => {
    expect(taken(clients, publicClients, attesters)).toEqual(methods)
  })
})
