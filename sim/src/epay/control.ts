import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Received } from './api.ts'
import type { Books, Merchant, Order } from './books.ts'
import { type Desk, EpayRefusal } from './desk.ts'
import type { EpayFault, EpayFaultInput, EpayFaultKind } from './faults.ts'
import type { NoticeOffice, Sending } from './notices.ts'
import { newKeyPair } from './signing.ts'
import { showOrder, showRefund } from './views.ts'
import { platformOf, type WireClock } from './wire.ts'

type Shown = Record<string, unknown>
type PayReport = {
  readonly paid: number
  readonly acknowledged: number
  readonly refused: readonly { readonly paymentNo: string; readonly message: string }[]
}

/** What tests and demonstrations do to the operator. Over HTTP it is the control port, in process this object. */
export type EpayControl = {
  readonly addFault: (fault: EpayFaultInput) => EpayFault
  readonly faults: () => readonly EpayFault[]
  readonly clearFaults: (id?: number) => void
  /** Pays orders by their payment numbers, 64 at once; resolves when all notices were answered. `late`: closed ones too. */
  readonly pay: (paymentNos: readonly string[], options?: { readonly late?: boolean }) => Promise<PayReport>
  readonly repeatNotices: (paymentNo: string, count?: number) => Promise<readonly Sending[]>
  /** A new v1 key; the old one is worth nothing at once. @returns the new one */
  readonly rollKey: () => string
  /** A new pair of the platform for v2. @returns its public half */
  readonly rollPlatformKey: () => string
  readonly setActive: (isActive: boolean) => void
  /** Puts the clock of the operator's machine wrong by this much. 0 ends it. */
  readonly skewClock: (ms: number) => void
  /** What happens from now on is dated this long ago: for lists of days past. 0 ends it. */
  readonly dateBack: (ms: number) => void
  readonly advance: (ms: number) => Promise<void>
  readonly received: () => readonly Received[]
  readonly sendings: () => readonly Sending[]
  readonly books: () => {
    readonly orders: readonly Shown[]
    readonly refunds: readonly Shown[]
    readonly notices: readonly Shown[]
  }
}

type ControlParts = {
  readonly books: Books
  readonly desk: Desk
  readonly notices: NoticeOffice
  readonly faults: FaultSwitch<EpayFaultKind>
  readonly clock: VirtualClock
  readonly wire: WireClock
  readonly received: readonly Received[]
  readonly dateBack: (ms: number) => void
  readonly merchant: Merchant
}
const PAID_AT_ONCE = 64

export function epayControl(parts: ControlParts): EpayControl {
  const { books, desk, notices, faults, clock, wire, merchant } = parts
  const orderOf = (outTradeNo: string): Order => desk.find(merchant.pid, { outTradeNo })
  return {
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    pay: (paymentNos, options = {}) => payAll(parts, paymentNos, options.late ?? false),
    repeatNotices: (paymentNo, count = 1) => notices.repeat(orderOf(paymentNo), count),
    rollKey: () => {
      merchant.key = books.nextToken()
      books.save('merchant', merchant)
      return merchant.key
    },
    rollPlatformKey: () => {
      books.save('platform', { id: 'platform', keys: newKeyPair() })
      return platformOf(books).keys.publicKey
    },
    setActive: (isActive) => {
      merchant.isActive = isActive
      books.save('merchant', merchant)
    },
    skewClock: wire.skew,
    dateBack: parts.dateBack,
    advance: clock.advance,
    received: () => parts.received,
    sendings: notices.sendings,
    books: () => ({
      orders: [...books.orders.values()].filter(({ pid }) => pid === merchant.pid).map(showOrder),
      refunds: [...books.refunds.values()].map((refund) => showRefund(refund, books.orders.get(refund.tradeNo))),
      notices: [...books.notices.values()].map((notice) => ({ ...notice })),
    }),
  }
}

async function payAll(parts: ControlParts, paymentNos: readonly string[], late: boolean): Promise<PayReport> {
  const { books, desk, notices, merchant } = parts
  const refused: { paymentNo: string; message: string }[] = []
  let acknowledged = 0
  let next = 0
  const worker = async (): Promise<void> => {
    for (let paymentNo = paymentNos[next++]; paymentNo !== undefined; paymentNo = paymentNos[next++]) {
      try {
        for (const order of desk.pay(desk.find(merchant.pid, { outTradeNo: paymentNo }), { late })) {
          await notices.announce(order)
          if (books.notices.get(order.tradeNo)?.acknowledged) acknowledged += 1
        }
      } catch (error) {
        if (!(error instanceof EpayRefusal)) throw error
        refused.push({ paymentNo, message: error.message })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(PAID_AT_ONCE, paymentNos.length) }, worker))
  return { paid: paymentNos.length - refused.length, acknowledged, refused }
}
