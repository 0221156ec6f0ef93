import type { FaultSwitch } from '../faults.ts'
import type { Books, Movement } from './books.ts'
import { StripeRefusal } from './desk.ts'
import type { StripeFault, StripeFaultKind } from './faults.ts'
import { type Expansion, showMovement } from './views.ts'

/** The account's movements, newest first, as the bill tells them: with the mistakes that were planted. */
export function balanceOf(
  books: Books,
  faults: FaultSwitch<StripeFaultKind>,
  accountId: string,
  expand: Expansion,
): readonly Record<string, unknown>[] {
  const planted = faults.list().filter(({ kind }) => kind.startsWith('bill.'))
  if (planted.some(({ kind }) => kind === 'bill.late')) {
    throw new StripeRefusal('overloaded', 503, 'The balance is being computed; try again later.', 'api_error')
  }
  if (planted.some(({ kind }) => kind === 'bill.empty')) return []
  const own = [...books.movements.values()].filter((movement) => movement.accountId === accountId)
  const firstPayment = own.find(({ category }) => category === 'charge')?.reference
  const hit = (kind: StripeFaultKind, movement: Movement): StripeFault | undefined =>
    planted.find((fault) => fault.kind === kind && (fault.key ?? firstPayment) === movement.reference)

  const lines = own.flatMap((movement): readonly Movement[] => {
    if (hit('bill.missing', movement)) return []
    const wrong = movement.category === 'charge' ? hit('bill.amount', movement) : undefined
    const line = wrong ? { ...movement, amount: wrong.amount ?? movement.amount - 1 } : movement
    return hit('bill.duplicate', movement) ? [line, { ...line, id: `${line.id}dup` }] : [line]
  })
  const extra = planted.filter(({ kind }) => kind === 'bill.extra').map((fault) => extraLine(fault, own.at(-1)))
  return [...lines.map((line) => showMovement(books, line, expand)), ...extra].reverse()
}

/** A payment that is in no book but this bill. */
function extraLine(fault: StripeFault, last: Movement | undefined): Record<string, unknown> {
  const amount = fault.amount ?? 1990
  const created = Math.floor((last?.atMs ?? Date.now()) / 1000)
  const currency = last?.currency ?? 'cny'
  const metadata = { payment_no: fault.value ?? '' }
  return {
    id: `txn_extra${fault.id}`,
    object: 'balance_transaction',
    amount,
    created,
    currency,
    exchange_rate: null,
    fee: 0,
    net: amount,
    reporting_category: 'charge',
    source: {
      id: `ch_extra${fault.id}`,
      object: 'charge',
      amount,
      currency,
      payment_intent: `pi_extra${fault.id}`,
      metadata,
    },
    type: 'charge',
  }
}
