/** Instances that die at any step, and after a while are back. */
import { lastStateOf } from './committed.ts'
import type { Instance } from './instance.ts'
import type { World } from './network.ts'

/** Somebody stumbles over a cable, so many times. */
export async function crashes(world: World, count: number): Promise<void> {
  const { scheduler, faults, instances } = world
  for (let crash = 0; crash < count; crash += 1) {
    await scheduler.pause('somebody stumbles over a cable', scheduler.random.below(2_000))
    const up = instances.filter((instance) => instance.isUp())
    if (up.length === 0 || !faults.strikes('crash')) continue
    scheduler.spawn(() => crashAndComeBack(world, scheduler.random.pick(up)))
  }
}

const WATCHED_MS = 30_000

/** All of them, in the moment when the answer of a verification is taken and nobody has done anything about it yet. */
export async function powerCutWhenTaken(world: World, verificationId: string): Promise<void> {
  const { scheduler, instances } = world
  const until = scheduler.now() + WATCHED_MS
  while ((await lastStateOf(world, verificationId)) !== 'answered') {
    if (scheduler.now() > until) return
    await scheduler.turn('somebody looks at the cable')
  }
  for (const instance of instances.filter((one) => one.isUp()))
    scheduler.spawn(() => crashAndComeBack(world, instance))
}

async function crashAndComeBack({ scheduler }: World, instance: Instance): Promise<void> {
  scheduler.note(`${instance.name} crashes`)
  instance.crash()
  await scheduler.pause(`${instance.name} comes back`, 100 + scheduler.random.below(1_500))
  instance.comeBack()
}
