import { refusalOf } from '@quanshu/contract'
import type { MemberId, OrderNo, Refusal, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import { STOCK_BATCH } from '../../orders/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'


type Payment = { readonly orderNo: OrderNo; readonly memberId: MemberId }
type Answer = { readonly ok: true; readonly orderNo: OrderNo }

/**
 * Pays a pending order from the member's purse and delivers it.
 * @throws orders.balance_short, orders.not_pending, orders.expired
 */
export function createBalancePayer(platform: Platform): (tenantId: TenantId, payment: Payment) => Promise<Answer> {
  return platform.batcher<Payment, Answer>({
    name: 'fulfilment.pay_by_balance',
    ...STOCK_BATCH,
    run: async (tenantId, payments): Promise<readonly (Answer | Refusal)[]> => {
      const answers = await platform.db.callHot<readonly (Answer | SqlRefusal)[]>(
        tenantId,
        'fulfilment.pay_by_balance',
        payments,
      )
      return answers.map((answer) => (isSqlRefusal(answer) ? refusalOf(answer.code, answer.params) : answer))
    },
  })
}
