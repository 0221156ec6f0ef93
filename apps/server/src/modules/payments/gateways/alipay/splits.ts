import { createHash } from 'node:crypto'
import { fenToYuan } from '@quanshu/kernel'
import { z } from 'zod'
import type { Refused, SplitOutcome, Splits, Unknown } from '../../gateway.ts'
import { callAlipay, knownOf, moneyOutcomeOf, outcomeOf, unknown } from './call.ts'

/** Up to so many receivers a request is worked off at once and wholly or not at all; more are worked off later. */
const SYNC_RECEIVERS_MAX = 5

const settled = z.object({
  royalty_detail_list: z
    .array(z.object({ state: z.string(), error_code: z.string().optional(), error_desc: z.string().optional() }))
    .default([]),
})

/** Sharing by 分账. Receivers are bound first; a payment must have been opened with `split`. */
export const splits: Splits = {
  async addReceiver(outbound, account, receiver) {
    const answer = await callAlipay(outbound, account, 'alipay.trade.royalty.relation.bind', {
      receiver_list: [
        {
          type: typeOf(receiver.account),
          account: receiver.account,
          ...(receiver.name !== '' && { name: receiver.name }),
        },
      ],
      // The same receiver, the same number: binding twice is one binding.
      out_request_no: createHash('sha256').update(receiver.account).digest('hex').slice(0, 32),
    })
    return outcomeOf<{ readonly kind: 'done' } | Refused | Unknown>(answer, (value) =>
      value.result_code === 'SUCCESS' ? { kind: 'done' } : unknown('the receiver was not confirmed'),
    )
  },

  async split(outbound, account, call) {
    const sync = call.receivers.length <= SYNC_RECEIVERS_MAX
    const answer = await callAlipay(outbound, account, 'alipay.trade.order.settle', {
      out_request_no: call.splitNo,
      trade_no: call.tradeNo,
      royalty_mode: sync ? 'sync' : 'async',
      royalty_parameters: call.receivers.map((receiver) => ({
        royalty_type: 'transfer',
        trans_in_type: typeOf(receiver.account),
        trans_in: receiver.account,
        amount: fenToYuan(receiver.amountFen),
        ...(receiver.description !== '' && { desc: receiver.description.slice(0, 200) }),
      })),
    })
    // Accepted even when worked off at once: what became of each receiver only the query tells.
    return moneyOutcomeOf<SplitOutcome>(answer, () => ({ kind: 'accepted' }))
  },

  async query(outbound, account, call) {
    const answer = await callAlipay(outbound, account, 'alipay.trade.order.settle.query', {
      out_request_no: call.splitNo,
      trade_no: call.tradeNo,
    })
    if (answer.kind === 'answer' && /SETTLE\w*_NOT_EXIST$/.test(answer.subCode)) return { kind: 'not_found' }
    return knownOf<SplitOutcome>(answer, (value) => {
      const parsed = settled.safeParse(value)
      if (!parsed.success) return unknown('the sharing’s state is not readable')
      const details = parsed.data.royalty_detail_list
      const failed = details.find(({ state }) => state === 'FAIL')
      if (failed) return { kind: 'refused', code: failed.error_code ?? 'FAIL', message: failed.error_desc ?? '' }
      return { kind: details.every(({ state }) => state === 'SUCCESS') ? 'done' : 'accepted' }
    })
  },

  async unfreeze(outbound, account, call) {
    const answer = await callAlipay(outbound, account, 'alipay.trade.order.settle', {
      out_request_no: call.splitNo,
      trade_no: call.tradeNo,
      extend_params: { royalty_finish: 'true' },
    })
    return moneyOutcomeOf<SplitOutcome>(answer, () => ({ kind: 'done' }))
  },
}

/** The gateway's own user numbers begin with 2088; anything else is a name that person signs in with. */
const typeOf = (account: string): 'userId' | 'loginName' => (/^2088\d{12}$/.test(account) ? 'userId' : 'loginName')
