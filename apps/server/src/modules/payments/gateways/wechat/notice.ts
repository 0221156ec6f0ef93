import { z } from 'zod'
import type { GatewayAccount, NoticeVerdict, RawNotice } from '../../gateway.ts'
import { openMerchant, type WechatMerchant } from './account.ts'
import { platformKey, wantCertificate } from './keys.ts'
import { paidTransaction, tradeOf, transaction } from './payments.ts'
import { failure } from './refunds.ts'
import { headerOf, open, verifySignature } from './signing.ts'
import { parseObject } from './transport.ts'

const envelope = z.object({
  event_type: z.string(),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string().optional(),
  }),
})
const refundEnded = z.object({
  mchid: z.string(),
  out_refund_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/),
  refund_status: z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']),
})

/**
 * Signature under the key named by `Wechatpay-Serial`, then the age, on the raw bytes; then what is sealed inside, and
 * whether it is about this merchant and app. A probe has a wrong signature and is never more than that.
 */
export function verifyNotice(account: GatewayAccount, notice: RawNotice, now: Date): NoticeVerdict {
  const merchant = openMerchant(account)
  if ('kind' in merchant) return { ok: false, verdict: 'bad_signature' }
  const signature = verifySignature((serial) => platformKey(merchant, serial), notice, now)
  if (signature === 'stale') return { ok: false, verdict: 'stale' }
  if (signature === 'unknown_serial') wantCertificate(merchant, headerOf(notice.headers, 'wechatpay-serial'))
  if (signature !== 'genuine') return { ok: false, verdict: 'bad_signature' }

  const parsed = envelope.safeParse(parseObject(notice.body))
  if (!parsed.success) return { ok: false, verdict: 'malformed' }
  const { event_type, resource } = parsed.data
  if (!event_type.startsWith('TRANSACTION.') && !event_type.startsWith('REFUND.')) return { ok: true, about: 'nothing' }
  // The platform signs for all merchants; the APIv3 key is this one's. What it does not open is another's.
  const plain = open(merchant, resource)
  const value = plain === undefined ? undefined : parseObject(Buffer.from(plain))
  if (!value) return { ok: false, verdict: 'malformed' }
  return event_type.startsWith('REFUND.') ? readRefund(merchant, value) : readPayment(merchant, value)
}

function readPayment(merchant: WechatMerchant, value: Readonly<Record<string, unknown>>): NoticeVerdict {
  const about = transaction.safeParse(value)
  if (!about.success) return { ok: false, verdict: 'malformed' }
  const { mchid, appid, trade_state, out_trade_no } = about.data
  if (mchid !== merchant.mchid || appid !== merchant.appId) return { ok: false, verdict: 'wrong_merchant' }
  if (trade_state !== 'SUCCESS') return { ok: false, verdict: 'not_paid' }
  const paid = paidTransaction.safeParse(value)
  if (!paid.success) return { ok: false, verdict: 'malformed' }
  return { ok: true, about: 'payment', paymentNo: out_trade_no, ...tradeOf(paid.data) }
}

function readRefund(merchant: WechatMerchant, value: Readonly<Record<string, unknown>>): NoticeVerdict {
  const parsed = refundEnded.safeParse(value)
  if (!parsed.success) return { ok: false, verdict: 'malformed' }
  const { mchid, out_refund_no, refund_status } = parsed.data
  if (mchid !== merchant.mchid) return { ok: false, verdict: 'wrong_merchant' }
  const outcome = refund_status === 'SUCCESS' ? ({ kind: 'done' } as const) : failure(refund_status)
  return { ok: true, about: 'refund', refundNo: out_refund_no, outcome }
}
