import { yuanToFen } from '@quanshu/kernel'
import type { GatewayAccount, NoticeVerdict, RawNotice } from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { isOwnType } from './channel.ts'
import { isTradeNo } from './payments.ts'
import { isGenuine, isRecent, type Params, signingOf } from './signing.ts'

const PAYMENT_NO = /^[0-9A-Z]{16,20}$/
const FIELDS_MAX = 64

const no = (verdict: Extract<NoticeVerdict, { ok: false }>['verdict']): NoticeVerdict => ({ ok: false, verdict })

/**
 * A notice in the query of a GET, as is usual, or in the form of a POST. Number, merchant, channel and amount are all
 * under the signature; a notice of another channel or merchant is not ours, however well signed.
 */
export function verifyNotice(account: GatewayAccount, notice: RawNotice, now: Date): NoticeVerdict {
  const params = paramsOf(notice)
  if (!params) return no('malformed')
  if (!params.sign) return no('bad_signature')
  if (params.pid !== account.merchantId) return no('wrong_merchant')
  if (!isGenuine(account, params)) return no('bad_signature')
  if (signingOf(account) === 'RSA' && !isRecent(params, now)) return no('stale')
  if (!isOwnType(account, params.type)) return no('wrong_merchant')
  if (params.trade_status !== 'TRADE_SUCCESS') return no('not_paid')
  const { out_trade_no: paymentNo = '', trade_no: tradeNo = '' } = params
  const amountFen = yuanToFen(params.money ?? '')
  if (!PAYMENT_NO.test(paymentNo) || !isTradeNo(tradeNo) || amountFen === undefined || amountFen <= 0) {
    return no('malformed')
  }
  return {
    ok: true,
    about: 'payment',
    paymentNo,
    tradeNo,
    amountFen,
    currency: 'CNY',
    paidAt: beijingTime(params.endtime ?? '') ?? now.toISOString(),
  }
}

/** Undefined when a name comes twice: what was signed and what is read must be the same. */
function paramsOf(notice: RawNotice): Params | undefined {
  const query = notice.path.includes('?') ? notice.path.slice(notice.path.indexOf('?') + 1) : ''
  const form = notice.body.toString('utf8')
  const pairs = [...new URLSearchParams(notice.method === 'POST' && form !== '' ? form : query)]
  const params = Object.fromEntries(pairs)
  return pairs.length <= FIELDS_MAX && Object.keys(params).length === pairs.length ? params : undefined
}
