/** Which print a card has where its issuer has none of its own. Pure. */
export type CardLook = 'identity' | 'licence' | 'diploma' | 'health' | 'neutral'

/** The first that fits; whole words, since `ehic` stands in vehicles and `age` in languages. */
const LOOKS: readonly (readonly [CardLook, RegExp])[] = [
  ['licence', /\bm ?dl\b|\bdriv|\blicen[cs]e|führerschein|\bvehicle|\bmotor|fahrzeug/],
  ['diploma', /diploma|\bdegree|universit|educat|zeugnis|certificate of|\blanguage|transcript|\bschool/],
  ['health', /health|\behic\b|vaccin|medical|gesundheit/],
  ['identity', /\bpid\b|identity|passport|ausweis|\bperson|\bage\b/],
]

/** What a type calls itself and its titles decide; an unknown type has strokes. */
export function lookOf(type: string, title = ''): CardLook {
  // `ProofOfAge` are three words.
  const words = `${type} ${title}`.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase()
  return LOOKS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'neutral'
}
