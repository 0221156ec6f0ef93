import { orderErrors } from '@quanshu/contract'
import type { Refusal, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'

/** One SKU and quantity of an order that is asked for, by itself or as a part of a bundle. */
export type Wanted = {
  readonly skuId: number
  readonly quantity: number
  readonly goodsTitle: string
  readonly bundle?: { readonly skuId: number; readonly goodsTitle: string }
}
/** What somebody asks for under a request's key; no lines when it must be placed to know what is wrong with it. */
export type Ask = { readonly requestKey: string; readonly wanted: readonly Wanted[] }

export type ShelfWatch = {
  /** Says that the database refused an order because this SKU was short. */
  readonly noteShort: (tenantId: TenantId, skuId: number) => void
  /**
   * @throws orders.sold_out, orders.bundle_part_short when placing would refuse at this moment for want of pieces. Passes when it has to be placed to
   * know: nothing is known to be short, the pieces are there again, or the key is that of an order, which is the answer.
   */
  readonly refuseSoldOut: (tenantId: TenantId, ask: Ask) => Promise<void>
  /** The same for those who wait in one batch: the refusal of each, or undefined where it passes. */
  readonly sift: (tenantId: TenantId, asks: readonly Ask[]) => Promise<readonly (Refusal | undefined)[]>
}

/** How long after a shortage buyers are sent to look first. Only a detour depends on it, never what they are told. */
const WATCH_MS = 2_000
const WATCHED_MAX = 10_000
const BATCH_MAX = 512
/** A crowd of thousands a second then looks by the hundred. */
const GATHER_MS = 20

/**
 * When ten thousand people want five hundred pieces, all but five hundred only need a "sold out", and deciding that in
 * the line of those who buy costs as much as an order. So this process remembers for seconds which SKUs were short, and
 * whoever asks for one of them looks at the shelf first: a grouped read without locks. The memory decides only who looks;
 * what is said comes from the database at that moment, so pieces that come back are sold at once, by whatever process.
 */
export function createShelfWatch(platform: Pick<Platform, 'batcher' | 'db'>, now: () => number = Date.now): ShelfWatch {
  const short = new Map<string, number>()
  const nameOf = (tenantId: TenantId, skuId: number): string => `${tenantId} ${skuId}`

  function isShort(tenantId: TenantId, skuId: number): boolean {
    const name = nameOf(tenantId, skuId)
    const until = short.get(name)
    if (until === undefined) return false
    if (until > now()) return true
    short.delete(name)
    return false
  }

  function noteShort(tenantId: TenantId, skuId: number): void {
    if (short.size >= WATCHED_MAX) short.clear()
    short.set(nameOf(tenantId, skuId), now() + WATCH_MS)
  }

  const watched = (tenantId: TenantId, { wanted }: Ask): readonly Wanted[] =>
    short.size === 0 ? [] : wanted.filter(({ skuId }) => isShort(tenantId, skuId))

  async function sift(tenantId: TenantId, asks: readonly Ask[]): Promise<readonly (Refusal | undefined)[]> {
    const looking = asks.map((ask) => watched(tenantId, ask))
    const keys = asks.flatMap(({ requestKey }, index) => (looking[index]?.length ? [requestKey] : []))
    if (keys.length === 0) return asks.map(() => undefined)
    const skuIds = [...new Set(looking.flatMap((lines) => lines.map(({ skuId }) => skuId)))]
    const seen = await platform.db.callHot<Seen>(tenantId, 'orders.look_at_shelf', keys, skuIds)
    const placed = new Set(seen.placed)
    for (const skuId of skuIds) if (seen.free[skuId] === 0) noteShort(tenantId, skuId)
    return asks.map(({ requestKey }, index) =>
      placed.has(requestKey) ? undefined : refusalFor(looking[index] ?? [], seen.free),
    )
  }

  const look = platform.batcher<Ask, undefined>({
    name: 'orders.look_at_shelf',
    max: BATCH_MAX,
    gatherMs: GATHER_MS,
    run: sift,
  })

  return {
    noteShort,
    sift,
    refuseSoldOut: async (tenantId, ask) => {
      if (watched(tenantId, ask).length > 0) await look(tenantId, ask)
    },
  }
}

type Seen = { readonly placed: readonly string[]; readonly free: Readonly<Record<string, number>> }

/** For the first line that is short, as `orders.place` names it. */
function refusalFor(lines: readonly Wanted[], free: Seen['free']): Refusal | undefined {
  for (const { skuId, quantity, goodsTitle, bundle } of lines) {
    const available = free[skuId]
    if (available !== undefined && available < quantity) {
      if (bundle) {
        const { goodsTitle: title, skuId: bundleSkuId } = bundle
        return orderErrors.bundlePartShort({ title, skuId: bundleSkuId, part: goodsTitle, partSkuId: skuId, available })
      }
      return orderErrors.soldOut({ title: goodsTitle, skuId, available })
    }
  }
  return undefined
}
