/**
 * Scripts of one key each, so that they run on a cluster without hash tags. The server is asked by hash; one that
 * forgot the script (restarted, flushed, failed over) gets the text.
 */
import { createHash } from 'node:crypto'
import { type Argument, isErrorReply, type Link } from './subscriber.ts'

export type Script = (link: Link, key: string, args: readonly Argument[]) => Promise<unknown>

export function script(text: string): Script {
  const hash = createHash('sha1').update(text).digest('hex')
  return async (link, key, args) => {
    try {
      return await link.send(['EVALSHA', hash, '1', key, ...args])
    } catch (error) {
      if (!isErrorReply(error, 'NOSCRIPT')) throw error
      return link.send(['EVAL', text, '1', key, ...args])
    }
  }
}
