import { decodeBase64 } from '@countersign/core/base64url'
import { nodeEngine } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { type Certificate, parseCertificate } from './certificate.ts'
import { validatePath } from './certification-path.ts'
import pkits from './pkits.testing.json' with { type: 'json' }

/** 2026-01-01: within the period of the suite, which ends in 2030. */
const NOW = 1_767_225_600

const certificates: Readonly<Record<string, string>> = pkits.certificates
const anchor = certificate(pkits.anchor)

function certificate(base64: string): Certificate {
  const parsed = parseCertificate(decodeBase64(base64) ?? new Uint8Array())
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

async function judge(chain: readonly string[]): Promise<string> {
  const x5c = chain.map((name) => certificates[name] ?? '')
  const path = await validatePath(x5c, [anchor], NOW, nodeEngine)
  return path.ok ? 'valid' : path.error.code
}

/** By the beginning of the case's number, the longest first. */
const REASONS: readonly (readonly [string, string])[] = [
  ['4.1.2', 'certificate_malformed'], // the altered bit is one that a signature does not have
  ['4.1.3', 'certificate_signature_invalid'],
  ['4.2.1', 'certificate_not_yet_valid'],
  ['4.2.2', 'certificate_not_yet_valid'],
  ['4.2.', 'certificate_expired'],
  ['4.3.', 'name_chain_broken'],
  ['4.6.1', 'issuer_not_ca'],
  ['4.6.2', 'issuer_not_ca'],
  ['4.6.3', 'issuer_not_ca'],
  ['4.6.', 'path_length_exceeded'],
  ['4.7.', 'issuer_key_usage_wrong'],
  ['4.9.', 'extension_unknown'],
  ['4.10.', 'certificate_extensions_malformed'],
  ['4.13.20', 'leaf_self_signed'],
  ['4.13.', 'name_not_permitted'],
  ['4.16.', 'extension_unknown'],
]

function reasonOf(id: string): string | undefined {
  return REASONS.find(([section]) => (section.endsWith('.') ? id.startsWith(section) : id === section))?.[1]
}

/** Valid, but a CA demands policies, which we do not judge: rather refused than half understood. */
const DEMANDS_POLICIES = ['4.8.10', '4.8.11', '4.8.13']

describe('PKITS', () => {
  const valid = pkits.cases.filter((one) => one.valid && !DEMANDS_POLICIES.includes(one.id))

  it.each(valid)('$id is valid: $chain.0', async ({ chain }) => {
    expect(await judge(chain)).toBe('valid')
  })

  it.each(pkits.cases.filter((one) => !one.valid))('$id is refused: $chain.0', async ({ id, chain }) => {
    expect(await judge(chain)).toBe(reasonOf(id))
  })

  it.each(pkits.cases.filter(({ id }) => DEMANDS_POLICIES.includes(id)))(
    '$id demands policies and is refused: $chain.0',
    async ({ chain }) => {
      expect(await judge(chain)).toBe('extension_unknown')
    },
  )
})
