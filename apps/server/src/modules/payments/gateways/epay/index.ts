import type { PaymentGateway } from '../../gateway.ts'
import { bills } from './bills.ts'
import { CHANNELS } from './channel.ts'
import { verifyNotice } from './notices.ts'
import { close, create, query } from './payments.ts'
import { queryRefund, refund } from './refunds.ts'
import { signingOf } from './signing.ts'
import { askWithKey, isUnsure, postSigned, refused, unknown } from './wire.ts'

/** 易支付: what many operators of collected payments speak. Two dialects, by the way they sign. */
export const epay: PaymentGateway = {
  id: 'epay',
  name: { zh: '易支付', en: 'Epay' },
  baseUrl: '',
  merchantIdName: { zh: '商户 ID（pid）', en: 'Merchant ID (pid)' },
  fields: [
    {
      key: 'signing',
      name: { zh: '签名方式', en: 'Signing' },
      hint: {
        zh: 'MD5 为 V1 接口；RSA 为 V2 接口，可部分退款、可关闭订单',
        en: 'MD5 is interface V1; RSA is V2, which can refund in part and close',
      },
      secret: false,
      required: true,
      choices: ['MD5', 'RSA'],
    },
    {
      key: 'channel',
      name: { zh: '支付方式', en: 'Channel' },
      hint: {
        zh: 'any：由买家在易支付页面选择。其他方式的通知会被拒绝',
        en: 'any: the buyer chooses on the operator’s page. Notices of another channel are refused',
      },
      secret: false,
      required: true,
      choices: CHANNELS,
    },
    {
      key: 'opening',
      name: { zh: '下单方式', en: 'Opening' },
      hint: {
        zh: 'auto：电脑跳转，手机与扫码走 API（mapi.php）；page：平台未开通 API，全部跳转 submit.php',
        en: 'auto: desktops by the page, phones and codes by the API (mapi.php); page: the operator offers none, always submit.php',
      },
      secret: false,
      required: false,
      choices: ['auto', 'page'],
    },
    { key: 'key', name: { zh: '商户密钥（MD5）', en: 'Merchant key (MD5)' }, secret: true, required: false },
    {
      key: 'merchantPrivateKey',
      name: { zh: '商户私钥（RSA）', en: 'Merchant private key (RSA)' },
      secret: true,
      required: false,
      multiline: true,
    },
    {
      key: 'platformPublicKey',
      name: { zh: '平台公钥（RSA）', en: 'Platform public key (RSA)' },
      secret: false,
      required: false,
      multiline: true,
    },
    {
      key: 'appId',
      name: { zh: '公众号 AppID', en: 'Official account AppID' },
      hint: { zh: '仅 RSA 在微信内支付时需要', en: 'Only for payments inside WeChat with RSA' },
      secret: false,
      required: false,
    },
  ],
  scenes: ['page', 'h5', 'qr', 'in_app'],
  currencies: ['CNY'],
  create,
  query,
  close,
  refund,
  queryRefund,
  verifyNotice,
  acknowledgement: { status: 200, contentType: 'text/plain', body: 'success' },
  rejection: { status: 400, contentType: 'text/plain', body: 'fail' },
  noticeHeaders: [],
  bills,

  async test(outbound, account) {
    const answer =
      signingOf(account) === 'RSA'
        ? await postSigned(outbound, account, '/api/merchant/info', { pid: account.merchantId })
        : await askWithKey(outbound, account, 'query', {})
    if (answer.kind !== 'answer') return answer
    if (!answer.ok) return isUnsure(answer.message) ? unknown(answer.message) : refused('refused', answer.message)
    const { pid, active = answer.fields.status } = answer.fields
    if (pid !== account.merchantId) return refused('wrong_merchant', `the key belongs to ${pid}`)
    return active === '0' ? refused('inactive', 'the merchant is switched off there') : { kind: 'done' }
  },
}
