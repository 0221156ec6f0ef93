import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach } from 'vitest'
import { startWechat, type WechatFaultKind } from '../../../../../../../sim/src/wechat/index.ts'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, NoticeVerdict, PaymentCall, RawNotice, RefundCall } from '../../gateway.ts'
import { wechatPay } from './index.ts'

/** The adapter before its stand-in, and a shop that checks every notice with the adapter and answers what it says. */
export async function wechatHouse() {
  const standIn = await startWechat({ host: '127.0.0.1', seed: 'test' })
  const { control } = standIn
  const { mchid } = standIn.merchant
  const account: GatewayAccount = { baseUrl: standIn.url, ...standIn.account }
  const outbound = createOutbound({ allowInsecure: true })

  const verdicts: NoticeVerdict[] = []
  const raw: RawNotice[] = []
  const shop = http.createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const notice = { method: 'POST', path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) }
      raw.push(notice)
      const verdict = wechatPay.verifyNotice(account, notice, new Date())
      verdicts.push(verdict)
      const answer = verdict.ok ? wechatPay.acknowledgement : wechatPay.rejection
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const notifyUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/s/demo/api/pay/wechat/notify`
  afterAll(async () => {
    await standIn.close()
    outbound.close()
    shop.closeAllConnections()
    shop.close()
  })
  afterEach(() => {
    control.clearFaults()
    verdicts.length = 0
    raw.length = 0
  })

  let lastNo = 0
  const call = (more: Partial<PaymentCall> = {}): PaymentCall => ({
    paymentNo: `2611220000${String(++lastNo).padStart(6, '0')}`,
    amountFen: 1990,
    currency: 'CNY',
    scene: 'qr',
    subject: '会员服务',
    expiresAt: new Date(Date.now() + 900_000),
    notifyUrl,
    returnUrl: 'http://127.0.0.1:9/pay/return?no=1',
    clientIp: '203.0.113.7',
    ...more,
  })
  const create = (payment: PaymentCall, at = account) => wechatPay.create(outbound, at, payment)
  const query = (paymentNo: string, at = account) => wechatPay.query(outbound, at, { paymentNo })

  return {
    standIn,
    control,
    mchid,
    account,
    outbound,
    verdicts,
    raw,
    notifyUrl,
    call,
    create,
    query,
    close: (paymentNo: string) => wechatPay.close(outbound, account, { paymentNo }),
    refund: (refund: RefundCall) => wechatPay.refund(outbound, account, refund),
    queryRefund: (refund: RefundCall) => wechatPay.queryRefund(outbound, account, refund),
    pay: (paymentNo: string, more: { readonly late?: boolean; readonly paidAt?: string } = {}) =>
      control.pay(mchid, [{ outTradeNo: paymentNo, ...more }]),
    /** Created, paid and told. */
    async paid(more: Partial<PaymentCall> = {}, paidAt?: string) {
      const payment = call(more)
      const created = await create(payment)
      if (created.kind !== 'done') throw new Error(JSON.stringify(created))
      const fault = (kind: WechatFaultKind) => control.addFault({ kind, key: payment.paymentNo, times: 1 })
      await control.pay(mchid, [{ outTradeNo: payment.paymentNo, ...(paidAt !== undefined && { paidAt }) }])
      const found = await query(payment.paymentNo)
      const trade = found.kind === 'done' ? found.trades[0] : undefined
      if (!trade) throw new Error(JSON.stringify(found))
      const refund = (amountFen: number = payment.amountFen): RefundCall => ({
        refundNo: `R${payment.paymentNo}${++lastNo}`,
        paymentNo: payment.paymentNo,
        tradeNo: trade.tradeNo,
        amountFen,
        totalFen: payment.amountFen,
        currency: 'CNY',
        reason: '买家申请退款，商品未使用，按规则全额退还到原支付账户，感谢您的理解与支持',
        notifyUrl,
      })
      return { payment, trade, refund, fault }
    },
  }
}
