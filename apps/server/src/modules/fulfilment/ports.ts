import type { OpenCashier, QueryPayment } from '../payments/index.ts'

/** What fulfilment needs of the payments module's instance; given by `main/`. */
export type PaymentDoor = {
  readonly openCashier: OpenCashier
  readonly queryPayment: QueryPayment
}

/** What fulfilment needs of the suppliers module's instance. */
export type SupplierDoor = {
  /** There is something to send, or to ask about. */
  readonly kick: () => void
}
