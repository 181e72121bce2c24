/**
 * The addresses of a name, as the system finds them, asked for once more when no answer comes. The question is a datagram,
 * and the system's resolver waits five seconds for one that was lost (resolv.conf(5), `timeout`): as long as a whole
 * request may take. Networks of containers lose them whenever a container starts or stops. It judges no address.
 */
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

export type NameLookup = (name: string, options: LookupAllOptions, found: Found) => void

/** Names that are there are found in milliseconds, and those that are not in less than this. */
const ASK_AGAIN_AFTER_MS = 1_000

/** Whichever question is answered first counts, with addresses or with an error; `found` is called once. */
export function askedTwice(ask: NameLookup = lookup, afterMs = ASK_AGAIN_AFTER_MS): NameLookup {
  return (name, options, found) => {
    let isAnswered = false
    const answer: Found = (error, addresses) => {
      if (isAnswered) return
      isAnswered = true
      clearTimeout(again)
      found(error, addresses)
    }
    // Once: two questions are as many as Node lets wait at a time (UV_THREADPOOL_SIZE), so a third would not be sent.
    const again = setTimeout(() => ask(name, options, answer), afterMs)
    ask(name, options, answer)
  }
}
