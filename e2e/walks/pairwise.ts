/**
 * A few of all combinations, in which every two choices stand together that stand together in any: what two choices do to each other is
 * seen, at a fraction of the time.
 */
export function pairwise<Way>(
  ways: readonly Way[],
  pairsOf: (way: Way) => readonly string[],
): readonly Way[] {
  const missing = new Set(ways.flatMap(pairsOf))
  const chosen: Way[] = []
  while (missing.size > 0) {
    // Each next one adds the most that are missing.
    const added = (way: Way) => pairsOf(way).filter((pair) => missing.has(pair)).length
    const [first, ...others] = ways
    if (first === undefined) break
    const best = others.reduce((most, way) => (added(way) > added(most) ? way : most), first)
    for (const pair of pairsOf(best)) missing.delete(pair)
    chosen.push(best)
  }
  return chosen
}

/** Each two of some choices, which have to have names of their own. */
export function pairsOfChoices(choices: readonly string[]): readonly string[] {
  return choices.flatMap((one, at) => choices.slice(at + 1).map((other) => `${one}, ${other}`))
}
