/**
 * The statuses of a list in the shape that it is published in, and their signing. A token list has two bits an entry,
 * which say all three statuses. A list of W3C credentials is published as two credentials of one bit, revocation and
 * suspension, for a Bitstring Status List says one thing at a time.
 */
import { encodeUtf8 } from '@countersign/core/base64url'
import type { Signer } from '@countersign/crypto/engine'
import { newStatusBits, type StatusBits, setStatus } from '@countersign/status-list/bits'
import { writeBitstringCredential } from '@countersign/status-list/bitstring-status-list'
import type { Compression } from '@countersign/status-list/compression'
import {
  type PackedTokenStatusList,
  packTokenStatusList,
  writeTokenStatusListJwt,
} from '@countersign/status-list/token-status-list'
import { writeTokenStatusListCwt } from '@countersign/status-list/token-status-list-cwt'
import type { ListFacts } from '../database/schema.ts'
import { STATUS_VALUES } from './change-status.ts'
import { bitstringListUri, type StatusPurpose, tokenListUri } from './list-addresses.ts'
import type { ListContent } from './published-lists.ts'

export interface ListSigning {
  readonly signer: Signer
  readonly compression: Pick<Compression, 'deflate' | 'gzip'>
  /** How long verifiers may keep a list, and how long a signed one is good. */
  readonly ttlSeconds: number
  readonly lifetimeSeconds: number
}

export function openListContent(list: ListFacts, signing: ListSigning): ListContent {
  return list.kind === 'token' ? tokenContent(list, signing) : bitstringContent(list, signing)
}

function tokenContent(list: ListFacts, signing: ListSigning): ListContent {
  const statuses = newStatusBits(list.size, 2, 'least_significant_first')
  let packed: Promise<PackedTokenStatusList> | undefined
  return {
    set(index, status) {
      setStatus(statuses, index, STATUS_VALUES[status])
      packed = undefined
    },
    async sign(form, issuedAt) {
      packed ??= packTokenStatusList(copyOf(statuses), signing.compression)
      const facts = { uri: tokenListUri(list), issuer: list.base_url, ...period(signing, issuedAt) }
      if (form === 'statuslist+jwt')
        return encodeUtf8(await writeTokenStatusListJwt(await packed, facts, signing.signer))
      if (form === 'statuslist+cwt') return writeTokenStatusListCwt(await packed, facts, signing.signer)
      throw new Error(`a token status list has no form ${form}`)
    },
  }
}

function bitstringContent(list: ListFacts, signing: ListSigning): ListContent {
  const bits = () => newStatusBits(list.size, 1, 'most_significant_first')
  const statuses = { revocation: bits(), suspension: bits() }
  return {
    set(index, status) {
      setStatus(statuses.revocation, index, status === 'revoked' ? 1 : 0)
      setStatus(statuses.suspension, index, status === 'suspended' ? 1 : 0)
    },
    async sign(form, issuedAt) {
      if (form !== 'revocation' && form !== 'suspension')
        throw new Error(`a bitstring status list has no form ${form}`)
      return signPurpose(list, form, copyOf(statuses[form]), signing, issuedAt)
    },
  }
}

async function signPurpose(
  list: ListFacts,
  purpose: StatusPurpose,
  statuses: StatusBits,
  signing: ListSigning,
  issuedAt: number,
): Promise<Uint8Array> {
  const facts = {
    uri: bitstringListUri(list, purpose),
    issuer: list.base_url,
    purposes: [purpose],
    ...period(signing, issuedAt),
  }
  const written = await writeBitstringCredential(statuses, facts, signing.signer, signing.compression)
  if (!written.ok) throw new Error(`a status list cannot be written: ${written.error.code}`)
  return encodeUtf8(written.value)
}

/** What is set while a list is being signed belongs to the next one. */
function copyOf(statuses: StatusBits): StatusBits {
  return { ...statuses, bytes: statuses.bytes.slice() }
}

function period({ ttlSeconds, lifetimeSeconds }: ListSigning, issuedAt: number) {
  return { issuedAt, expiresAt: issuedAt + lifetimeSeconds, ttlSeconds }
}
