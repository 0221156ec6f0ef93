import type { TenantId } from '@quanshu/kernel'
import { createRhythm } from '../../../platform/jobs/index.ts'
import type { Loop, Platform } from '../../../platform/module.ts'
import { type Choice, choiceRecord, choose, fieldsOf, type Sources, type Wanted } from '../../suppliers/index.ts'

/** A paid line that still has to be bought: from `fulfilment.take_needs`. */
type Need = Wanted & {
  readonly orderNo: number
  readonly lineNo: number
  readonly skuId: number
  /** Those of `refused` that never got what they were sent; asked again when nobody else will do. */
  readonly missed: readonly number[] | null
  /** So many purchases were opened for it. */
  readonly turn: number
  readonly waitedSeconds: number
  /** Nothing of it has come yet. */
  readonly isUntouched: boolean
  /** Payers' banks have had the whole payment. */
  readonly isDisputed: boolean
}
/** Nobody will deliver it, and why. */
type Stopped = { readonly reason: string; readonly note: string }
type NeedsOfTenant = { readonly tenantId: TenantId; readonly needs: readonly Need[] }

const PER_TENANT_MAX = 200
const NEEDS_MAX = 1_000
const IDLE_MS = 1_000
/** So often is looked whether somebody who was down can deliver again, and for so long. */
const WAIT_SECONDS = 5
const WAIT_SECONDS_MAX = 30 * 60
const GIVE_UP_MAX = 500
/** The number of a purchase has two digits for it. */
const TURNS_MAX = 99

export type SupplyRouter = { readonly loop: Loop; readonly kick: () => void }

/**
 * Chooses a source for every paid line that has none, and opens one purchase for it. What was planned with a supplier that
 * went down before it was sent is chosen for anew.
 * @param wakeLanes is called when there is something to send
 */
export function createSupplyRouter(platform: Platform, wakeLanes: () => void): SupplyRouter {
  const { db, log } = platform

  async function route({ tenantId, needs }: NeedsOfTenant): Promise<void> {
    const skuIds = [...new Set(needs.map(({ skuId }) => skuId))]
    const sources = new Map(
      (await db.callHot<readonly Sources[]>(tenantId, 'suppliers.candidates', skuIds)).map((one) => [one.skuId, one]),
    )
    const sourceOf = ({ skuId }: Need) => sources.get(skuId)?.source ?? 'own'
    const disputed = needs.filter(({ isDisputed }) => isDisputed)
    const paid = needs.filter(({ isDisputed }) => !isDisputed)
    // Ours come first, unless the shop says otherwise; and where a supplier was asked first, once one has refused.
    const left = await fromOwnShelf(tenantId, paid, (need) => sourceOf(need) !== 'supplier_first' || need.turn > 0)
    const opened: unknown[] = []
    const put: unknown[] = []
    const stopped: (Stopped & Need)[] = disputed.map((need) => ({ ...need, reason: 'disputed', note: '' }))
    for (const need of left) {
      const { orderNo, lineNo } = need
      const own = sources.get(need.skuId) ?? {
        skuId: need.skuId,
        policy: 'cheapest',
        source: 'own',
        leastMarginFen: 0,
        candidates: [],
      }
      const choice = chooseFor(need, own)
      const { chosen, ceilingHao } = choice
      if (need.turn >= TURNS_MAX) {
        stopped.push({ ...need, reason: 'no_source', note: `asked for ${TURNS_MAX} times` })
      } else if (choice.verdict === 'buy' && chosen) {
        opened.push({
          orderNo,
          lineNo,
          turn: need.turn,
          offerId: chosen.offerId,
          supplierId: chosen.supplierId,
          productId: chosen.productId,
          quantity: need.quantity,
          ceilingHao,
          quotedHao: chosen.costHao,
          fields: fieldsOf(chosen, need.form),
          choice: choiceRecord(own.policy, choice),
        })
      } else if (mayWait(choice, need)) {
        put.push({ orderNo, lineNo })
      } else {
        const note = choice.judged.map(({ supplier, passedOver }) => `${supplier}: ${passedOver}`).join('; ')
        stopped.push({ ...need, reason: choice.reason ?? 'no_source', note })
      }
    }
    if (opened.length > 0) {
      await db.callHot(tenantId, 'fulfilment.open_purchases', opened)
      wakeLanes()
    }
    if (put.length > 0) await db.call(tenantId, 'fulfilment.defer_needs', JSON.stringify(put), WAIT_SECONDS)
    const nobody = await fromOwnShelf(tenantId, stopped, ({ isDisputed }) => !isDisputed)
    if (nobody.length > 0) {
      const items = nobody.map(({ orderNo, lineNo, turn, reason, note }) => ({ orderNo, lineNo, turn, reason, note }))
      await db.call(tenantId, 'fulfilment.stop_needs', JSON.stringify(items), '')
    }
  }

  /** Others first, also those who are down for a moment: whoever lost what it was sent may lose it again. */
  function chooseFor(need: Need, sources: Sources): Choice {
    const { missed, refused } = need
    const choice = choose(sources, need)
    if (choice.chosen || mayWait(choice, need) || !missed) return choice
    const again = choose(sources, { ...need, refused: refused.filter((offerId) => !missed.includes(offerId)) })
    return again.verdict === 'stop' ? choice : again
  }
  const mayWait = ({ verdict }: Choice, { waitedSeconds }: Need): boolean =>
    verdict === 'wait' && waitedSeconds < WAIT_SECONDS_MAX

  /** Delivers codes that we have ourselves, as lines of one side. @returns the needs that are left to others */
  async function fromOwnShelf<T extends Need>(
    tenantId: TenantId,
    needs: readonly T[],
    may: (need: T) => boolean,
  ): Promise<readonly T[]> {
    const asked = needs.filter((need) => need.skuKind === 'card' && need.isUntouched && may(need))
    if (asked.length === 0) return needs
    const items = asked.map(({ orderNo, lineNo }) => ({ orderNo, lineNo }))
    const delivered = await db.callHot<readonly Pick<Need, 'orderNo' | 'lineNo'>[]>(
      tenantId,
      'fulfilment.deliver_own',
      items,
      '',
    )
    return needs.filter(
      ({ orderNo, lineNo }) => !delivered.some((one) => one.orderNo === orderNo && one.lineNo === lineNo),
    )
  }

  const rhythm = createRhythm({
    name: 'fulfilment.supply',
    idleMs: IDLE_MS,
    log,
    turn: async () => {
      await db.callGlobal<number>('fulfilment.give_up_planned', GIVE_UP_MAX)
      const due = await db.callGlobal<readonly NeedsOfTenant[]>('fulfilment.take_needs', PER_TENANT_MAX, NEEDS_MAX)
      // One shop's trouble is not its neighbours': what failed is handed out again in half a minute.
      await Promise.all(
        due.map((one) =>
          route(one).catch((error: unknown) =>
            log.error({ err: error, tenantId: one.tenantId }, 'sources could not be chosen'),
          ),
        ),
      )
      return due.length > 0 ? 'more' : 'idle'
    },
  })
  return { kick: rhythm.kick, loop: { name: 'fulfilment.supply', start: rhythm.start } }
}
