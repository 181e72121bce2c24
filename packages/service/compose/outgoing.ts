/**
 * The way out to addresses that others name, once a service: one guarded client, and over it DID documents, holders' keys
 * and keys of callers. It is closed with the service.
 */
import type { DidKeyResolver } from '@countersign/did/did-document'
import { didResolver, type FetchDidDocument } from '@countersign/did/did-resolver'
import { type OutgoingOptions, type OutgoingValues, outgoingOptions } from '../config/outgoing.ts'
import { didDocumentFetcher } from '../outgoing/did-documents.ts'
import { createRemote, type JudgingRemote, type Remote } from '../outgoing/guarded-client.ts'
import { observedRemote } from './observed.ts'
import type { Runtime } from './runtime.ts'

export interface Outgoing<R extends Remote = Remote> extends OutgoingOptions {
  readonly remote: R
  /** Documents of `did:web`. */
  readonly fetchDocument: FetchDidDocument
  /** Keys that a DID names; one of `did:web` is fetched. */
  readonly resolveKey: DidKeyResolver
}

export function openOutgoing(
  { now, metrics, secure, closeAtEnd }: Pick<Runtime, 'now' | 'metrics' | 'secure' | 'closeAtEnd'>,
  values: OutgoingValues,
): Outgoing<JudgingRemote> {
  const options = outgoingOptions(values)
  const remote = observedRemote(createRemote({ ...options, ownAddress: secure?.host }), metrics)
  closeAtEnd(() => remote.close())
  const fetchDocument = didDocumentFetcher(remote, options)
  return { ...options, remote, fetchDocument, resolveKey: didResolver({ fetchDocument, now }) }
}
