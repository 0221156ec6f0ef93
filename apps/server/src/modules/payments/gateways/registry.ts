import type { PaymentGateway } from '../gateway.ts'
import { simPay } from './sim-pay.ts'

/** Every gateway this installation knows. A new one is one file and one line here. */
export const gateways: ReadonlyMap<string, PaymentGateway> = new Map([simPay].map((gateway) => [gateway.id, gateway]))
