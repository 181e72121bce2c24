/** Asks for claims over the guarded way out, signed as callbacks are, so that whoever answers knows who asks. */
import { isJsonObject, parseJsonObject } from '@countersign/core/json'
import { FETCHED } from '@countersign/core/size-limits'
import type { SignCallback } from '@countersign/service/callbacks/signature'
import type { JudgingRemote, RemoteResponse } from '@countersign/service/outgoing/guarded-client'
import type { ClaimsAnswer, ClaimsWebhooks } from '../issuer.ts'

export interface AskingPorts {
  readonly remote: Pick<JudgingRemote, 'request' | 'judge'>
  /** Absent: not signed. */
  readonly sign?: SignCallback | undefined
  /** Epoch seconds. */
  readonly now: () => number
}

/** A wallet waits for it. */
const TIMEOUT_MS = 5000
const DEEPEST = 32

export function openClaimsWebhooks({ now, remote, sign }: AskingPorts): ClaimsWebhooks {
  return {
    judge: (url) => remote.judge(url)?.code,
    async ask({ body: question, header, id, url }) {
      const timestamp = Math.floor(now())
      const body = JSON.stringify(question)
      const answer = await remote.request({
        purpose: 'claims',
        method: 'POST',
        url,
        headers: {
          ...(header !== undefined && { [header.name]: header.value }),
          accept: 'application/json',
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': `${timestamp}`,
          ...(sign !== undefined && { 'webhook-signature': sign({ id, timestamp, body }) }),
        },
        body,
        timeoutMs: TIMEOUT_MS,
        maxBytes: FETCHED.claims,
      })
      return answer.ok ? read(answer.value) : { outcome: 'failed', reason: answer.error.code }
    },
  }
}

function read({ body, status }: RemoteResponse): ClaimsAnswer {
  const isSuccess = status >= 200 && status < 300
  const isRefusal = status >= 400 && status < 500
  if (!isSuccess && !isRefusal) return { outcome: 'failed', reason: `status_${status}` }
  const json = parseJsonObject(body, { maxBytes: FETCHED.claims, maxDepth: DEEPEST, exactNumbers: true })
  // A no is said, and never guessed from a status that a proxy may have made.
  if (isRefusal)
    return json.ok && json.value['error'] === 'denied'
      ? { outcome: 'denied' }
      : { outcome: 'failed', reason: `status_${status}` }
  if (!json.ok) return { outcome: 'failed', reason: json.error.code }
  const { claims } = json.value
  return isJsonObject(claims)
    ? { outcome: 'claims', claims }
    : { outcome: 'failed', reason: 'claims_missing' }
}
