/** One after the other within this instance: many who step one session at once would only make each other begin again. */
const tails = new Map<string, Promise<unknown>>()

export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = tails.get(name)
  const turn = (before ?? Promise.resolve()).then(work, work)
  const tail = turn.catch(() => undefined)
  tails.set(name, tail)
  try {
    return await turn
  } finally {
    if (tails.get(name) === tail) tails.delete(name)
  }
}
