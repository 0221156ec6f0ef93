import { randomUUID } from 'node:crypto'
import type { PaymentGateway, Refused, Unknown } from '../../gateway.ts'
import { fields, openMerchant } from './account.ts'
import { readBill } from './bill-reader.ts'
import { fetchBill } from './bills.ts'
import { inApp } from './in-app.ts'
import { fetchCertificates } from './keys.ts'
import { verifyNotice } from './notice.ts'
import { close, create, query } from './payments.ts'
import { queryRefund, refund } from './refunds.ts'
import { splits } from './splits.ts'
import { callWechat, outcomeOf, unknown } from './wire.ts'

/** WeChat Pay, API v3, for merchants of mainland China (直连商户). */
export const wechatPay: PaymentGateway = {
  id: 'wechat',
  name: { zh: '微信支付', en: 'WeChat Pay' },
  baseUrl: 'https://api.mch.weixin.qq.com',
  merchantIdName: { zh: '商户号', en: 'Merchant number' },
  fields,
  scenes: ['qr', 'h5', 'in_app'],
  currencies: ['CNY'],
  create,
  query,
  close,
  refund,
  queryRefund,
  verifyNotice,
  // The status alone counts; the body is what older descriptions ask for.
  acknowledgement: { status: 200, contentType: 'application/json', body: '{"code":"SUCCESS","message":"成功"}' },
  rejection: { status: 400, contentType: 'application/json', body: '{"code":"FAIL","message":"失败"}' },
  noticeHeaders: [
    'wechatpay-serial',
    'wechatpay-timestamp',
    'wechatpay-nonce',
    'wechatpay-signature-type',
    'wechatpay-signature',
    'request-id',
  ],
  bills: { fetch: fetchBill, read: readBill },
  splits,
  inApp,

  /**
   * The gateway's own echo proves address, merchant, private key and the answer's key. The APIv3 key is proved by opening
   * a certificate, where the merchant has any.
   */
  async test(outbound, account) {
    const message = randomUUID()
    const path = '/v3/security/echo'
    const answer = await callWechat(outbound, account, { method: 'POST', path, value: { echo_message: message } })
    const echoed = outcomeOf<{ readonly kind: 'done' } | Refused | Unknown>(answer, (value) =>
      value.echo_message === message ? { kind: 'done' } : unknown('the echo is another'),
    )
    const merchant = openMerchant(account)
    if (echoed.kind !== 'done' || 'kind' in merchant) return echoed
    const certificates = await fetchCertificates(outbound, merchant)
    if (certificates !== 'not_opened') return echoed
    return { kind: 'refused', code: 'APIV3_KEY_WRONG', message: 'the APIv3 key does not open what WeChat Pay sealed' }
  },
}
