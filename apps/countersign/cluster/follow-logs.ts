/** What is appended to log files, line by line, as long as somebody looks. It knows nothing of what a line says. */
import { open } from 'node:fs/promises'

const LOOK_EVERY_MS = 150
/** Of one file at one look: what comes faster than it can be read is passed over. */
const MOST_BYTES = 256 * 1024

/** From the present end of each file on; the answer ends it. */
export async function followLogs(
  files: readonly string[],
  onLine: (line: string) => void,
): Promise<() => void> {
  const looks = await Promise.all(files.map((file) => follower(file, onLine)))
  let looking = false
  const lookAtAll = async () => {
    if (looking) return
    looking = true
    for (const look of looks) await look().catch(() => undefined)
    looking = false
  }
  const timer = setInterval(() => void lookAtAll(), LOOK_EVERY_MS)
  return () => clearInterval(timer)
}

async function follower(file: string, onLine: (line: string) => void): Promise<() => Promise<void>> {
  let at = await sizeOf(file)
  let begun = ''
  return async () => {
    const size = await sizeOf(file)
    if (size <= at) return
    const from = Math.max(at, size - MOST_BYTES)
    const lines = (begun + (await textOf(file, from, size - from))).split('\n')
    begun = lines.pop() ?? ''
    at = size
    for (const line of lines) onLine(line)
  }
}

async function sizeOf(file: string): Promise<number> {
  const handle = await open(file).catch(() => undefined)
  const size = (await handle?.stat())?.size ?? 0
  await handle?.close()
  return size
}

async function textOf(file: string, from: number, length: number): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
