import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { parseKeyReference } from './key-reference.ts'

const jwk = generateSoftwareKey('ES256')

function read(reference: unknown) {
  const result = parseKeyReference(reference)
  return result.ok ? result.value : result.error
}

const malformed = (part: string) => ({ code: 'reference_malformed', part })

describe('a reference to a key', () => {
  it.each([
    ['file:///run/secrets/issuer%20key.pem', { backend: 'file', path: '/run/secrets/issuer key.pem' }],
    ['file:/run/key', { backend: 'file', path: '/run/key' }],
    [
      'file:keys/issuer.pem?algorithm=PS256',
      { backend: 'file', path: 'keys/issuer.pem', algorithm: 'PS256' },
    ],
    [
      'pkcs11:token=My%20token;object=k;id=%01%ffA?module-path=/usr/lib/p.so&pin-source=file:/run/pin',
      {
        backend: 'pkcs11',
        modulePath: '/usr/lib/p.so',
        token: { token: 'My token' },
        label: 'k',
        id: Uint8Array.of(1, 255, 65),
        pin: { file: '/run/pin' },
      },
    ],
    [
      'PKCS11:id=%00;slot-id=3;serial=42;type=private?pin-value=12%2634&module-path=/p.so&algorithm=PS512',
      {
        backend: 'pkcs11',
        modulePath: '/p.so',
        token: { serial: '42' },
        slotId: 3,
        id: Uint8Array.of(0),
        pin: { text: '12&34' },
        algorithm: 'PS512',
      },
    ],
    [
      'vault:https://vault.example:8200/transit/keys/issuer-1',
      {
        backend: 'vault',
        apiUrl: 'https://vault.example:8200/v1',
        mount: 'transit',
        keyName: 'issuer-1',
        login: { method: 'token', token: { variable: 'VAULT_TOKEN' } },
      },
    ],
    [
      'vault:https://h/behind/a/proxy/v1/team/transit/keys/k?version=12&namespace=a/b/&role-id=r&secret-id-file=/s&auth-mount=x/y',
      {
        backend: 'vault',
        apiUrl: 'https://h/behind/a/proxy/v1',
        mount: 'team/transit',
        keyName: 'k',
        keyVersion: 12,
        namespace: 'a/b/',
        login: { method: 'approle', mount: 'x/y', roleId: 'r', secretId: { file: '/s' } },
      },
    ],
    [
      'aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      {
        backend: 'aws-kms',
        keyId: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        region: 'eu-central-1',
      },
    ],
    [
      'aws-kms:///alias/issuer/1?region=eu-west-1&endpoint=http%3A%2F%2F127.0.0.1%3A4566',
      { backend: 'aws-kms', keyId: 'alias/issuer/1', region: 'eu-west-1', endpoint: 'http://127.0.0.1:4566' },
    ],
    ['aws-kms:mrk-1234', { backend: 'aws-kms', keyId: 'mrk-1234' }],
  ])('is read: %s', (reference, expected) => {
    expect(read(reference)).toEqual(expected)
    expect(read(` ${reference}\n`)).toEqual(expected)
  })

  it.each([
    ['', { code: 'reference_scheme_unknown' }],
    ['/run/secrets/key.pem', { code: 'reference_scheme_unknown' }],
    ['https://vault.example/transit/keys/k', { code: 'reference_scheme_unknown' }],
    ['file:', malformed('path')],
    ['file://host/key', malformed('path')],
    ['file:key%00.pem', malformed('path')],
    ['file:key%zz', malformed('path')],
    ['file:key?algorithm=none', malformed('algorithm')],
    ['file:key?algorithm=HS256', malformed('algorithm')],
    ['pkcs11:object=k', malformed('module-path')],
    ['pkcs11:object=k?module-path=p11.so', malformed('module-path')],
    ['pkcs11:token=t?module-path=/p.so', malformed('object')],
    ['pkcs11:object=?module-path=/p.so', malformed('object')],
    ['pkcs11:object=a;object=b?module-path=/p.so', malformed('object')],
    ['pkcs11:object=k;vendor=x?module-path=/p.so', malformed('unknown_parameter')],
    ['pkcs11:object=k?module-path=/p.so&pin=1', malformed('unknown_parameter')],
    ['pkcs11:object=k;type=public?module-path=/p.so', malformed('type')],
    ['pkcs11:id=%0?module-path=/p.so', malformed('id')],
    ['pkcs11:id=?module-path=/p.so', malformed('id')],
    ['pkcs11:object=k;slot-id=x?module-path=/p.so', malformed('slot-id')],
    ['pkcs11:object=k?module-path=/p.so&pin-value=1&pin-source=/pin', malformed('pin-value')],
    ['pkcs11:object=k?module-path=/p.so&pin-source=|/usr/bin/pin', malformed('pin-source')],
    ['pkcs11:object=k?module-path=/p.so&pin-source=%7Ccat%20/pin', malformed('pin-source')],
    ['pkcs11:object=k?module-path=/p.so&pin-source=https://h/pin', malformed('pin-source')],
    ['vault:vault.example/transit/keys/k', malformed('address')],
    ['vault:ftp://h/transit/keys/k', malformed('address')],
    ['vault:https://h/transit/k', malformed('address')],
    ['vault:https://user:secret@h/transit/keys/k', malformed('address')],
    ['vault:https://h/transit/keys/k#x', malformed('address')],
    ['vault:https://h/transit/keys/a%2f..%2fb', malformed('address')],
    ['vault:https://h/transit/keys/..%2f..%2fsys', malformed('address')],
    ['vault:https://h/transit/keys/k?version=0', malformed('version')],
    ['vault:https://h/transit/keys/k?version=latest', malformed('version')],
    ['vault:https://h/transit/keys/k?token=hvs.secret', malformed('unknown_parameter')],
    ['vault:https://h/transit/keys/k?namespace=a%0d%0ab', malformed('namespace')],
    ['vault:https://h/transit/keys/k?role-id=r', malformed('secret-id-file')],
    ['vault:https://h/transit/keys/k?username=u', malformed('password-file')],
    ['vault:https://h/transit/keys/k?username=..&password-file=/p', malformed('username')],
    ['vault:https://h/transit/keys/k?username=a/b&password-file=/p', malformed('username')],
    ['vault:https://h/transit/keys/k?auth-mount=x', malformed('auth-mount')],
    ['vault:https://h/transit/keys/k?token-file=/t&role-id=r&secret-id-file=/s', malformed('login')],
    ['aws-kms:', malformed('key')],
    ['aws-kms://host/alias/a', malformed('key')],
    ['aws-kms:arn:aws:s3:eu-central-1:111122223333:key/1', malformed('key')],
    ['aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1?region=us-east-1', malformed('region')],
    ['aws-kms:k?region=a.b', malformed('region')],
    ['aws-kms:k?endpoint=https://h/path', malformed('endpoint')],
    ['aws-kms:k?endpoint=file:///etc', malformed('endpoint')],
    [`file:${'a'.repeat(20_000)}`, malformed('length')],
  ])('is refused: %s', (reference, error) => {
    expect(read(reference)).toEqual(error)
  })

  it('is the key itself as JWK, in the walt.id wrapper and as the text of either', () => {
    const wrapped = { type: 'jwk', jwk }
    for (const spelling of [jwk, wrapped, JSON.stringify(jwk), JSON.stringify(wrapped)]) {
      expect(read(spelling)).toEqual({ backend: 'software', key: jwk })
    }
  })
})

