/** Status lists as an issuer would publish them, in the form that each format asks for, wrong in what a case wants. */
import { deflateSync, gzipSync } from 'node:zlib'
import type { StatusListKind } from '@countersign/credential/contract/format-facts'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { Signer } from '@countersign/crypto/engine'
import { newStatusBits, type StatusSize, setStatus } from '@countersign/status-list/bits'
import { writeBitstringCredential } from '@countersign/status-list/bitstring-status-list'
import { writeTokenStatusListJwt } from '@countersign/status-list/token-status-list'
import { writeTokenStatusListCwt } from '@countersign/status-list/token-status-list-cwt'
import { now } from '../people/keys.ts'
import { jwtVcKind, type Kind, mdocKind, sdJwtKind } from './credential-kinds.ts'

export interface WrittenList {
  readonly type: string
  readonly content: string | Uint8Array
}

export interface ListFacts {
  /** Where the list says that it is published. */
  readonly uri: string
  readonly signer: Signer
  readonly issuedAt?: number
  readonly expiresAt?: number
  /** Of the entry 0; the others are valid. */
  readonly status?: number
  /** Of lists that say what they are for; revocation when absent. */
  readonly purpose?: 'revocation' | 'suspension'
  /** Of all entries once they are not compressed any more. */
  readonly bytes?: number
  /** Makes something else of the compressed bytes. */
  readonly squeeze?: (compressed: Uint8Array) => Uint8Array
}

export interface Mechanism {
  readonly kind: Kind
  readonly type: string
  reference(uri: string, index?: number, purpose?: ListFacts['purpose']): StatusReference
  write(facts: ListFacts): Promise<WrittenList>
}

const ENTRIES = 131_072

const period = ({ issuedAt = now() - 10, expiresAt = now() + 3600 }: ListFacts) => ({ issuedAt, expiresAt })

function packedToken({ bytes, squeeze = (compressed) => compressed, status = 0 }: ListFacts) {
  const size: StatusSize = 2
  const statuses = newStatusBits(bytes === undefined ? ENTRIES : bytes * 4, size, 'least_significant_first')
  setStatus(statuses, 0, status)
  return { size, deflated: squeeze(deflateSync(statuses.bytes)) }
}

const tokenReference = (uri: string, index = 0): StatusReference => ({
  mechanism: 'token_status_list',
  uri,
  index,
})

export const tokenJwt: Mechanism = {
  kind: sdJwtKind,
  type: 'application/statuslist+jwt',
  reference: tokenReference,
  write: async (facts) => ({
    type: tokenJwt.type,
    content: await writeTokenStatusListJwt(
      packedToken(facts),
      { uri: facts.uri, ...period(facts) },
      facts.signer,
    ),
  }),
}

const tokenCwt: Mechanism = {
  kind: mdocKind,
  type: 'application/statuslist+cwt',
  reference: tokenReference,
  write: async (facts) => ({
    type: tokenCwt.type,
    content: await writeTokenStatusListCwt(
      packedToken(facts),
      { uri: facts.uri, ...period(facts) },
      facts.signer,
    ),
  }),
}

export const bitstring: Mechanism = {
  kind: jwtVcKind,
  type: 'application/vc+jwt',
  reference: (uri, index = 0, purpose = 'revocation') => ({
    mechanism: 'bitstring_status_list',
    uri,
    index,
    purpose,
    size: 1,
  }),
  async write(facts) {
    const {
      bytes,
      purpose = 'revocation',
      signer,
      squeeze = (compressed) => compressed,
      status = 0,
      uri,
    } = facts
    const statuses = newStatusBits(bytes === undefined ? ENTRIES : bytes * 8, 1, 'most_significant_first')
    setStatus(statuses, 0, status)
    const about = { uri, issuer: 'https://issuer.example', purposes: [purpose], ...period(facts) }
    const written = await writeBitstringCredential(statuses, about, signer, {
      gzip: (data) => squeeze(gzipSync(data)),
    })
    if (!written.ok) throw new Error(written.error.code)
    return { type: bitstring.type, content: written.value }
  },
}

/** One for each way that a format names a list. */
export const mechanisms: readonly Mechanism[] = [tokenJwt, tokenCwt, bitstring]

const BY_LIST: Readonly<Record<StatusListKind, Mechanism>> = {
  'token-jwt': tokenJwt,
  'token-cwt': tokenCwt,
  bitstring,
}

/** In which credentials of a format get their place. */
export function mechanismOf({ codec }: Kind): Mechanism {
  return BY_LIST[codec.statusList]
}
