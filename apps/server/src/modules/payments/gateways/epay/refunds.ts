import { fenToYuan, yuanToFen } from '@quanshu/kernel'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, RefundCall, RefundOutcome, RefundQueryOutcome } from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { orderOf } from './payments.ts'
import { type Params, signingOf } from './signing.ts'
import { askWithKey, isAboutCaller, isNotFound, isUnsure, postSigned, refused, unknown } from './wire.ts'

/** A refund that is still open after this was given up by the operator's channel. */
const OPEN_MS_MAX = 10 * 60_000
/** What can only mean that no money moved. Anything else an operator says may be his channel's silence. */
const DEFINITE = /余额不足|金额|大于|超过|不支持|未开启|未开通|未支付|不存在|冻结/
const REFUNDED = /已(?:经)?(?:全额|全部)?退款/

/** Sends money back; asks first, since neither protocol promises that a repeat is harmless everywhere. */
export async function refund(outbound: Outbound, account: GatewayAccount, call: RefundCall): Promise<RefundOutcome> {
  const rsa = signingOf(account) === 'RSA'
  if (!rsa && call.amountFen !== call.totalFen) {
    return refused('partial_refund_unsupported', 'MD5 accounts refund a payment whole: a part has no number there')
  }
  const known = await queryRefund(outbound, account, call)
  if (known.kind !== 'not_found') return known
  const params = { trade_no: call.tradeNo, out_trade_no: call.paymentNo, money: fenToYuan(call.amountFen) }
  const answer = rsa
    ? await postSigned(outbound, account, '/api/pay/refund', {
        pid: account.merchantId,
        ...params,
        out_refund_no: call.refundNo,
      })
    : await askWithKey(outbound, account, 'refund', params, 'POST')
  if (answer.kind !== 'answer') return answer
  if (!answer.ok) return refusalOf(answer.message, call)
  if (!rsa) return { kind: 'done' }
  // v2's yes means taken; whether it was done is told by the question only.
  const ended = await queryRefund(outbound, account, call)
  return ended.kind === 'not_found' || ended.kind === 'unknown' ? { kind: 'accepted' } : ended
}

function refusalOf(message: string, call: RefundCall): RefundOutcome {
  if (REFUNDED.test(message) && call.amountFen === call.totalFen) return { kind: 'done' }
  const definite = DEFINITE.test(message) && !isUnsure(message) && !isAboutCaller(message)
  return definite ? refused('refused', message) : unknown(message || 'no reason given')
}

/** v2 by our number; v1 by the order: refunded whole or not at all. */
export async function queryRefund(
  outbound: Outbound,
  account: GatewayAccount,
  call: RefundCall,
): Promise<RefundQueryOutcome> {
  if (signingOf(account) === 'MD5') return queryWhole(outbound, account, call)
  const answer = await postSigned(outbound, account, '/api/pay/refundquery', {
    pid: account.merchantId,
    out_refund_no: call.refundNo,
  })
  if (answer.kind !== 'answer') return answer
  if (!answer.ok) return isNotFound(answer.message) ? { kind: 'not_found' } : unknown(answer.message || 'no refund')
  return stateOf(answer.fields, call)
}

async function queryWhole(outbound: Outbound, account: GatewayAccount, call: RefundCall): Promise<RefundQueryOutcome> {
  const found = await orderOf(outbound, account, call.paymentNo)
  if (found.kind === 'not_found') return unknown('the payment is not known there')
  if (found.kind !== 'order') return found
  const { status, tradeNo } = found.order
  if (status === 2) return { kind: 'done' }
  if (tradeNo !== call.tradeNo) return unknown('the payment has another trade number there')
  return { kind: 'not_found' }
}

/** 1 is done. 0 is failed, and also what it is before it ends. */
function stateOf(fields: Params, call: RefundCall): RefundQueryOutcome {
  if (fields.out_refund_no !== call.refundNo || yuanToFen(fields.money ?? '') !== call.amountFen) {
    return unknown('the answer is about another refund')
  }
  if (fields.status === '1') return { kind: 'done' }
  if (fields.status !== '0') return unknown(`the refund’s state is ${fields.status}`)
  const since = beijingTime(fields.addtime ?? '')
  if (beijingTime(fields.endtime ?? '') === undefined) {
    if (since === undefined) return unknown('a refund that has not succeeded, of no known time')
    if (Date.now() - Date.parse(since) < OPEN_MS_MAX) return { kind: 'accepted' }
  }
  return { kind: 'failed', code: 'refund_failed', message: fields.msg || 'the operator could not refund' }
}
