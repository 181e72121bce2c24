/** What an app's first picture is made of. */
import { aheadThere } from '../http/ahead.ts'

interface LaterPart {
  preload(): Promise<unknown>
}

/** Parts that are loaded later, by the first part of the address. */
export type Parts = Readonly<Record<string, LaterPart>>

/**
 * Resolves when the part at this address is there, or the one that stands at every other, and what was asked ahead for it: a
 * picture without them would be drawn for nothing.
 */
export async function firstPart(parts: Parts, other?: LaterPart): Promise<void> {
  const [, first = ''] = location.pathname.split('/')
  await Promise.all([(parts[first] ?? other)?.preload(), aheadThere()])
}
