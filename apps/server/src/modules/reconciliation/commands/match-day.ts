import { type DayOf, held, type Reconciler } from '../model.ts'
import { supplierOf } from '../supplies/source.ts'

/** One call of the database: 10,000 lines take about 250 ms, and hold no account for longer than a commit. */
const LINES_PER_STEP = 10_000
/** Where no line has them each becomes a case: about 100 ms for a thousand. */
const FACTS_PER_STEP = 5_000
const PAIRS_PER_STEP = 300

type Place = Readonly<Record<string, unknown>> | null

/**
 * Lays the day's bill beside our books: line by line, then what we have and no line had. Goes on where it stopped, and
 * gone through again changes only what has changed.
 * @returns the day's state @throws LeaseLost
 */
export async function matchDay(
  { db }: Pick<Reconciler, 'db'>,
  { tenantId, gateway, day, billId, worker }: DayOf & { readonly billId: number; readonly worker: string },
): Promise<'differing' | 'matched'> {
  for (let isDone = false; !isDone; ) {
    const step = await db.call<{ readonly isDone: boolean } | null>(
      tenantId,
      'reconciliation.match_lines',
      billId,
      worker,
      LINES_PER_STEP,
    )
    isDone = held(step).isDone
  }
  held(await db.call<true | null>(tenantId, 'reconciliation.settle_rest', billId, worker))
  for (let after = 0, seen = PAIRS_PER_STEP; seen === PAIRS_PER_STEP; ) {
    const step = held(
      await db.call<{ readonly seen: number; readonly after: number } | null>(
        tenantId,
        'reconciliation.pair_by_payment_no',
        billId,
        worker,
        after,
        PAIRS_PER_STEP,
      ),
    )
    after = step.after
    seen = step.seen
  }

  const ofKind = async (kind: string): Promise<{ readonly count: number; readonly fen: number }> => {
    let sum = { count: 0, fen: 0 }
    for (let place: Place = null, isFirst = true; isFirst || place !== null; isFirst = false) {
      const step: { readonly count: number; readonly fen: number; readonly place: Place } = held(
        await db.call(tenantId, 'reconciliation.match_ours', gateway, day, worker, kind, place, FACTS_PER_STEP),
      )
      sum = { count: sum.count + step.count, fen: sum.fen + step.fen }
      place = step.place
    }
    return sum
  }
  const ours = supplierOf(gateway) === undefined ? await gatewayFacts(ofKind) : await supplierFacts(ofKind)
  const { state } = held(
    await db.call<{ readonly state: 'differing' | 'matched' } | null>(
      tenantId,
      'reconciliation.finish_day',
      gateway,
      day,
      worker,
      ours,
    ),
  )
  return state
}

type OfKind = (kind: string) => Promise<{ readonly count: number; readonly fen: number }>
type Sides = {
  readonly payments: number
  readonly paidFen: number
  readonly refunds: number
  readonly refundedFen: number
}

async function gatewayFacts(ofKind: OfKind): Promise<Sides> {
  await ofKind('late')
  return sidesOf(
    [await ofKind('payment'), await ofKind('chargeback_won')],
    [await ofKind('refund'), await ofKind('chargeback')],
  )
}

/** What adds to the balance there, and what takes from it. */
async function supplierFacts(ofKind: OfKind): Promise<Sides> {
  await ofKind('purchase_late')
  return sidesOf([await ofKind('deposit'), await ofKind('credit')], [await ofKind('purchase')])
}

type Counted = Awaited<ReturnType<OfKind>>
function sidesOf(came: readonly Counted[], went: readonly Counted[]): Sides {
  const sum = (of: readonly Counted[], what: keyof Counted) => of.reduce((total, one) => total + one[what], 0)
  return {
    payments: sum(came, 'count'),
    paidFen: sum(came, 'fen'),
    refunds: sum(went, 'count'),
    refundedFen: sum(went, 'fen'),
  }
}
