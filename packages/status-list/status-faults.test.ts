import { ok } from '@countersign/core/result'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import { makeSigner } from '@countersign/testing/engines/node-engine'
import { describe, expect, it } from 'vitest'
import { newStatusBits } from './bits.ts'
import { writeBitstringCredential } from './bitstring-status-list.ts'
import { checkStatus, toStatusCheck } from './check-status.ts'
import { readStatusLists } from './open-status-list.ts'
import { FAULT_WEIGHTS, type FaultWeight, type StatusFaultCode } from './status-faults.ts'
import { LIST_MEDIA_TYPES, type StatusList, type StatusListRefusal } from './status-list.ts'
import { listSigner, NOW, options, served, stranger, tokenBits, URI } from './status-list-fixtures.testing.ts'
import { packTokenStatusList, writeTokenStatusListJwt } from './token-status-list.ts'
import { writeTokenStatusListCwt } from './token-status-list-cwt.ts'
import { webCompression } from './web-compression.ts'

/** Written down here once more: what a fault decides changes only by changing both. */
const DECIDED_AT_ONCE: readonly StatusFaultCode[] = [
  'signature_invalid',
  'alg_key_mismatch',
  'list_uri_differs',
  'index_out_of_range',
]

const REFUSALS: readonly StatusListRefusal['code'][] = [
  'list_unreachable',
  'list_http_status',
  'list_too_large',
  'media_type_wrong',
  'list_malformed',
  'typ_wrong',
  'list_uri_differs',
  'list_expired',
  'list_not_yet_valid',
  'signer_unknown',
  'signer_untrusted',
  'alg_not_allowed',
  'alg_key_mismatch',
  'signature_invalid',
  'compressed_malformed',
  'inflated_too_large',
]

const token: StatusReference = { mechanism: 'token_status_list', uri: URI, index: 0 }

it('wrong signatures, another list and a place that is not there decide; everything else stays open', () => {
  const deciding = Object.entries(FAULT_WEIGHTS).filter(([, weight]) => weight === 'faulty')
  expect(deciding.map(([code]) => code).toSorted()).toEqual(DECIDED_AT_ONCE.toSorted())
})

describe.each<StatusReference>([
  token,
  { mechanism: 'bitstring_status_list', uri: URI, index: 0, purpose: 'revocation', size: 1 },
  { mechanism: 'identifier_list', uri: URI, identifier: Uint8Array.of(1) },
])('without a list, a reference of $mechanism', (reference) => {
  it.each(REFUSALS)('is weighed by its reason: %s', async (code) => {
    const lists = () => ({ ok: false, error: { code, reason: 'why' } }) as const
    const outcome = await checkStatus([reference], { lists, now: NOW })
    const decides = DECIDED_AT_ONCE.includes(code)
    expect(outcome).toMatchObject({ status: decides ? 'faulty' : 'undetermined', detail: `${code}: why` })
    expect(toStatusCheck(outcome)).toEqual({
      name: 'status',
      outcome: decides ? 'failed' : 'undetermined',
      detail: `${code}: why`,
    })
  })
})

interface Written {
  readonly uri?: string
  readonly signer?: typeof listSigner
  readonly expiresAt?: number
}

interface Kind {
  readonly name: string
  readonly mediaType: string
  reference(index: number): StatusReference
  write(facts: Written): Promise<string | Uint8Array>
}

const facts = ({ uri = URI, expiresAt = NOW + 60 }: Written) => ({ uri, issuedAt: NOW - 99, expiresAt })
const tokenAt = (index: number): StatusReference => ({ mechanism: 'token_status_list', uri: URI, index })
const packed = () => packTokenStatusList(tokenBits(), webCompression)

