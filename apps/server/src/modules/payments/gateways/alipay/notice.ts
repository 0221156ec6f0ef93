import { yuanToFen } from '@quanshu/kernel'
import type { GatewayAccount, NoticeVerdict, RawNotice } from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { gatewayKeysOf, isSigned, KeyUnreadable } from './keys.ts'

/**
 * The gateway sends a notice for 25 hours, each sending with the time of that sending; an hour more allows for clocks. An
 * older one was kept by somebody and played back.
 */
const AGE_MS_MAX = 26 * 3_600_000
const FIELDS_MAX = 100

type Fields = ReadonlyMap<string, string>

/**
 * Reads a notice's raw form body. The signature covers the decoded values of all fields but `sign` and `sign_type`, so
 * nothing is believed that was not signed; a field that stands there twice has no one meaning and is refused.
 */
export function verifyNotice(account: GatewayAccount, notice: RawNotice, now: Date): NoticeVerdict {
  const fields = fieldsOf(notice.body)
  if (!fields) return { ok: false, verdict: 'malformed' }
  const sign = fields.get('sign')
  if (!sign || fields.get('sign_type') !== 'RSA2') return { ok: false, verdict: 'bad_signature' }
  if (fields.get('app_id') !== account.merchantId) return { ok: false, verdict: 'wrong_merchant' }
  if (!isGenuine(account, fields, sign)) return { ok: false, verdict: 'bad_signature' }
  if (fields.get('seller_id') !== account.settings.sellerId) return { ok: false, verdict: 'wrong_merchant' }
  const sentAt = beijingTime(fields.get('notify_time') ?? '')
  if (sentAt === undefined || !fields.get('notify_id')) return { ok: false, verdict: 'malformed' }
  if (Math.abs(now.getTime() - Date.parse(sentAt)) > AGE_MS_MAX) return { ok: false, verdict: 'stale' }
  return fields.has('refund_fee') || fields.has('gmt_refund') ? refundVerdict(fields) : paymentVerdict(fields)
}

function paymentVerdict(fields: Fields): NoticeVerdict {
  const status = fields.get('trade_status') ?? ''
  // Closed without having been paid: nothing that the expiry of our own attempt does not know.
  if (status === 'TRADE_CLOSED') return { ok: true, about: 'nothing' }
  // The end of the time for refunds is told like a payment, and is none when it was told before; settling knows.
  if (status !== 'TRADE_SUCCESS' && status !== 'TRADE_FINISHED') return { ok: false, verdict: 'not_paid' }
  const amountFen = yuanToFen(fields.get('total_amount') ?? '')
  const paidAt = beijingTime(fields.get('gmt_payment') ?? '')
  const paymentNo = fields.get('out_trade_no')
  const tradeNo = fields.get('trade_no')
  if (amountFen === undefined || !paidAt || !paymentNo || !tradeNo) return { ok: false, verdict: 'malformed' }
  return { ok: true, about: 'payment', paymentNo, tradeNo, amountFen, currency: 'CNY', paidAt }
}

/** Every refund, also a partial one, is told as a trade again, with the refund's own number. */
function refundVerdict(fields: Fields): NoticeVerdict {
  const refundNo = fields.get('out_biz_no')
  // Made by hand at the gateway: reconciliation finds it.
  if (!refundNo) return { ok: true, about: 'nothing' }
  return { ok: true, about: 'refund', refundNo, outcome: { kind: 'done' } }
}

function fieldsOf(body: Buffer): Fields | undefined {
  const pairs = [...new URLSearchParams(body.toString('utf8'))]
  const fields = new Map(pairs)
  return pairs.length > FIELDS_MAX || fields.size !== pairs.length || fields.size === 0 ? undefined : fields
}

function isGenuine(account: GatewayAccount, fields: Fields, sign: string): boolean {
  const content = [...fields.keys()]
    .filter((name) => name !== 'sign' && name !== 'sign_type')
    .sort()
    .map((name) => `${name}=${fields.get(name)}`)
    .join('&')
  try {
    return isSigned(gatewayKeysOf(account), content, sign)
  } catch (error) {
    if (error instanceof KeyUnreadable) return false
    throw error
  }
}
