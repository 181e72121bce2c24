import { describe, expect, it } from 'vitest'
import type { AttestedFacts } from '../provider/wallet-provider.ts'
import { planProof } from './proof-plan.ts'

const nobody = undefined
const provider: AttestedFacts = {
  algorithm: 'ES256',
  levels: { keyStorage: [], userAuthentication: [] },
}
const found: AttestedFacts = {
  ...provider,
  levels: { keyStorage: ['iso_18045_basic'], userAuthentication: ['iso_18045_basic'] },
}

const jwt = { proofAlgorithms: ['ES256'], keyAttestationRequired: false }
const asked = (demand: object) => ({ ...jwt, keyAttestationRequired: true, keyAttestation: demand })
const alone = (demand?: object, algorithms = ['ES256']) => ({
  keyAttestationRequired: false,
  attestationProof: { algorithms, ...(demand && { demand }) },
})
const basic = { keyStorage: ['iso_18045_high', 'iso_18045_basic'] }
const high = { keyStorage: ['iso_18045_high', 'iso_18045_moderate'] }

const plain = { type: 'jwt', isAttested: false }
const attested = { type: 'jwt', isAttested: true }
const attestation = { type: 'attestation' }

describe('the proof of a key', () => {
  it.each<[string, Parameters<typeof planProof>[0], AttestedFacts | undefined, unknown]>([
    ['says no more than it is asked for', { ...alone(), ...jwt }, provider, plain],
    ['is of a key alone where nobody attests it', jwt, nobody, plain],
    ['carries an attestation where one is asked for', asked({}), provider, attested],
    ['carries the level that was found', asked(basic), found, attested],
    ['is the attestation where nothing else is taken', alone(), provider, attestation],
    ['is the attestation with its level', alone(basic), found, attestation],
    [
      'is the attestation where less is asked of that',
      { ...asked(high), attestationProof: alone().attestationProof },
      provider,
      attestation,
    ],
    ['is refused where nobody attests', asked({}), nobody, 'key_attestation'],
    ['is refused where nobody attests and nothing else is taken', alone(), nobody, 'key_attestation'],
    ['is refused for a level that nobody found', asked(basic), provider, 'key_storage_level'],
    ['is refused for a level beyond', asked(high), found, 'key_storage_level'],
    ['is refused for a level beyond, alone', alone(high), found, 'key_storage_level'],
    [
      'is refused for users that nobody found out',
      asked({ userAuthentication: ['iso_18045_high'] }),
      found,
      'user_authentication_level',
    ],
    [
      'is refused for both, the first of them',
      asked({ ...high, userAuthentication: ['x'] }),
      found,
      'key_storage_level',
    ],
    [
      'is refused where levels are asked for that cannot be read',
      asked({ keyStorage: [] }),
      found,
      'key_storage_level',
    ],
    ['is refused where the provider signs otherwise', alone(undefined, ['PS256']), provider, 'proof_type'],
    ['is refused where its kind is unknown', { keyAttestationRequired: false }, provider, 'proof_type'],
    [
      'is refused where a release before did not write down what is asked',
      { ...jwt, keyAttestationRequired: true },
      provider,
      'key_attestation',
    ],
  ])('%s', (_name, demands, by, expected) => {
    expect(planProof(demands, by, 'ES256')).toEqual(expected)
    // Nothing of it hangs on which key it is.
    expect(planProof(demands, by)).toEqual(expected)
  })

  it('is refused where the key signs otherwise, unless the attestation is enough', () => {
    expect(planProof(jwt, provider, 'EdDSA')).toBe('proof_algorithm')
    expect(planProof({ ...alone(), ...jwt }, provider, 'EdDSA')).toEqual(attestation)
  })
})
