/** What an app's first picture is made of. */
import { aheadThere } from '../http/ahead.ts'

/** Parts that are loaded later, by the first part of the address. */
export type Parts = Readonly<Record<string, { preload(): Promise<unknown> }>>

/** Resolves when the part at this address is there, and what was asked ahead for it: a picture without them would be drawn for nothing. */
export async function firstPart(parts: Parts): Promise<void> {
  const [, first = ''] = location.pathname.split('/')
  await Promise.all([parts[first]?.preload(), aheadThere()])
}
