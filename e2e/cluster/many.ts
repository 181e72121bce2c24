/** Runs `total` jobs, `concurrency` at a time; the results in order. One that throws ends the run. */
export async function many<T>(
  total: number,
  concurrency: number,
  job: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < total) {
      const index = next++
      results[index] = await job(index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}
