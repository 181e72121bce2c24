/**
 * Fetches the documents of `did:web` for the resolver, within the limits of `Remote`: https, public addresses, no
 * redirects, bounded in time and size. The content type says nothing that the parser does not check, and servers get it
 * wrong, so it is not looked at.
 */

import { ok, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { FetchDidDocument } from '@countersign/did/did-resolver'
import type { Remote } from './guarded-client.ts'

export interface DidDocumentOptions {
  /**
   * Ask hosts that no public authority certifies over plain http: `localhost` and names without a dot, as the parts of a
   * development stack have them. Needs a `Remote` that allows http. Default false.
   */
  readonly allowHttp?: boolean
}

const ACCEPT = 'application/did+json, application/did+ld+json;q=0.9, application/json;q=0.8'

export function didDocumentFetcher(remote: Remote, options: DidDocumentOptions = {}): FetchDidDocument {
  return async (url) => {
    const target = options.allowHttp ? overHttpWhereLocal(url) : url
    const answer = await remote.request({
      purpose: 'did_document',
      method: 'GET',
      url: target,
      headers: { accept: ACCEPT },
      maxBytes: FETCHED.didDocument,
    })
    if (!answer.ok) return refuse({ reason: answer.error.code })
    const { status, body } = answer.value
    if (status !== 200) return refuse({ reason: `status_${status}` })
    return ok(body)
  }
}

function overHttpWhereLocal(url: string): string {
  const { hostname } = new URL(url)
  const isLocal = !hostname.includes('.') || hostname.endsWith('.localhost')
  return isLocal ? url.replace(/^https:/, 'http:') : url
}