const KINDS: readonly Kind[] = [
  {
    name: 'a token status list as a JWT',
    mediaType: LIST_MEDIA_TYPES.tokenJwt,
    reference: tokenAt,
    write: async (list) => writeTokenStatusListJwt(await packed(), facts(list), list.signer ?? listSigner),
  },
  {
    name: 'a token status list as a CWT',
    mediaType: LIST_MEDIA_TYPES.tokenCwt,
    reference: tokenAt,
    write: async (list) => writeTokenStatusListCwt(await packed(), facts(list), list.signer ?? listSigner),
  },
  {
    name: 'a bitstring status list',
    mediaType: LIST_MEDIA_TYPES.credentialJwt,
    reference: (index) => ({
      mechanism: 'bitstring_status_list',
      uri: URI,
      index,
      purpose: 'revocation',
      size: 1,
    }),
    write: async (list) => {
      const bits = newStatusBits(131_072, 1, 'most_significant_first')
      const signer = list.signer ?? listSigner
      const all = { ...facts(list), issuer: 'https://issuer.example', purposes: ['revocation'] }
      const written = await writeBitstringCredential(bits, all, signer, webCompression)
      if (!written.ok) throw new Error(written.error.code)
      return written.value
    },
  },
]

const BORROWED_CHAIN = { x5c: listSigner.x5c ?? [] }

describe.each(KINDS)('$name', ({ mediaType, reference, write }) => {
  it.each<[string, FaultWeight | 'valid', string, Written, number?]>([
    ['as it should be', 'valid', 'valid', {}],
    ['with a wrong signature', 'faulty', 'signature_invalid', { signer: { ...stranger, ...BORROWED_CHAIN } }],
    [
      'with a signature that its key cannot make',
      'faulty',
      'alg_key_mismatch',
      { signer: { ...makeSigner('Ed25519', 'k'), ...BORROWED_CHAIN } },
    ],
    ['that is another list', 'faulty', 'list_uri_differs', { uri: `${URI}0` }],
    ['without such a place', 'faulty', 'index_out_of_range', {}, 2 ** 40],
    ['of a stranger', 'undetermined', 'signer_untrusted', { signer: stranger }],
    [
      'of a stranger, that is another list',
      'undetermined',
      'signer_untrusted',
      { signer: stranger, uri: `${URI}0` },
    ],
    ['that has expired', 'undetermined', 'list_expired', { expiresAt: NOW - 90 }],
    [
      'that has expired and is another list',
      'undetermined',
      'list_expired',
      { expiresAt: NOW - 90, uri: `${URI}0` },
    ],
  ])('%s is %s: %s', async (_what, status, detail, list, index = 0) => {
    const lists = readStatusLists(async () => ok(served(await write(list), mediaType)), options)
    const outcome = await checkStatus([reference(index)], {
      lists,
      now: NOW,
      listKind: mediaType === LIST_MEDIA_TYPES.tokenCwt ? 'token-cwt' : 'token-jwt',
    })
    expect(outcome.status).toBe(status)
    expect(outcome.detail.startsWith(detail)).toBe(true)
  })
})

it('a place that is not there decides by the word of a signer who counts for the credential alone', async () => {
  const list: StatusList = {
    anchor: 'Other Root',
    fetchedAt: NOW,
    content: { mechanism: 'token_status_list', statuses: tokenBits() },
  }
  const beyond = { mechanism: 'token_status_list', uri: URI, index: 9999 } as const
  const asked = { lists: () => ok(list), now: NOW, credentialAnchor: 'Example Root' }
  expect(await checkStatus([beyond], asked)).toMatchObject({
    status: 'undetermined',
    detail: 'signer_of_another_anchor',
  })
})

it('what is known to be bad comes first, then what decides, then what is open', async () => {
  const refusing: Readonly<Record<string, StatusListRefusal>> = {
    'x:down': { code: 'list_unreachable' },
    'x:forged': { code: 'signature_invalid' },
  }
  const statuses = tokenBits({ 1: 1 })
  const list: StatusList = {
    anchor: 'Root',
    fetchedAt: NOW,
    content: { mechanism: 'token_status_list', statuses },
  }
  const at = (uri: string, index = 0): StatusReference => ({ mechanism: 'token_status_list', uri, index })
  const status = async (...references: StatusReference[]) => {
    const lists = ({ uri }: { readonly uri: string }) => {
      const error = refusing[uri]
      return error === undefined ? ok(list) : ({ ok: false, error } as const)
    }
    return (await checkStatus(references, { lists, now: NOW })).status
  }
  expect(await status(at('x:down'), at('x:forged'), at(URI, 1))).toBe('revoked')
  expect(await status(at('x:down'), at('x:forged'), at(URI))).toBe('faulty')
  expect(await status(at('x:down'), at(URI))).toBe('undetermined')
})