describe('a key as walt.id writes it down', () => {
  const vault = { type: 'tse', server: 'http://127.0.0.1:8200/v1/transit', id: 'k208278175' }
  const inVault = {
    backend: 'vault',
    apiUrl: 'http://127.0.0.1:8200/v1',
    mount: 'transit',
    keyName: 'k208278175',
    keyVersion: 1,
  }

  it.each([
    [{ accessKey: 'hvs.t' }, { method: 'token', token: { text: 'hvs.t' } }],
    [
      { roleId: 'r', secretId: 's' },
      { method: 'approle', mount: 'approle', roleId: 'r', secretId: { text: 's' } },
    ],
    [
      { username: 'u', password: 'p' },
      { method: 'userpass', mount: 'userpass', username: 'u', password: { text: 'p' } },
    ],
    [
      { userpassPath: 'staff', username: 'u', password: 'p' },
      { method: 'userpass', mount: 'staff', username: 'u', password: { text: 'p' } },
    ],
  ])('in Vault is read with its login', (auth, login) => {
    expect(read({ ...vault, auth, namespace: null })).toEqual({ ...inVault, login })
    expect(read(JSON.stringify({ ...vault, auth, namespace: 'team' }))).toEqual({
      ...inVault,
      namespace: 'team',
      login,
    })
  })

  it('in Vault is read in its older spelling', () => {
    const login = { method: 'token', token: { text: 'dev-only-token' } }
    const written = { ...vault, accessKey: 'dev-only-token', _publicKey: [-88, -85], _keyType: 'Ed25519' }
    expect(read(written)).toEqual({ ...inVault, login })
  })

  it('in AWS KMS is read with an access key or with the role of the machine', () => {
    const credentials = { accessKeyId: 'AKIA', secretAccessKey: 's' }
    const inKms = { backend: 'aws-kms', keyId: 'abc-1', region: 'eu-central-1' }
    const region = 'eu-central-1'
    const byKey = { type: 'aws-rest-api', id: 'abc-1', config: { auth: { ...credentials, region } } }
    expect(read(byKey)).toEqual({ ...inKms, credentials })
    for (const config of [{ auth: { roleName: 'r', region } }, { region }]) {
      expect(read({ type: 'aws', id: 'abc-1', config })).toEqual(inKms)
    }
  })

  const auth = { accessKey: 't' }
  it.each([
    [{ ...vault }, malformed('auth')],
    [{ ...vault, auth: { roleId: 'r' } }, malformed('auth')],
    [{ ...vault, auth: { username: '../../sys', password: 'p' } }, malformed('auth')],
    [{ ...vault, auth: { userpassPath: '../sys', username: 'u', password: 'p' } }, malformed('auth')],
    [{ ...vault, auth, id: '../sys/seal' }, malformed('id')],
    [{ ...vault, auth, id: 'a/b' }, malformed('id')],
    [{ ...vault, auth, server: 'file:///etc/passwd' }, malformed('server')],
    [{ ...vault, auth, server: 'http://h' }, malformed('server')],
    [{ ...vault, auth, server: 7 }, malformed('server')],
    [{ ...vault, auth, namespace: 'a\r\nb' }, malformed('namespace')],
    [{ type: 'aws', id: 'k' }, malformed('config')],
    [{ type: 'aws', id: 'k', config: {} }, malformed('region')],
    [{ type: 'aws', id: '../k', config: { region: 'r' } }, malformed('key')],
    [{ type: 'aws', id: 'k', config: { region: 'evil.example/' } }, malformed('region')],
    [{ type: 'aws', id: 'k', config: { auth: { region: 'r', accessKeyId: 'a' } } }, malformed('auth')],
    [
      { type: 'azure-rest-api', id: 'k' },
      { code: 'key_backend_unsupported', backend: 'azure-rest-api' },
    ],
    [
      { type: 'oci', id: 'k' },
      { code: 'key_backend_unsupported', backend: 'oci' },
    ],
    // An object names no file and no native module.
    [
      { type: 'file', path: '/etc/passwd' },
      { code: 'key_backend_unsupported', backend: 'file' },
    ],
    [
      { type: 'pkcs11', modulePath: '/tmp/x.so' },
      { code: 'key_backend_unsupported', backend: 'pkcs11' },
    ],
    [
      { backend: 'file', path: '/etc/passwd' },
      { code: 'key_malformed', reason: 'kty_missing' },
    ],
  ])('is refused as %j', (written, error) => {
    expect(read(written)).toEqual(error)
  })
})

