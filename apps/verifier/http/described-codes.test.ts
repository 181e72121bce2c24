/**
 * That every code which the product says of a check has its text. Where codes are types, this file does not compile without
 * one; where they are texts in the source, they are gathered from it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type REASONS, reasonFor } from '@countersign/api/verifier/decision/reasons'
import type { PeriodFault } from '@countersign/credential/contract/judge-issuer'
import type { CoseVerifyRefusal } from '@countersign/crypto/cose/sign1'
import type { JwsVerifyRefusal } from '@countersign/crypto/jose/jws'
import type { DidRefusal } from '@countersign/did/did-document'
import type { QueryMatchCheck, QueryMismatch } from '@countersign/protocol/openid4vp/dcql/evaluate'
import { FAULT_WEIGHTS, type StatusFaultCode } from '@countersign/status-list/status-faults'
import type { UntrustedReason } from '@countersign/trust/chain-trust'
import type { CertificateRefusal } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'

type Failed<Name extends keyof typeof REASONS> = (typeof REASONS)[Name] extends {
  readonly failed: infer Codes
}
  ? keyof Codes
  : never

/** Codes that have no text: `never`, or this file does not compile. */
type Untold =
  | Exclude<(JwsVerifyRefusal | CoseVerifyRefusal)['code'], Failed<'issuer_signature'>>
  | Exclude<UntrustedReason, Failed<'issuer_trust'> | `document_signer_${string}` | `iaca_${string}`>
  | Exclude<CertificateRefusal['code'], Failed<'issuer_trust'>>
  // Those that are undetermined have one text, whatever is wrong with a document that may be mended.
  | Exclude<DidRefusal['code'], Failed<'issuer_trust'> | 'did_not_found' | 'did_document_malformed'>
  | Exclude<PeriodFault, Failed<'validity_period'>>
  | Exclude<StatusFaultCode, Failed<'status'> | keyof (typeof REASONS)['status']['undetermined']>
  | Exclude<
      CodeOf<QueryMismatch>,
      Failed<'query_match'> | keyof (typeof REASONS)['query_match']['undetermined']
    >
  | Exclude<
      CodeOf<Exclude<QueryMatchCheck['detail'], QueryMismatch | undefined>>,
      keyof (typeof REASONS)['query_match']['skipped'] | keyof (typeof REASONS)['query_match']['passed']
    >

/** `claim_missing ["a"]` begins with its code. */
type CodeOf<Detail extends string> = Detail extends `${infer Code} ${string}` ? Code : Detail

const untold: [Untold] extends [never] ? 'none' : Untold = 'none'

const root = join(import.meta.dirname, '../../..')

function sourceOf(folder: string): string {
  const names = readdirSync(join(root, folder)).filter((name) => /(?<!\.test|\.testing)\.ts$/.test(name))
  return names.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('\n')
}

describe('every code of a check', () => {
  it('that is a type has its text', () => {
    expect(untold).toBe('none')
  })

  it('of a status list is told with the outcome that it leads to', () => {
    for (const [code, weight] of Object.entries(FAULT_WEIGHTS)) {
      const outcome = weight === 'faulty' ? 'failed' : 'undetermined'
      expect(reasonFor('status', outcome, code), code).toBeDefined()
      expect(reasonFor('status', outcome, `${code}: of the network`), code).toBeDefined()
    }
  })

  it('of trust that is written as a text has its own', () => {
    const codes = [...sourceOf('packages/trust').matchAll(/\breason: '([a-z_]+)'/g)].map(
      ([, code = '']) => code,
    )
    expect(codes.length).toBeGreaterThan(3)
    expect(codes.filter((code) => reasonFor('issuer_trust', 'failed', code) === undefined)).toEqual([])
  })

  it('of a policy of ours has its text', () => {
    const policies = sourceOf('apps/verifier/policies')
    const said = policies.matchAll(/outcome: '(failed|undetermined)', detail: (?:'([a-z_]+)'|`([a-z]+)_\$)/g)
    const codes = [...said].map(([, outcome, plain, counted]) => [outcome, plain ?? `${counted}_3`] as const)
    expect(codes.length).toBeGreaterThan(3)
    for (const [outcome, code] of codes) {
      expect(reasonFor('policy', outcome as 'failed', code), code).toBeDefined()
    }
  })
})
