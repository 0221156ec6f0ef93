import type { TenantId } from '@quanshu/kernel'
import type { OpenCashier, QueryPayment } from '../payments/index.ts'
import type { CancelDoor, CardQuestion, CheckAccount, SupplierSays } from '../suppliers/index.ts'

/** What fulfilment needs of the payments module's instance; given by `main/`. */
export type PaymentDoor = {
  readonly openCashier: OpenCashier
  readonly queryPayment: QueryPayment
}

/** What fulfilment needs of the suppliers module's instance. */
export type SupplierDoor = {
  /** There is something to send, or to ask about. */
  readonly kick: () => void
  /** Whether an account may be topped up; what cannot be learned is `unknown`. */
  readonly checkAccount: CheckAccount
  /** Asks a supplier to take a purchase back. */
  readonly cancel: CancelDoor['cancel']
  readonly canCancel: CancelDoor['canCancel']
  /** What a supplier says about a code that it sold us. */
  readonly askCard: (tenantId: TenantId, question: CardQuestion) => Promise<SupplierSays>
}
