import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Shop } from './shop.ts'
import type { System } from './system.ts'

export type FloodOrder = {
  readonly system: Pick<System, 'url' | 'standIns'>
  readonly shop: Pick<Shop, 'slug' | 'prefix' | 'skuIds'>
  readonly perSecond: number
  readonly seconds: number
}
export type Flooded = { readonly bought: number; readonly turnedAway: number; readonly perSecond: number }

/**
 * A crowd of buyers in a process of its own, so that whoever is measured beside it does not wait for the crowd's driver.
 * @returns `begun` when the first orders are through, `ended` with what was bought
 */
export function startFlood(
  system: System,
  shop: Shop,
  rate: { readonly perSecond: number; readonly seconds: number },
): { readonly begun: Promise<void>; readonly ended: Promise<Flooded> } {
  const child = fork(fileURLToPath(new URL('flood-process.ts', import.meta.url)))
  const { url, standIns } = system
  const { slug, prefix, skuIds } = shop
  child.send({ system: { url, standIns }, shop: { slug, prefix, skuIds }, ...rate } satisfies FloodOrder)
  const closed = once(child, 'close').then(([code]) => {
    throw new Error(`the flood ended with ${code}`)
  })
  const begun = Promise.race([once(child, 'message').then(() => undefined), closed])
  const ended = begun.then(async () => {
    const [flooded] = (await Promise.race([once(child, 'message'), closed])) as [Flooded]
    child.disconnect()
    return flooded
  })
  ended.catch(() => undefined)
  return { begun, ended }
}
