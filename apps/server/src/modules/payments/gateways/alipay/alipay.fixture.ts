import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Alipay, AlipayMerchant } from '@quanshu/sim/alipay'
import type { GatewayAccount, NoticeVerdict, PaymentCall, RawNotice, RefundCall } from '../../gateway.ts'
import { alipay } from './index.ts'

/** A shop's notice address: keeps what comes and answers as the adapter says. */
export type Shop = {
  readonly notifyUrl: string
  readonly notices: (RawNotice & { readonly verdict: NoticeVerdict })[]
  /** Answers in place of the adapter's, to be told again. */
  answer: { readonly status: number; readonly body: string } | undefined
  readonly close: () => void
}

export async function openShop(account: () => GatewayAccount): Promise<Shop> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const notice = { method, path, headers, body: Buffer.concat(chunks) }
      const verdict = alipay.verifyNotice(account(), notice, new Date())
      shop.notices.push({ ...notice, verdict })
      const said = shop.answer ?? (verdict.ok ? alipay.acknowledgement : alipay.rejection)
      response.writeHead(said.status).end(said.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const shop: Shop = {
    notifyUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s/demo/api/pay/alipay/notify`,
    notices: [],
    answer: undefined,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return shop
}

export const accountOf = (gate: Alipay, merchant: AlipayMerchant = gate.merchant): GatewayAccount => ({
  baseUrl: gate.url,
  merchantId: merchant.appId,
  settings: { sellerId: merchant.sellerId, alipayPublicKey: merchant.alipayPublicKey },
  secrets: { privateKey: merchant.appPrivateKey },
})

let lastNo = 0
export const newNo = (): string => `26112200000${String(++lastNo).padStart(5, '0')}`

export const paymentOf = (shop: Shop, paymentNo: string, more: Partial<PaymentCall> = {}): PaymentCall => ({
  paymentNo,
  amountFen: 1990,
  currency: 'CNY',
  scene: 'qr',
  subject: '订单 2/6',
  expiresAt: new Date(Date.now() + 900_000),
  notifyUrl: shop.notifyUrl,
  returnUrl: 'http://127.0.0.1:9/pay/return?o=1',
  clientIp: '127.0.0.1',
  ...more,
})

export const refundOf = (payment: PaymentCall, tradeNo: string, refundNo: string, amountFen: number): RefundCall => ({
  refundNo,
  paymentNo: payment.paymentNo,
  tradeNo,
  amountFen,
  totalFen: payment.amountFen,
  currency: 'CNY',
  reason: '顾客退款',
  notifyUrl: payment.notifyUrl,
})
