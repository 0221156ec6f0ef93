import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, Refused, SplitCall, SplitOutcome, Splits, Unknown } from '../../gateway.ts'
import { openMerchant } from './account.ts'
import { preferredKey } from './keys.ts'
import { encryptField } from './signing.ts'
import { callWechat, clip, outcomeOf, unknown } from './wire.ts'

const DESCRIPTION_BYTES_MAX = 80
const TYPES = { merchant: 'MERCHANT_ID', person: 'PERSONAL_OPENID' } as const
/** The relation that WeChat Pay wants to hear; of its list the one that claims least. */
const RELATION = 'PARTNER'
const UNFREEZE_DESCRIPTION = '解冻全部剩余资金'

const shared = z.object({
  out_order_no: z.string(),
  state: z.enum(['PROCESSING', 'FINISHED']),
  receivers: z
    .array(z.object({ account: z.string(), result: z.string(), fail_reason: z.string().optional() }))
    .default([]),
})

/** 分账: asynchronous. The money must have been paid under `split`; receivers are made known first. */
export const splits: Splits = {
  async addReceiver(outbound, account, receiver) {
    const sealed = sealName(account, receiver.name)
    if (typeof sealed === 'object') return sealed
    const answer = await callWechat(outbound, account, {
      method: 'POST',
      path: '/v3/profitsharing/receivers/add',
      value: {
        appid: account.settings.appId?.trim(),
        type: TYPES[receiver.kind],
        account: receiver.account,
        ...(sealed !== '' && { name: sealed }),
        relation_type: RELATION,
      },
    })
    return outcomeOf<{ readonly kind: 'done' } | Refused | Unknown>(answer, () => ({ kind: 'done' }))
  },

  async split(outbound, account, call) {
    const receivers: Record<string, unknown>[] = []
    for (const one of call.receivers) {
      const name = sealName(account, one.name)
      if (typeof name === 'object') return name
      receivers.push({
        type: TYPES[one.kind],
        account: one.account,
        ...(name !== '' && { name }),
        amount: one.amountFen,
        description: clip(one.description, DESCRIPTION_BYTES_MAX),
      })
    }
    return send(outbound, account, '/v3/profitsharing/orders', call, {
      appid: account.settings.appId?.trim(),
      receivers,
      unfreeze_unsplit: false,
    })
  },

  async query(outbound, account, call) {
    const path = `/v3/profitsharing/orders/${encodeURIComponent(call.splitNo)}?transaction_id=${encodeURIComponent(call.tradeNo)}`
    const answer = await callWechat(outbound, account, { method: 'GET', path })
    if (answer.kind === 'answer' && answer.code === 'RESOURCE_NOT_EXISTS') return { kind: 'not_found' }
    return outcomeOf<SplitOutcome>(answer, (value) => stateOf(call, value))
  },

  unfreeze: (outbound, account, call) =>
    send(outbound, account, '/v3/profitsharing/orders/unfreeze', call, { description: UNFREEZE_DESCRIPTION }),
}

async function send(
  outbound: Outbound,
  account: GatewayAccount,
  path: string,
  call: Pick<SplitCall, 'splitNo' | 'tradeNo'>,
  value: Readonly<Record<string, unknown>>,
): Promise<SplitOutcome> {
  const head = { transaction_id: call.tradeNo, out_order_no: call.splitNo }
  const answer = await callWechat(outbound, account, { method: 'POST', path, value: { ...head, ...value } })
  return outcomeOf<SplitOutcome>(answer, (read) => stateOf(call, read))
}

function stateOf(call: Pick<SplitCall, 'splitNo'>, value: unknown): SplitOutcome {
  const parsed = shared.safeParse(value)
  if (!parsed.success || parsed.data.out_order_no !== call.splitNo) return unknown('the split’s state is not readable')
  if (parsed.data.state === 'PROCESSING') return { kind: 'accepted' }
  const failed = parsed.data.receivers.filter(({ result }) => result !== 'SUCCESS')
  if (failed.length === 0) return { kind: 'done' }
  // The others have their share; which accounts went without is what a person needs to know.
  const named = failed.map(({ account, fail_reason }) => `${account} ${fail_reason ?? ''}`.trim())
  return { kind: 'refused', code: 'SHARES_CLOSED', message: named.join(', ') }
}

/** @returns '' for no name */
function sealName(account: GatewayAccount, name: string): string | Refused | Unknown {
  if (name === '') return ''
  const merchant = openMerchant(account)
  if ('kind' in merchant) return merchant
  const key = preferredKey(merchant)
  return key ? encryptField(name, key.key) : unknown('no key of the gateway is known yet')
}
