/** What an app's first picture is made of. */
import { aheadThere } from '../http/ahead.ts'

/** A part that is loaded later. */
export interface LaterPart {
  preload(): Promise<unknown>
}

/** By the address as a router has it: `/offers/:id`. */
export type Parts = Readonly<Record<string, LaterPart>>

/** The one for an address, where it is loaded later. */
export function partAt(parts: Parts, address: string): LaterPart | undefined {
  const found = Object.entries(parts).find(([path]) => isAt(path.split('/'), address.split('/')))
  return found?.[1]
}

function isAt(path: readonly string[], address: readonly string[]): boolean {
  return (
    path.length === address.length && path.every((part, at) => part.startsWith(':') || part === address[at])
  )
}

/** Resolves when the part is there, and what was asked ahead for it: a picture without them would be drawn for nothing. */
export async function firstPart(part: LaterPart | undefined): Promise<void> {
  await Promise.all([part?.preload(), aheadThere()])
}
