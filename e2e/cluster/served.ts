/** Who served what: for each step the instances that answered it. */
import type { Answer } from '@countersign/testing/client/http'

export class Served {
  readonly #by = new Map<string, Map<string, number>>()

  readonly record = (step: string, answer: Answer): void => {
    const instances = this.#by.get(step) ?? new Map<string, number>()
    this.#by.set(step, instances)
    instances.set(answer.instance, (instances.get(answer.instance) ?? 0) + 1)
  }

  instances(step: string): readonly string[] {
    return [...(this.#by.get(step)?.keys() ?? [])].sort()
  }

  get steps(): readonly string[] {
    return [...this.#by.keys()]
  }

  get requests(): number {
    return [...this.#by.values()]
      .flatMap((counts) => [...counts.values()])
      .reduce((sum, count) => sum + count, 0)
  }
}
