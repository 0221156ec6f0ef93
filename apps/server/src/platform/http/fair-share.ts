import { AsyncResource } from 'node:async_hooks'
import { commonErrors } from '@quanshu/contract'
import type { Refusal, TenantId } from '@quanshu/kernel'
import { counter, gauge } from '../telemetry/index.ts'

export type FairShare = {
  /**
   * Lets one request of a shop begin: at once, or when the shop has room again.
   * @param begin is called once; with `common.busy` when the shop's line is full or it stood there for too long
   * @returns what to call when the request is over, however it ended
   */
  readonly enter: (tenantId: TenantId, begin: (refusal?: Refusal) => void) => () => void
}

/** Requests in work, parted among the shops that are there. What was measured: docs/adr/0023-fair-share.md. */
const IN_WORK_MAX = 64
/** However many shops there are: with less in work, a batch of the database carries next to nobody. */
const SHARE_MIN = 8
/** Who takes longer waits for something outside (a gateway, a slow line), so its place is given to the next. */
const WORK_MAX_MS = 2_000
/** A shop is there when it asked for something within this time. */
const THERE_MS = 1_000
const COUNT_EVERY_MS = 100
/** Of one shop; each is a socket and some kilobytes. */
const WAITING_MAX = 2_000
/** Longer than this nobody looks at a page that does not answer. */
const WAIT_MAX_MS = 5_000
const RETRY_AFTER_SECONDS = 2
const RECHECK_MS = 20

type Caller = { readonly since: number; readonly begin: (refusal?: Refusal) => void }
type Shop = {
  /** In the order in which they began. */
  readonly inWork: Map<Caller, number>
  readonly waiting: Caller[]
  askedAt: number
}

const turnedAway = counter('http_turned_away', 'Requests refused because their shop had more than its share under way')
let held = 0
gauge('http_held', 'Requests that wait until their shop has room in its share', () => held)

/**
 * Keeps one shop's flood from another shop's requests. While the process has room, or a shop has it to itself, everybody
 * goes straight in. Otherwise each shop that is there gets an equal part of the work under way; what is beyond waits here,
 * unread, which costs nothing, in the order in which it came.
 * @param isSaturated whether the process is short of time now
 */
export function createFairShare(isSaturated: () => boolean, now = (): number => performance.now()): FairShare {
  const shops = new Map<TenantId, Shop>()
  let there = 0
  let countedAt = Number.NEGATIVE_INFINITY
  let willRecheck = false

  function countShops(time: number): number {
    if (time - countedAt < COUNT_EVERY_MS) return there
    countedAt = time
    there = 0
    for (const [tenantId, shop] of shops) {
      if (time - shop.askedAt < THERE_MS || shop.waiting.length > 0) there += 1
      else if (shop.inWork.size === 0) shops.delete(tenantId)
    }
    return there
  }

  function hasRoom(shop: Shop, time: number): boolean {
    if (shop.inWork.size < SHARE_MIN) return true
    for (const [caller, since] of shop.inWork) {
      if (time - since < WORK_MAX_MS) break
      shop.inWork.delete(caller)
    }
    const count = countShops(time)
    return count < 2 || shop.inWork.size < Math.max(SHARE_MIN, IN_WORK_MAX / count) || !isSaturated()
  }

  function letIn(shop: Shop, time: number): void {
    while (shop.waiting.length > 0 && hasRoom(shop, time)) {
      const caller = shop.waiting.shift() as Caller
      held -= 1
      shop.inWork.set(caller, time)
      caller.begin()
    }
  }

  function leave(shop: Shop, caller: Caller): void {
    if (shop.inWork.delete(caller)) {
      letIn(shop, now())
      return
    }
    const at = shop.waiting.indexOf(caller)
    if (at < 0) return
    shop.waiting.splice(at, 1)
    held -= 1
  }

  /** For those whose turn comes by what others do: the neighbour went, the process has time again, the patience is over. */
  function recheck(): void {
    willRecheck = false
    const time = now()
    for (const shop of shops.values()) {
      letIn(shop, time)
      while (time - (shop.waiting[0]?.since ?? time) >= WAIT_MAX_MS) turnAway(shop.waiting.shift() as Caller)
      if (shop.waiting.length > 0) recheckSoon()
    }
  }

  function recheckSoon(): void {
    if (!willRecheck) setTimeout(recheck, RECHECK_MS)
    willRecheck = true
  }

  function turnAway(caller: Caller): void {
    held -= 1
    refuse(caller.begin)
  }

  return {
    enter(tenantId, begin) {
      const time = now()
      let shop = shops.get(tenantId)
      if (!shop) {
        shop = { inWork: new Map(), waiting: [], askedAt: time }
        shops.set(tenantId, shop)
      }
      const own = shop
      own.askedAt = time
      if (own.waiting.length === 0 && hasRoom(own, time)) {
        const caller = { since: time, begin }
        own.inWork.set(caller, time)
        begin()
        return () => leave(own, caller)
      }
      if (own.waiting.length >= WAITING_MAX) {
        refuse(begin)
        return () => undefined
      }
      // Begun by another request's end, it must not seem to be a part of that one.
      const caller = { since: time, begin: AsyncResource.bind(begin) }
      own.waiting.push(caller)
      held += 1
      recheckSoon()
      return () => leave(own, caller)
    },
  }
}

function refuse(begin: Caller['begin']): void {
  turnedAway.add(1)
  begin(commonErrors.busy({ retryAfterSeconds: RETRY_AFTER_SECONDS }))
}
