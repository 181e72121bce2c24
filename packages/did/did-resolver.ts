/**
 * Keys behind DID URLs, whatever the method: those whose DID is their key are read at once, `did:web` is fetched and
 * kept for a while. What failed is kept as well, for a shorter while and with its reason, so that a stranger's name
 * cannot make us ask again and again; one question at a time goes out for a DID, however many wait for its answer.
 */
import { type Result, refuse } from '@countersign/core/result'
import { resolveDid } from './did.ts'
import { type DidKeyResolver, type DidRefusal, keyOfDocument } from './did-document.ts'
import { didWebUrl } from './did-web.ts'
import { type ParsedDidDocument, parseDidDocument } from './parse-did-document.ts'

/** The body of what lies at an https URL. `reason` is for operators: a code, not a sentence. */
export type FetchDidDocument = (url: string) => Promise<Result<string, { readonly reason: string }>>

export interface DidResolverOptions {
  readonly fetchDocument: FetchDidDocument
  /** Epoch seconds. */
  readonly now: () => number
  /** How long a document counts; 300 when absent. */
  readonly ttlSeconds?: number
  /** How long a failure counts, and how long a document without the wanted key does; 30 when absent. */
  readonly failureTtlSeconds?: number
  /** Documents and failures that are kept; 500 when absent. */
  readonly maxEntries?: number
}

export function didResolver(options: DidResolverOptions): DidKeyResolver {
  const documents = documentCache(options)
  return (didUrl, relationship) => {
    const hash = didUrl.indexOf('#')
    if (hash === -1) return refuse({ code: 'did_url_names_no_key' })
    const did = didUrl.slice(0, hash)
    const local = resolveDid(did)
    if (local.ok) return keyOfDocument(local.value, didUrl, relationship)
    const isWeb = local.error.code === 'did_method_unsupported' && local.error.method === 'web'
    return isWeb ? keyOfFetched(documents, did, didUrl, relationship) : local
  }
}

type Documents = ReturnType<typeof documentCache>

/** A key that a kept document lacks may have come since: the document is asked for once more, unless it is fresh. */
async function keyOfFetched(
  documents: Documents,
  did: string,
  ...[didUrl, relationship]: Parameters<DidKeyResolver>
): Promise<Awaited<ReturnType<DidKeyResolver>>> {
  const kept = await documents.get(did, 'kept')
  if (!kept.ok) return kept
  const key = keyOfParsed(kept.value, didUrl, relationship)
  if (key.ok) return key
  const fresh = await documents.get(did, 'fresh')
  return fresh.ok ? keyOfParsed(fresh.value, didUrl, relationship) : fresh
}

function keyOfParsed(
  document: ParsedDidDocument,
  ...[didUrl, relationship]: Parameters<DidKeyResolver>
): Awaited<ReturnType<DidKeyResolver>> {
  const reason = document.unusable.get(didUrl)
  if (reason !== undefined) return refuse({ code: 'did_key_unusable', reason })
  return keyOfDocument(document, didUrl, relationship)
}

type Resolved = Result<ParsedDidDocument, DidRefusal>

interface Entry {
  /** Epoch seconds. */
  readonly since: number
  readonly resolved: Resolved
}

function documentCache(options: DidResolverOptions) {
  const { now, ttlSeconds = 300, failureTtlSeconds = 30, maxEntries = 500 } = options
  const kept = new Map<string, Entry>()
  const asked = new Map<string, Promise<Resolved>>()

  async function ask(did: string): Promise<Resolved> {
    const resolved = await fetchDidWeb(did, options)
    keep(did, { since: now(), resolved })
    return resolved
  }

  /** Least recently used first, so that names nobody asks for any more leave before those that are in use. */
  function keep(did: string, entry: Entry): void {
    kept.delete(did)
    for (const oldest of kept.keys()) {
      if (kept.size < maxEntries) break
      kept.delete(oldest)
    }
    kept.set(did, entry)
  }

  return {
    /** `fresh`: no older than a failure may be. */
    async get(did: string, wanted: 'kept' | 'fresh'): Promise<Resolved> {
      const found = kept.get(did)
      const maxAge = wanted === 'kept' && found?.resolved.ok ? ttlSeconds : failureTtlSeconds
      if (found !== undefined && now() - found.since < maxAge) {
        keep(did, found)
        return found.resolved
      }
      const answer = asked.get(did) ?? ask(did).finally(() => asked.delete(did))
      asked.set(did, answer)
      return answer
    },
  }
}

async function fetchDidWeb(did: string, { fetchDocument, now }: DidResolverOptions): Promise<Resolved> {
  const url = didWebUrl(did)
  if (!url.ok) return url
  const fetched = await fetchDocument(url.value)
  if (!fetched.ok) return refuse({ code: 'did_not_found', reason: fetched.error.reason })
  return parseDidDocument(fetched.value, did, now())
}
