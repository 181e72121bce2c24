/**
 * Compression with the streams of the platform (Compression Streams standard), which browsers and servers have alike.
 * It lies with the pure code because front ends import nothing else, and it imports nothing itself. The platform chooses
 * the level, so servers that publish lists use an implementation of their own.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Compression, InflateRefusal } from './compression.ts'

export const webCompression: Compression = {
  deflate: (bytes) => compress(bytes, 'deflate'),
  inflate: (bytes, maxBytes) => expand(bytes, 'deflate', maxBytes),
  gzip: (bytes) => compress(bytes, 'gzip'),
  gunzip: (bytes, maxBytes) => expand(bytes, 'gzip', maxBytes),
}

type Format = 'deflate' | 'gzip'

async function compress(bytes: Uint8Array, format: Format): Promise<Uint8Array> {
  const compressed = await transform(bytes, new CompressionStream(format), Number.POSITIVE_INFINITY)
  if (compressed === 'too_large') throw new RangeError('compression without an end')
  return compressed
}

async function expand(
  bytes: Uint8Array,
  format: Format,
  maxBytes: number,
): Promise<Result<Uint8Array, InflateRefusal>> {
  try {
    const expanded = await transform(bytes, new DecompressionStream(format), maxBytes)
    return expanded === 'too_large' ? refuse({ code: 'inflated_too_large' }) : ok(expanded)
  } catch {
    return refuse({ code: 'compressed_malformed' })
  }
}

/** Reads while it writes, so that a small input that grows without end is noticed at the limit. */
async function transform(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array | 'too_large'> {
  const written = write(bytes, stream.writable.getWriter())
  const reader = stream.readable.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const chunk: Uint8Array = read.value
    size += chunk.length
    if (size > maxBytes) {
      await reader.cancel().catch(() => undefined)
      return 'too_large'
    }
    chunks.push(chunk)
  }
  const fault = await written
  if (fault !== undefined) throw fault.error
  return join(chunks, size)
}

/** The error comes back as a value: nobody waits for the writer of a stream that was given up. */
async function write(
  bytes: Uint8Array,
  writer: WritableStreamDefaultWriter,
): Promise<{ readonly error: unknown } | undefined> {
  try {
    await writer.write(bytes)
    await writer.close()
    return undefined
  } catch (error) {
    return { error }
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
  }
  return joined
}