describe('whatever is given', () => {
  const parts = [
    'pkcs11:',
    'vault:',
    'aws-kms:',
    'file:',
    '{"type":"tse",',
    'https://h/v1/',
    '/v1',
    '?',
    '&',
    '=',
  ]
  const text = fc
    .array(fc.oneof(fc.constantFrom(...parts, '%', ';', 'object', 'id', 'keys/'), fc.string()))
    .map((pieces) => pieces.join(''))

  it('is a reference or a refusal, never a throw', () => {
    fc.assert(fc.property(text, (reference) => typeof parseKeyReference(reference).ok === 'boolean'))
    fc.assert(fc.property(fc.anything(), (reference) => typeof parseKeyReference(reference).ok === 'boolean'))
  })

  it('is judged quickly when it is long', async () => {
    for (const piece of ['/v1', '/', '%', 'id=%00;', 'a&']) {
      await costsAtMost(200, () => {
        for (const scheme of ['vault:https://h', 'pkcs11:', 'aws-kms:', 'file:x?']) {
          parseKeyReference(scheme + piece.repeat(1_000_000 / piece.length))
          parseKeyReference(scheme + piece.repeat(16_000 / piece.length))
        }
      })
    }
  })

  it('never comes back in a refusal', () => {
    const secret = 'S3cr3tPin'
    for (const reference of [
      `pkcs11:object=k?module-path=/p.so&pin-value=${secret}&pin-source=/x`,
      `pkcs11:object=k?module-path=/p.so&pin=${secret}`,
      `vault:https://u:${secret}@h/transit/keys/k`,
      `vault:https://h/transit/keys/k?${secret}=1`,
      `${secret}:k`,
    ]) {
      expect(JSON.stringify(read(reference))).not.toContain(secret)
    }
  })
})
