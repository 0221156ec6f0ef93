import { z } from 'zod'
import type { PaymentGateway } from '../../gateway.ts'
import { bills } from './bills.ts'
import { askStripe, unknown } from './client.ts'
import { STRIPE_CURRENCIES } from './money.ts'
import { close, create, query } from './payments.ts'
import { queryRefund, refund } from './refunds.ts'
import { verifyNotice } from './webhooks.ts'

const EVENTS =
  'checkout.session.completed, checkout.session.async_payment_succeeded, refund.updated, refund.failed, charge.dispute.created, charge.dispute.closed'

/** Stripe for buyers abroad: its hosted payment page, refunds, disputes, and the balance as the bill. */
export const stripe: PaymentGateway = {
  id: 'stripe',
  name: { zh: 'Stripe', en: 'Stripe' },
  baseUrl: 'https://api.stripe.com',
  merchantIdName: { zh: '账户 ID', en: 'Account ID' },
  // It takes nothing below 0.50 USD (4.00 HKD), whatever the currency.
  minFen: 400,
  fields: [
    {
      key: 'secretKey',
      name: { zh: '密钥', en: 'Secret key' },
      hint: {
        zh: '以 sk_ 或 rk_ 开头；受限密钥需要：结账会话（写）、退款（写）、余额交易（读）、账户（读）',
        en: 'Starts with sk_ or rk_. A restricted key needs: Checkout Sessions (write), Refunds (write), Balance transactions (read), Account (read)',
      },
      secret: true,
      required: true,
    },
    {
      key: 'webhookSecret',
      name: { zh: 'Webhook 签名密钥', en: 'Webhook signing secret' },
      hint: {
        zh: `以 whsec_ 开头；更换期间新旧各一行。在 Stripe 把通知地址设为 Webhook，并订阅：${EVENTS}`,
        en: `Starts with whsec_; one a line while it is being replaced. Add the notice address as a webhook at Stripe, for: ${EVENTS}`,
      },
      secret: true,
      required: true,
      multiline: true,
    },
  ],
  scenes: ['page', 'h5', 'qr'],
  currencies: STRIPE_CURRENCIES,
  create,
  query,
  close,
  refund,
  queryRefund,
  verifyNotice,
  acknowledgement: { status: 200, contentType: 'application/json', body: '{"received":true}' },
  rejection: { status: 400, contentType: 'application/json', body: '{"received":false}' },
  noticeHeaders: ['stripe-signature'],
  bills,

  /** Whose key it is: another account's would take the money elsewhere. */
  async test(outbound, account) {
    const answer = await askStripe(outbound, account, (client) => client.accounts.retrieveCurrent())
    if (answer.kind === 'missing') return unknown('the address knows no accounts')
    if (answer.kind === 'unknown' && (answer.status === 401 || answer.status === 403)) {
      return { kind: 'refused', code: 'unauthorized', message: answer.reason }
    }
    if (answer.kind !== 'answer') return answer
    const parsed = z.object({ id: z.string() }).safeParse(answer.value)
    if (!parsed.success) return unknown('the account is not readable')
    if (parsed.data.id === account.merchantId) return { kind: 'done' }
    return { kind: 'refused', code: 'wrong_account', message: `the key belongs to ${parsed.data.id}` }
  },
}
