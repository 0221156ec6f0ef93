import type { RestockTrouble } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { createRhythm } from '../../../platform/jobs/index.ts'
import type { Loop, Platform } from '../../../platform/module.ts'
import { choiceRecord, choose, fieldsOf, mostOf, type Sources } from '../../suppliers/index.ts'

/** A filling up for which a source is to be chosen: from `fulfilment.take_restocks`. */
type Restock = {
  readonly tenantId: TenantId
  readonly id: number
  readonly skuId: number
  /** Pieces that are still wanted. */
  readonly left: number
  /** So many purchases were opened for it. */
  readonly turn: number
  readonly refused: readonly number[]
  readonly isEnding: boolean
  readonly maxUnitFen: number | null
  readonly spentFen: number
  /** What it may cost in all before a person is asked; null: anything. */
  readonly mayCostFen: number | null
  /** What its budget has left this month. */
  readonly freeFen: number
  readonly unitPriceFen: number
  readonly unitPoints: number
  readonly waitedSeconds: number
}
type Opened = 'opened' | 'late' | 'budget_short'
type Said = { readonly supplier: string; readonly passedOver: string | null }

const IDLE_MS = 2_000
/** So often are the shelves looked at. */
const LOOK_MS = 15_000
const LOOK_MAX = 500
const TAKE_MAX = 200
/** Nobody waits for the shelf: a source that is down is come back to, for a day. */
const WAIT_SECONDS = 300
const WAIT_SECONDS_MAX = 24 * 60 * 60
const TURNS_MAX = 1_000

export type Restocker = { readonly loop: Loop; readonly kick: () => void }

/**
 * Fills shelves up: looks where a rule says that there is too little, chooses a source as for a paid line, and buys in as many
 * purchases as it takes, each promised by the budget. What would cost more than may go by itself waits for a person.
 * @param wakeLanes is called when there is something to send
 */
export function createRestocker(platform: Platform, wakeLanes: () => void): Restocker {
  const { db, log } = platform
  let lookedMs = Number.NEGATIVE_INFINITY

  async function serve(restock: Restock): Promise<void> {
    const { tenantId, id, skuId, left, turn, spentFen, mayCostFen, freeFen, maxUnitFen } = restock
    const end = (trouble: RestockTrouble | null, judged: readonly Said[] = []) => {
      const note = judged.map(({ supplier, passedOver }) => `${supplier}: ${passedOver}`).join('; ')
      return db.call(tenantId, 'fulfilment.end_restock', id, trouble, note)
    }
    if (restock.isEnding) return void (await end(null))
    if (turn >= TURNS_MAX) return void (await end('no_source'))
    const [sources] = await db.callHot<readonly Sources[]>(tenantId, 'suppliers.candidates', [skuId])
    if (!sources) return void (await end('no_source'))
    const choice = choose(guardedBy(sources, restock, maxUnitFen), {
      skuKind: 'card',
      quantity: left,
      inParts: true,
      unitPriceFen: restock.unitPriceFen,
      // A price of its own is guard enough, whatever it is sold for.
      unitPoints: maxUnitFen === null ? restock.unitPoints : 0,
      form: {},
      refused: restock.refused,
    })
    const { chosen } = choice
    if (!chosen) {
      const waits = choice.verdict === 'wait' && restock.waitedSeconds < WAIT_SECONDS_MAX
      if (waits) return void (await db.call(tenantId, 'fulfilment.defer_restock', id, WAIT_SECONDS))
      return void (await end(choice.reason ?? 'no_source', choice.judged))
    }
    const wholeFen = spentFen + fenOf(chosen.costHao, left)
    if (mayCostFen !== null && wholeFen > mayCostFen) {
      return void (await db.call(tenantId, 'fulfilment.propose_restock', id, wholeFen))
    }
    const affordable = chosen.costHao === 0 ? left : Math.floor((freeFen * 100) / chosen.costHao)
    const quantity = Math.min(mostOf(chosen, left), affordable)
    if (quantity < Math.max(chosen.minQuantity, 1)) return void (await end('budget_short'))
    const opened = await db.call<Opened>(
      tenantId,
      'fulfilment.open_restock_purchase',
      JSON.stringify({
        id,
        turn,
        offerId: chosen.offerId,
        supplierId: chosen.supplierId,
        productId: chosen.productId,
        quantity,
        // Nobody waits for it, so no rise has to be borne: at another price another choice is made.
        ceilingHao: chosen.costHao,
        quotedHao: chosen.costHao,
        fields: fieldsOf(chosen, {}),
        choice: choiceRecord(sources.policy, choice),
      }),
    )
    // Others of the same budget were quicker: what is left now is asked again.
    if (opened === 'budget_short') await db.call(tenantId, 'fulfilment.defer_restock', id, 0)
    if (opened === 'opened') wakeLanes()
  }

  const rhythm = createRhythm({
    name: 'fulfilment.restock',
    idleMs: IDLE_MS,
    log,
    turn: async () => {
      if (performance.now() - lookedMs > LOOK_MS) {
        lookedMs = performance.now()
        await db.callGlobal<number>('fulfilment.count_demand', LOOK_MAX)
        await db.callGlobal<number>('fulfilment.look_for_restocks', LOOK_MAX)
      }
      await db.callGlobal<number>('fulfilment.give_up_restocks', TAKE_MAX)
      const due = await db.callGlobal<readonly Restock[]>('fulfilment.take_restocks', TAKE_MAX)
      for (const restock of due) {
        await serve(restock).catch((error: unknown) =>
          // Handed out again in half a minute.
          log.error({ err: error, tenantId: restock.tenantId, restock: restock.id }, 'a shelf could not be filled up'),
        )
      }
      return due.length > 0 ? 'more' : 'idle'
    },
  })
  return { kick: rhythm.kick, loop: { name: 'fulfilment.restock', start: rhythm.start } }
}

/** The loss guard of the variant, or the price that the rule allows where that is less. */
function guardedBy(sources: Sources, { unitPriceFen }: Restock, maxUnitFen: number | null): Sources {
  if (maxUnitFen === null) return sources
  const least = sources.leastMarginFen ?? Number.NEGATIVE_INFINITY
  return { ...sources, leastMarginFen: Math.max(least, unitPriceFen - maxUnitFen) }
}

const fenOf = (hao: number, pieces: number): number => Math.ceil((hao * pieces) / 100)
