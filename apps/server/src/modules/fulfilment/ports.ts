import type { OpenCashier, QueryPayment } from '../payments/index.ts'

/** What fulfilment needs of the payments module's instance; given by `main/`. */
export type PaymentDoor = {
  readonly openCashier: OpenCashier
  readonly queryPayment: QueryPayment
}
