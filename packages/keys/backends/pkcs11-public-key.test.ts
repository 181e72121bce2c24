import { bareKey } from '@countersign/crypto/jwk'
import { describe, expect, it } from 'vitest'
import { generateSoftwareKey } from '../signers/software-key.ts'
import { type Attribute, CKA, CKK, CKO, type Pkcs11Library } from './pkcs11-library.ts'
import { publicKeyOf } from './pkcs11-public-key.ts'

type Attributes = Readonly<Record<number, Buffer | number>>

/** As many objects as are given, first of all the private key; an attribute that is not there is an error of the device. */
function token(objects: readonly Attributes[]) {
  let found: Buffer[] = []
  const library: Partial<Pkcs11Library> = {
    C_FindObjectsInit(_, template) {
      const matches = (object: Attributes) => template.every(({ type, value }) => isSame(object[type], value))
      found = objects.flatMap((object, index) => (matches(object) ? [Buffer.of(index)] : []))
    },
    C_FindObjects: (_, maximum) => found.slice(0, maximum),
    C_FindObjectsFinal: () => undefined,
    C_GetAttributeValue(_, handle, template) {
      return template.map(({ type }): Attribute => {
        const value = objects[handle[0] ?? 0]?.[type]
        if (value === undefined) throw Object.assign(new Error('CKR_ATTRIBUTE_TYPE_INVALID'), { code: 0x12 })
        return { type, value: typeof value === 'number' ? ulong(value) : value }
      })
    },
  }
  const reading = { library: library as Pkcs11Library, session: Buffer.alloc(8) }
  return publicKeyOf(reading, Buffer.of(0))
}

function isSame(known: Buffer | number | undefined, wanted: Attribute['value']): boolean {
  return Buffer.isBuffer(known) && Buffer.isBuffer(wanted) ? known.equals(wanted) : known === wanted
}

function ulong(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

const id = Buffer.from('id')
const hex = (text: string) => Buffer.from(text, 'hex')

function ecObjects(parameters: string, point: Buffer, keyType: number = CKK.ec): readonly Attributes[] {
  return [
    { [CKA.class]: CKO.privateKey, [CKA.keyType]: keyType, [CKA.id]: id },
    { [CKA.class]: CKO.publicKey, [CKA.id]: id, [CKA.ecParams]: hex(parameters), [CKA.ecPoint]: point },
  ]
}

const curves = [
  ['ES256', '06082a8648ce3d030107', '0441'],
  ['ES384', '06052b81040022', '0461'],
  ['ES512', '06052b81040023', '048185'],
  ['ES256K', '06052b8104000a', '0441'],
] as const

describe('the public key of a token', () => {
  it.each(curves)('is read on the curve of %s, wrapped or bare', (algorithm, parameters, header) => {
    const jwk = generateSoftwareKey(algorithm)
    if (jwk.kty !== 'EC') throw new Error('not a curve')
    const point = Buffer.concat([
      Buffer.of(4),
      Buffer.from(jwk.x, 'base64url'),
      Buffer.from(jwk.y, 'base64url'),
    ])
    for (const written of [point, Buffer.concat([hex(header), point])]) {
      expect(token(ecObjects(parameters, written))).toEqual({ ok: true, value: bareKey(jwk) })
    }
  })

  it('is read on Ed25519, under either name of the curve', () => {
    const jwk = generateSoftwareKey('EdDSA')
    if (jwk.kty !== 'OKP') throw new Error('not Ed25519')
    const point = Buffer.from(jwk.x, 'base64url')
    for (const parameters of ['06032b6570', '130c656477617264733235353139']) {
      for (const written of [point, Buffer.concat([hex('0420'), point])]) {
        const read = token(ecObjects(parameters, written, CKK.ecEdwards))
        expect(read).toEqual({ ok: true, value: bareKey(jwk) })
      }
    }
  })

  it('is read for RSA, with or without a zero in front', () => {
    const jwk = generateSoftwareKey('RS256')
    if (jwk.kty !== 'RSA') throw new Error('not RSA')
    const n = Buffer.from(jwk.n, 'base64url')
    for (const modulus of [n, Buffer.concat([Buffer.of(0), n])]) {
      const read = token([
        { [CKA.class]: CKO.privateKey, [CKA.keyType]: CKK.rsa, [CKA.id]: id },
        {
          [CKA.class]: CKO.publicKey,
          [CKA.id]: id,
          [CKA.modulus]: modulus,
          [CKA.publicExponent]: hex('010001'),
        },
      ])
      expect(read).toEqual({ ok: true, value: bareKey(jwk) })
    }
  })

  it('is found by the label where there is no id', () => {
    const [privateKey, publicKey] = ecObjects('06032b6570', Buffer.alloc(32, 9), CKK.ecEdwards)
    const label = Buffer.from('label')
    const labelled = [
      { ...privateKey, [CKA.id]: Buffer.alloc(0), [CKA.label]: label },
      { ...publicKey, [CKA.id]: Buffer.alloc(0), [CKA.label]: label },
    ]
    expect(token(labelled).ok).toBe(true)
  })

  const point = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])
  it.each([
    [
      'a compressed point',
      ecObjects('06082a8648ce3d030107', Buffer.concat([Buffer.of(2), Buffer.alloc(32)])),
    ],
    ['a point that is too long', ecObjects('06082a8648ce3d030107', Buffer.concat([point, Buffer.of(0)]))],
    ['a wrong length in front', ecObjects('06082a8648ce3d030107', Buffer.concat([hex('0440'), point]))],
    ['an empty point', ecObjects('06082a8648ce3d030107', Buffer.alloc(0))],
    ['a curve that we do not sign on', ecObjects('06092b2403030208010107', point)],
    ['explicit parameters', ecObjects('3081', point)],
    ['Ed448', ecObjects('06032b6571', Buffer.alloc(57), CKK.ecEdwards)],
    // Its bytes add up to that of a curve key.
    ['a vendor’s type of key', ecObjects('06082a8648ce3d030107', point, 0x0102)],
    ['no public key', ecObjects('06082a8648ce3d030107', point).slice(0, 1)],
    ['two public keys', [...ecObjects('06082a8648ce3d030107', point), ...ecObjects('06', point).slice(1)]],
    [
      'a short RSA key',
      [
        { [CKA.class]: CKO.privateKey, [CKA.keyType]: CKK.rsa, [CKA.id]: id },
        {
          [CKA.class]: CKO.publicKey,
          [CKA.id]: id,
          [CKA.modulus]: Buffer.alloc(128, 0xff),
          [CKA.publicExponent]: hex('010001'),
        },
      ],
    ],
    [
      'a certificate that is none',
      [
        { [CKA.class]: CKO.privateKey, [CKA.keyType]: CKK.ec, [CKA.id]: id },
        { [CKA.class]: CKO.certificate, [CKA.id]: id, [CKA.value]: Buffer.from('rubbish') },
      ],
    ],
    ['neither id nor label', [{ [CKA.class]: CKO.privateKey, [CKA.keyType]: CKK.ec }]],
  ])('is refused with %s', (_, objects) => {
    expect(token(objects).ok).toBe(false)
  })
})
