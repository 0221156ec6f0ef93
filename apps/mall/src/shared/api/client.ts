import { createMallClient, isProblem } from '@quanshu/client/mall'
import { currentLocale } from '../i18n/index.ts'
import { siteUrl } from '../site.ts'
import type { Problem } from './problem.ts'
import type { Order } from './types.ts'

const client = createMallClient({ baseUrl: siteUrl.href, locale: currentLocale, name: 'mall' })

/** Asks the server; routes, inputs and answers are typed from the contract. */
export const { call, upload } = client

/** The address of the file with all codes of an order, for a download link. */
export const codesFileUrl = (no: number): string => client.url('orders.codesFile', { params: { no } })

/** Where somebody who paid in a gateway's app is led: it has the gateway asked soon, and shows the order. */
export const paidUrl = (gateway: string, no: number): string =>
  client.url('payments.return', { params: { gateway }, query: { no } })

/**
 * Follows an order as the server pushes it, through lost connections too.
 * @returns how to stop
 */
export function followOrder(
  no: number,
  handlers: { readonly onOrder: (order: Order) => void; readonly onBroken: () => void },
): () => void {
  return client.stream('orders.stream', { params: { no } }, (order) => handlers.onOrder(order), {
    onBroken: handlers.onBroken,
    onProblem: handlers.onBroken,
  })
}

/** Whatever a call threw, as screens use it. An error of our own code reads like a failure of the server. */
export function problemOf(error: unknown): Problem {
  if (!isProblem(error)) return { code: 'client.bug', status: 500, message: '', params: {}, fields: [] }
  const { code, status, params, errors, requestId } = error
  const message = code.startsWith('client.') ? '' : error.message
  return { code, status, message, params, fields: errors, ...(requestId ? { requestId } : {}) }
}
