/** What types are about: a file of the catalogue each, and a print on their cards. */
export const TOPICS = [
  'identity',
  'age',
  'driving',
  'education',
  'employment',
  'health',
  'travel',
  'tickets',
  'membership',
  'payment',
  'business',
  'residence',
  /** Of an operator's own. */
  'other',
] as const

export type Topic = (typeof TOPICS)[number]
