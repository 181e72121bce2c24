/** A file that no build made: a text of ours, with its smaller forms beside it. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { BuiltFile } from './built-pages.ts'

const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)]

/** Packed a little less than a build does it: somebody waits for the first answer. */
const QUALITY = 6

/** For good: every form that there is. */
export async function madeFile(contentType: string, text: string): Promise<BuiltFile> {
  const body = Buffer.from(text)
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  }
  const [br, gz] = await Promise.all([brotli(body, { params }), zip(body, { level: QUALITY })])
  return { contentType, body, packed: { br, gzip: gz }, etag: etagOf(body), hashed: false }
}

/** For one answer, which anybody may ask for as often as they like: what costs the least. */
export async function passingFile(contentType: string, text: string): Promise<BuiltFile> {
  const body = Buffer.from(text)
  return {
    contentType,
    body,
    packed: { gzip: await zip(body, { level: 1 }) },
    etag: etagOf(body),
    hashed: false,
  }
}

function etagOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22)
}
