import type { Module, Platform } from '../../platform/module.ts'
import { createOutbound } from '../../platform/outbound/index.ts'
import { createAccounts } from './accounts.ts'
import { type BillSource, createBillSource } from './bills.ts'
import { createAskGateway } from './commands/ask-gateway.ts'
import { type AskRefund, createAskRefund } from './commands/ask-refund.ts'
import { createClaims } from './commands/claim-payment.ts'
import { createFindPayment } from './commands/find-payment.ts'
import { createOpenCashier, type OpenCashier } from './commands/open-cashier.ts'
import { createQueryPayment, type QueryPayment } from './commands/query-payment.ts'
import { createReceiveNotice } from './commands/receive-notice.ts'
import { createSendRefund } from './commands/send-refund.ts'
import { askSchedule, overdueRefundsSchedule, refundTask } from './jobs.ts'
import { paymentRoutesBound } from './routes.ts'
import type { PaymentPorts } from './settle.ts'
import { closeUnwanted, sendRefunds } from './subscribers.ts'

export { notifyUrlOf, secretPlace as gatewaySecretPlace } from './accounts.ts'
export type { BillSource } from './bills.ts'
export type { PaymentAnswer } from './commands/ask-gateway.ts'
export type { CashierRequest, OpenCashier } from './commands/open-cashier.ts'
export type { QueryPayment } from './commands/query-payment.ts'
export { type GatewaySettings, saveGateway } from './commands/save-gateway.ts'
export type { Cashier } from './gateway.ts'
export { type BillLine, type BillOutcome, BillUnreadable } from './gateway.ts'
export { billWords } from './gateways/bill-words.ts'
export { csvReader, textLines } from './gateways/csv.ts'
export { personCookie } from './in-app-routes.ts'
export { paymentNo } from './numbers.ts'
export { type PaymentMethod, paymentMethods } from './queries/gateways.ts'
export type { Capture, CaptureVerdict, PaymentPorts } from './settle.ts'

export type PaymentsModule = Module & {
  readonly openCashier: OpenCashier
  readonly queryPayment: QueryPayment
  readonly askRefund: AskRefund
  readonly bills: BillSource
}

/** Everything around a payment: cashiers, notices, questions, refunds. What it means is settled above, through `ports`. */
export function paymentsModule(platform: Platform, ports: PaymentPorts): PaymentsModule {
  const outbound = createOutbound({ allowInsecure: platform.config.allowInsecureEndpoints })
  const accounts = createAccounts(platform)
  const ask = createAskGateway(platform, outbound, accounts, ports)
  const claims = createClaims(platform, createFindPayment(platform, outbound, accounts), ports)
  const receiveNotice = createReceiveNotice(platform, accounts, ports)
  return {
    name: 'payments',
    routes: paymentRoutesBound(platform, outbound, accounts, receiveNotice, claims),
    tasks: [refundTask(createSendRefund(platform, outbound, accounts, ports))],
    schedules: [askSchedule(platform, ask), overdueRefundsSchedule(platform)],
    subscribers: [sendRefunds, closeUnwanted],
    openCashier: createOpenCashier(platform, outbound, accounts),
    queryPayment: createQueryPayment(platform, ask),
    askRefund: createAskRefund(platform, outbound, accounts, ports),
    bills: createBillSource(outbound, accounts, platform.clock),
  }
}
