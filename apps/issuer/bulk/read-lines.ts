/** Lines of a stream, each by itself: what is too long or no text costs its own line and no other. */

export type Line =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly mistake: 'line_too_long' | 'not_utf8' }

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Lines end with LF or CRLF and are counted from 1. */
export async function* readLines(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line, void, undefined> {
  let kept: Uint8Array[] = []
  let keptBytes = 0
  let line = 1
  const keep = (piece: Uint8Array) => {
    keptBytes += piece.length
    // Of a line that is too long nothing is needed but its end.
    if (keptBytes <= maxBytes + 1) kept.push(piece)
  }
  const take = (): Line => {
    const bytes = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept)
    const taken = keptBytes > maxBytes + 1 ? tooLong(line) : lineOf(line, bytes, maxBytes)
    kept = []
    keptBytes = 0
    line += 1
    return taken
  }
  for await (const piece of pieces) {
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      keep(piece.subarray(from, end))
      yield take()
      from = end + 1
    }
    keep(piece.subarray(from))
  }
  if (keptBytes > 0) yield take()
}

function lineOf(line: number, bytes: Uint8Array, maxBytes: number): Line {
  const content = bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes
  if (content.length > maxBytes) return tooLong(line)
  try {
    // A byte order mark is none of the text; it can only stand in the first line.
    return { line, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: line !== 1 }).decode(content) }
  } catch {
    return { line, mistake: 'not_utf8' }
  }
}

function tooLong(line: number): Line {
  return { line, mistake: 'line_too_long' }
}
