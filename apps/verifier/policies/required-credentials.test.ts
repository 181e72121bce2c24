import type { DisclosedCredential } from '@countersign/protocol/openid4vp/session'
import { describe, expect, it } from 'vitest'
import { requiredCredentials } from './required-credentials.ts'

const presented = (...types: string[]) =>
  types.map((type, at): DisclosedCredential => ({ queryId: `q${at}`, format: 'dc+sd-jwt', type, claims: {} }))

const judged = (required: unknown, ...types: string[]) =>
  requiredCredentials.judge({ args: { required }, credentials: presented(...types), now: 0, sessionId: 's' })

const passed = { outcome: 'passed' }
const failed = { outcome: 'failed', detail: 'required_missing' }

describe('required credentials', () => {
  it.each([
    [[{ credential_type: 'pid' }], ['pid'], passed],
    [[{ credential_type: 'pid' }], ['pid', 'mdl'], passed],
    [[{ credential_type: 'pid' }], ['mdl'], failed],
    [[{ credential_type: 'pid' }], [], failed],
    [[{ credential_type: 'pid' }, { credential_type: 'mdl' }], ['pid'], failed],
    [[{ credential_type: 'pid' }, { credential_type: 'mdl' }], ['mdl', 'pid'], passed],
    [[{ any_of: ['pid', 'passport'] }], ['passport'], passed],
    [[{ any_of: [{ credential_type: 'pid' }, { credential_type: 'passport' }] }], ['passport'], passed],
    [[{ any_of: ['pid', 'passport'] }, { credential_type: 'mdl' }], ['passport'], failed],
    [[{ any_of: ['pid', 'passport'] }, { credential_type: 'mdl' }], ['mdl', 'pid'], passed],
    [[{ credential_type: 'pid' }], ['PID'], failed],
    [[{ credential_type: 'pid' }], ['pid:1'], failed],
  ])('%j with %j presented: %j', async (required, types, verdict) => {
    expect(requiredCredentials.argumentsExpected({ required })).toBeUndefined()
    expect(await judged(required, ...types)).toEqual(verdict)
  })

  it.each([
    undefined,
    null,
    'pid',
    [],
    {},
    { required: [] },
    { required: 'pid' },
    { required: ['pid'] },
    { required: [{}] },
    { required: [{ credential_type: '' }] },
    { required: [{ credential_type: 7 }] },
    { required: [{ credential_type: 'x'.repeat(501) }] },
    { required: [{ credential_type: 'pid', issuer: 'x' }] },
    { required: [{ any_of: [] }] },
    { required: [{ any_of: ['pid', 7] }] },
    { required: [{ any_of: [{ any_of: ['pid'] }] }] },
    { required: [{ credential_type: 'pid' }], more: true },
    { required: Array.from({ length: 51 }, () => ({ credential_type: 'pid' })) },
  ])('takes no %j', (args) => {
    expect(requiredCredentials.argumentsExpected(args)).toContain('required')
  })
})
