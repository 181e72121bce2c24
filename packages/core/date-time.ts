/** Date-times of RFC 3339 §5.6, as requests, trust lists and credentials have them. */

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** Epoch seconds, fractions cut off; undefined for any other text and for a day that does not exist. */
export function readTimestamp(text: unknown): number | undefined {
  if (typeof text !== 'string' || text.length > 40 || !DATE_TIME.test(text)) return undefined
  const day = text.slice(0, 10)
  const milliseconds = Date.parse(text.toUpperCase())
  // 30 February is read as a day of March by some engines.
  const exists = Number.isFinite(milliseconds) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
  return exists ? Math.floor(milliseconds / 1000) : undefined
}
