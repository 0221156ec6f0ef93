import type { PaymentGateway } from '../gateway.ts'
import { alipay } from './alipay/index.ts'
import { epay } from './epay/index.ts'
import { simPay } from './sim-pay.ts'
import { stripe } from './stripe/index.ts'
import { wechatPay } from './wechat/index.ts'

/** Every gateway this installation knows. A new one is one file and one line here. */
export const gateways: ReadonlyMap<string, PaymentGateway> = new Map(
  [alipay, wechatPay, epay, stripe, simPay].map((gateway) => [gateway.id, gateway]),
)
