/** Figures of several registries as one text: the format wants all lines of a metric together, under one head. */

export function mergedExpositions(texts: readonly string[]): string {
  const metrics = new Map<string, { readonly head: string[]; readonly lines: string[] }>()
  for (const text of texts) {
    let current: string[] | undefined
    for (const line of text.split('\n')) {
      const [, kind, name] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? []
      if (name !== undefined) {
        const known = metrics.get(name) ?? { head: [], lines: [] }
        metrics.set(name, known)
        // Of the same name the first says what it is.
        if (!known.head.some((said) => said.startsWith(`# ${kind} `))) known.head.push(line)
        current = known.lines
      } else if (line !== '') current?.push(line)
    }
  }
  return [...metrics.values()].map(({ head, lines }) => `${[...head, ...lines].join('\n')}\n`).join('\n')
}
