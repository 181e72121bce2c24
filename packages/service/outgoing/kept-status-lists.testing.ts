/** A list and its publisher, and a service that keeps it. */
import { setTimeout as delay } from 'node:timers/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { newStatusBits, setStatus } from '@countersign/status-list/bits'
import { checkStatus } from '@countersign/status-list/check-status'
import type {
  FetchedStatusList,
  StatusListRefusal,
  StatusListRequest,
  StatusListSource,
  StatusListTrust,
} from '@countersign/status-list/status-list'
import {
  packTokenStatusList,
  type StatusListFacts,
  writeTokenStatusListJwt,
} from '@countersign/status-list/token-status-list'
import { nodeCompression } from '../compose/node-compression.ts'
import { type KeptListsOptions, keepStatusLists } from './kept-status-lists.ts'

export const NOW = 1_780_000_000
export const URI = 'https://lists.example/1'
export const signer = softwareSigner(generateSoftwareKey('ES256'))

export const trust: StatusListTrust = ({ keyId }) =>
  keyId === signer.keyId
    ? ok({ key: signer.publicJwk, anchor: 'Example Root' })
    : refuse({ code: 'no_key_reference' })

interface Published extends Partial<StatusListFacts> {
  /** Status of index 7. */
  readonly status?: number
  readonly entries?: number
}

export async function publish({ status = 0, entries = 1024, ...facts }: Published = {}): Promise<Uint8Array> {
  const bits = newStatusBits(entries, 2, 'least_significant_first')
  setStatus(bits, 7, status)
  const packed = await packTokenStatusList(bits, nodeCompression)
  return Buffer.from(await writeTokenStatusListJwt(packed, { uri: URI, issuedAt: NOW, ...facts }, signer))
}

export const request: StatusListRequest = {
  mechanism: 'token_status_list',
  uri: URI,
  accept: ['application/statuslist+jwt'],
}

/** What goes on beside those who ask has come to its end: a few turns of the loop, and no network. */
export const settled = () => delay(20)

type Answer = Uint8Array | StatusListRefusal

/** Serves what it is told; counts how often it was asked. */
function server(first: Answer | ((uri: string) => Answer | Promise<Answer>)) {
  const state = { answer: first, asked: 0 }
  const source: StatusListSource = async (
    uri,
    _accept,
    now,
  ): Promise<Result<FetchedStatusList, StatusListRefusal>> => {
    state.asked += 1
    const answer = typeof state.answer === 'function' ? await state.answer(uri) : state.answer
    return answer instanceof Uint8Array
      ? ok({ mediaType: 'application/statuslist+jwt', body: answer, fetchedAt: now })
      : refuse(answer)
  }
  return { state, source }
}

export function kept(first: Parameters<typeof server>[0], options: Partial<KeptListsOptions> = {}) {
  const { source, state } = server(first)
  let signatures = 0
  const crypto: KeptListsOptions['crypto'] = {
    verify: (...input) => {
      signatures += 1
      return nodeCrypto.verify(...input)
    },
  }
  const lists = keepStatusLists(source, {
    trust,
    crypto,
    compression: nodeCompression,
    skewSeconds: 0,
    ...options,
  })
  return {
    lists,
    state,
    signatures: () => signatures,
    /** Status of index 7, or the reason that there is none. */
    async at(now: number, asked: Partial<StatusListRequest> = {}): Promise<string> {
      const reference = { mechanism: 'token_status_list', uri: asked.uri ?? URI, index: 7 } as const
      const { detail, status } = await checkStatus([reference], {
        lists: (whole, time) => lists({ ...whole, ...asked }, time),
        now,
        listKind: 'token-jwt',
      })
      return status === 'undetermined' || status === 'faulty' ? detail : status
    },
  }
}
