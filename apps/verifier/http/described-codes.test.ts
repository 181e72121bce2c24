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
import type { TransactionCheck } from '@countersign/protocol/openid4vp/transaction-data/judge-transactions'
import { FAULT_WEIGHTS, type StatusFaultCode } from '@countersign/status-list/status-faults'
import type { UntrustedReason } from '@countersign/trust/chain-trust'
import type { CertificateRefusal } from '@countersign/x509/certificate'
import { describe, expect, it } from 'vitest'

type Failed<Name extends keyof typeof REASONS> = (typeof REASONS)[Name] extends {
  readonly failed: infer Codes
}
  ? keyof Codes
  : never

/** What is handed over is a code with a text, or this file does not compile. */
type Told<Code extends Texts, Texts> = [Code, Texts]

type Status = (typeof REASONS)['status']
type Match = (typeof REASONS)['query_match']
type NotMissed = Exclude<QueryMatchCheck['detail'], QueryMismatch | undefined>

/** Those of a DID document that may be mended are undetermined, which has one text whatever is wrong. */
type Mendable = 'did_not_found' | 'did_document_malformed'

type EveryCodeIsTold = [
  Told<(JwsVerifyRefusal | CoseVerifyRefusal)['code'], Failed<'issuer_signature'>>,
  Told<UntrustedReason, Failed<'issuer_trust'> | `document_signer_${string}` | `iaca_${string}`>,
  Told<CertificateRefusal['code'], Failed<'issuer_trust'>>,
  Told<Exclude<DidRefusal['code'], Mendable>, Failed<'issuer_trust'>>,
  Told<PeriodFault, Failed<'validity_period'>>,
  Told<StatusFaultCode, Failed<'status'> | keyof Status['undetermined']>,
  Told<CodeOf<QueryMismatch>, Failed<'query_match'> | keyof Match['undetermined']>,
  Told<CodeOf<NotMissed>, keyof Match['skipped'] | keyof Match['passed']>,
  Told<NonNullable<TransactionCheck['detail']>, Failed<'transaction_data'>>,
]

/** `claim_missing ["a"]` begins with its code. */
type CodeOf<Detail extends string> = Detail extends `${infer Code} ${string}` ? Code : Detail

const root = join(import.meta.dirname, '../../..')

function sourceOf(folder: string): string {
  const names = readdirSync(join(root, folder)).filter((name) => /(?<!\.test|\.testing)\.ts$/.test(name))
  return names.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('\n')
}

describe('every code of a check', () => {
  it('that is a type has its text', () => {
    // The compiler holds this one: nine lists of codes.
    const lists: EveryCodeIsTold['length'] = 9
    expect(lists).toBe(9)
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
