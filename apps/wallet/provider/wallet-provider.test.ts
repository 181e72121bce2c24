import { decodeJws } from '@countersign/crypto/jose/jws'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { testProvider } from '../testing/clients.testing.ts'
import { providerShape } from './settings.ts'

const settings = z.object(providerShape)

describe('what a key attestation says of how keys are kept', () => {
  it.each<[string, string[], boolean]>([
    ['nothing', [], true],
    ['the lowest level of an evaluation', ['iso_18045_basic'], true],
    ['a name that people agreed on', ['https://scheme.example/software'], true],
    ['what an attacker of some means would have to break', ['iso_18045_enhanced-basic'], false],
    ['what hardware has', ['iso_18045_moderate'], false],
    ['what certified hardware has', ['iso_18045_basic', 'iso_18045_high'], false],
    ['no text', [''], false],
    ['a list in a text', ['["iso_18045_high"]'], false],
  ])('may be %s: %j, %s', (_name, level, isTaken) => {
    expect(settings.safeParse({ attestedKeyStorage: level }).success).toBe(isTaken)
    expect(settings.safeParse({ attestedUserAuthentication: level }).success).toBe(isTaken)
  })

  it('is what was found, and is left out where nothing was', async () => {
    const key = softwareSigner(generateSoftwareKey('ES256')).publicJwk
    const claims = async (levels: object) => {
      const { provider } = await testProvider({ levels, now: () => 1_800_000_000 })
      const decoded = decodeJws(await provider.attestKeys([key], 'n'))
      return decoded.ok ? decoded.value.payload : undefined
    }
    const { crv, kty, x, y } = key as { crv: string; kty: string; x: string; y: string }
    const common = { iat: 1_800_000_000, exp: 1_800_003_600, nonce: 'n', attested_keys: [{ kty, crv, x, y }] }
    expect(await claims({})).toEqual(common)
    const levels = { keyStorage: ['iso_18045_basic'], userAuthentication: ['x'] }
    expect(await claims(levels)).toEqual({
      ...common,
      key_storage: ['iso_18045_basic'],
      user_authentication: ['x'],
    })
  })
})
