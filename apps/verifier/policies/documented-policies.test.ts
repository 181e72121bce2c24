import { readFileSync } from 'node:fs'
import { startVerificationBody } from '@countersign/api/verifier/start'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { describe, expect, it } from 'vitest'
import { findPolicyMistake } from './judge-policies.ts'
import { policiesAsking } from './policy-list.ts'

const page = readFileSync(new URL('../../../docs/policies.md', import.meta.url), 'utf8')
const policies = policiesAsking(createRemote())

/** The examples that name policies. */
const examples = [...page.matchAll(/```json\n(.+?)```/gs)].flatMap(([, text = '']) =>
  text.includes('_policies') ? [text] : [],
)

describe('docs/policies.md', () => {
  it('names every policy, and none that there is not', () => {
    for (const { name } of policies) expect(page).toContain(`\`${name}\``)
    const listed = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
    const asked = policies.flatMap((policy) => ('judge' in policy ? [policy.name] : []))
    expect(listed.toSorted()).toEqual(asked.toSorted())
  })

  it.each(examples)('has an example that is taken: %.40s', async (text) => {
    const parsed: unknown = JSON.parse(text)
    const body = startVerificationBody.parse(parsed)
    const requested = (body.request_credentials ?? []).flatMap((one) =>
      typeof one === 'string' ? [] : (one.policies ?? []),
    )
    const all = [...requested, ...(body.vp_policies ?? []), ...(body.vc_policies ?? [])]
    expect(all.length).toBeGreaterThan(0)
    for (const entry of all) {
      const one = typeof entry === 'string' ? { policy: entry } : entry
      expect(await findPolicyMistake(policies, [one])).toBeUndefined()
    }
  })

  it('has two of them', () => expect(examples).toHaveLength(2))
})
