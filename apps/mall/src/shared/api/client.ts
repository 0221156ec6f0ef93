import type { mallGoodsRoutes, mallOrderRoutes, memberRoutes, paymentRoutes, tenancyRoutes } from '@quanshu/contract'
import { currentLocale } from '../i18n/index.ts'
import { siteUrl } from '../site.ts'
import { OFFLINE, type Problem } from './problem.ts'
import type { Order } from './types.ts'

// INTERIM
type Tables = typeof mallGoodsRoutes &
  typeof mallOrderRoutes &
  typeof memberRoutes &
  typeof paymentRoutes &
  typeof tenancyRoutes
type All = Tables[keyof Tables]
type ById<I extends string> = Extract<All, { readonly id: I }>
type In<R> = (R extends { readonly params: { readonly _zod: { readonly input: infer P } } }
  ? { readonly params: P extends object ? { [K in keyof P]: unknown } : never }
  : { readonly params?: never }) &
  (R extends { readonly query: { readonly _zod: { readonly input: infer P } } }
    ? { readonly query?: { [K in keyof P]: unknown } }
    : { readonly query?: never }) &
  (R extends { readonly body: { readonly _zod: { readonly input: infer P } } }
    ? { readonly body: P }
    : { readonly body?: never })

const table: Record<string, readonly [string, string]> = {
  'tenancy.getShop': ['GET', '/api/mall/shop'],
  'catalog.mallShelves': ['GET', '/api/mall/shelves'],
  'catalog.mallListGoods': ['GET', '/api/mall/goods'],
  'catalog.mallGetGoods': ['GET', '/api/mall/goods/:id'],
  'orders.quote': ['POST', '/api/mall/quotes'],
  'orders.place': ['POST', '/api/mall/orders'],
  'orders.pay': ['POST', '/api/mall/orders/:no/pay'],
  'orders.cancel': ['POST', '/api/mall/orders/:no/cancel'],
  'orders.get': ['GET', '/api/mall/orders/:no'],
  'orders.markGrant': ['POST', '/api/mall/orders/:no/grants/:grantId/used'],
  'orders.mine': ['GET', '/api/mall/orders'],
  'orders.lookup': ['POST', '/api/mall/orders/lookup'],
  'payments.methods': ['GET', '/api/mall/payment-methods'],
  'members.sendCode': ['POST', '/api/mall/auth/code'],
  'members.signIn': ['POST', '/api/mall/auth/sign-in'],
  'members.signOut': ['POST', '/api/mall/auth/sign-out'],
  'members.getMe': ['GET', '/api/mall/me'],
  'members.saveMe': ['PUT', '/api/mall/me'],
  'members.listMySessions': ['GET', '/api/mall/me/sessions'],
  'members.endMySession': ['DELETE', '/api/mall/me/sessions/:id'],
}
class CallError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.code)
    this.problem = problem
  }
}
export async function call<I extends All['id']>(
  id: I,
  input: In<ById<I>>,
  options: { readonly idempotencyKey?: string } = {},
): Promise<ById<I>['response']['_zod']['output']> {
  const [method, path] = table[id] ?? ['GET', '/']
  const { params, query, body } = input as unknown as {
    params?: Record<string, unknown>
    query?: Record<string, unknown>
    body?: unknown
  }
  const url = new URL(path.replace(/:(\w+)/g, (_, name: string) => String(params?.[name])).slice(1), siteUrl)
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value))
  let response: Response
  try {
    response = await fetch(url, {
      method,
      headers: {
        'x-quanshu-client': 'mall',
        'x-quanshu-locale': currentLocale(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    throw new CallError(OFFLINE)
  }
  const answer = await response.json().catch(() => undefined)
  if (response.ok) return answer as never
  throw new CallError({
    code: answer?.code ?? 'common.internal',
    status: response.status,
    message: answer?.detail ?? '',
    params: answer?.params ?? {},
    fields: answer?.errors ?? [],
    requestId: answer?.requestId,
  })
}

export function problemOf(error: unknown): Problem {
  return error instanceof CallError ? error.problem : OFFLINE
}

export function followOrder(
  no: number,
  handlers: { readonly onOrder: (order: Order) => void; readonly onBroken: () => void },
): () => void {
  const source = new EventSource(new URL(`api/mall/orders/${no}/stream`, siteUrl))
  source.addEventListener('order', (event) => handlers.onOrder(JSON.parse(event.data) as Order))
  source.onerror = () => handlers.onBroken()
  return () => source.close()
}

export const codesFileUrl = (no: number): string => new URL(`api/mall/orders/${no}/codes.txt`, siteUrl).href
