import { buffer as bytesOf } from 'node:stream/consumers'
import {
  commonErrors,
  type RouteSpec,
  type WholesalePlace,
  type WholesaleScope,
  wholesaleApiRoutes,
  wholesalePlaceBody,
} from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import type { FastifyRequest } from 'fastify'
import { type BoundRoute, faultsOf, handle, InvalidInput } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { createAdmit } from './admit.ts'
import { cancelOrder } from './commands/cancel-order.ts'
import { masked, noteCall } from './commands/note-call.ts'
import { createWholesalePlacer } from './commands/place-order.ts'
import { systemCtx } from './model.ts'
import { balanceOf } from './queries/balance.ts'
import type { OpenKey } from './queries/open-key.ts'
import { readOrder, statementOf } from './queries/orders.ts'
import { listProducts, readProduct } from './queries/products.ts'
import { purseOf } from './queries/purse.ts'

/** What other shops call. Every call is believed by its signature first, and noted with how it ended. */
export function apiRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  const serve = createServe(platform)
  const place = createWholesalePlacer(platform)
  const api = wholesaleApiRoutes

  return [
    handle(api.products, ({ raw, query }) =>
      serve(raw, api.products, 'read', {}, (key) =>
        db.read(systemCtx(key.tenantId), (tx) => listProducts(tx, key.id, query)),
      ),
    ),
    handle(api.product, ({ raw, params }) =>
      serve(raw, api.product, 'read', {}, (key) =>
        db.read(systemCtx(key.tenantId), (tx) => readProduct(tx, key.id, params.wholesaleProductId)),
      ),
    ),
    handle(api.balance, ({ raw }) =>
      serve(raw, api.balance, 'money', {}, async (key) => ({
        balanceFen: await db.read(systemCtx(key.tenantId), (tx) => balanceOf(tx, key.memberId)),
        currency: 'CNY' as const,
      })),
    ),
    handle(api.place, async ({ raw, body, ctx }) => {
      const bytes = await bytesOf(body.stream)
      return await serve(raw, api.place, 'order', { body: bytes, outerNo: outerNoOf(bytes) }, async (key) => {
        const input = placed(bytes, ctx.locale)
        await place(key, input, raw.ip)
        // It is ordered by now: whatever goes wrong from here on must not sound as if it were not.
        return await readOrder(platform, key, input.outerNo, raw.ip).catch((error: unknown) => {
          platform.log.error({ err: error, tenantId: key.tenantId }, 'an order of another shop could not be told')
          throw commonErrors.interrupted()
        })
      })
    }),
    handle(api.order, ({ raw, params }) =>
      serve(raw, api.order, 'order', params, (key) => readOrder(platform, key, params.outerNo, raw.ip)),
    ),
    handle(api.cancel, async ({ raw, body, params }) => {
      const bytes = await bytesOf(body.stream)
      return await serve(raw, api.cancel, 'order', { body: bytes, ...params }, (key) =>
        cancelOrder(platform, key, params.outerNo),
      )
    }),
    handle(api.statement, ({ raw, query }) =>
      serve(raw, api.statement, 'money', {}, (key) => statementOf(platform, key, query.day, query.cursor)),
    ),
    handle(api.purse, ({ raw, query }) =>
      serve(raw, api.purse, 'money', {}, (key) => purseOf(platform, key, query.day, query.cursor)),
    ),
  ]
}

/** Admits the caller, does the work and notes the call, whichever way it ended. */
function createServe(platform: Platform) {
  const admit = createAdmit(platform)
  return async <T>(
    raw: FastifyRequest,
    { id }: RouteSpec,
    scope: WholesaleScope,
    said: { readonly body?: Buffer; readonly outerNo?: string | null },
    work: (key: OpenKey) => Promise<T>,
  ): Promise<T> => {
    const startedMs = performance.now()
    const { body = Buffer.alloc(0), outerNo = null } = said
    const operation = id.slice(id.indexOf('.') + 1)
    const key = await admit(raw, { operation, scope, body, outerNo })
    const request = body.length === 0 ? (raw.raw.url ?? '') : masked(jsonOf(body) ?? null)
    const note = (end: { readonly status: number; readonly code: string | null; readonly answer: string }) =>
      noteCall(platform, key, {
        operation,
        outerNo,
        reason: null,
        ip: raw.ip,
        elapsedMs: performance.now() - startedMs,
        request,
        ...end,
      })
    try {
      const answer = await work(key)
      await note({ status: 200, code: null, answer: masked(answer) })
      return answer
    } catch (error) {
      const refusal = error instanceof Refusal ? error : undefined
      const code = refusal?.code ?? 'common.internal'
      await note({ status: refusal?.status ?? 500, code, answer: masked(refusal?.params ?? {}) })
      throw error
    }
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** For the log, also of a call that is not believed or not understood. */
function outerNoOf(body: Buffer): string | null {
  const value = jsonOf(body)
  const no = typeof value === 'object' && value !== null && 'outerNo' in value ? value.outerNo : undefined
  return typeof no === 'string' && /^[\w-]{1,64}$/.test(no) ? no : null
}

/** Parsed only once the caller is believed. @throws common.malformed_body, common.invalid_input */
function placed(body: Buffer, locale: 'zh-CN' | 'en'): WholesalePlace {
  const value = jsonOf(body)
  if (value === undefined) throw commonErrors.malformedBody()
  const faults = faultsOf(wholesalePlaceBody, value, locale)
  if (faults.length > 0) {
    throw new InvalidInput(faults.map(({ path, ...fault }) => ({ in: 'body', path: path.join('.'), ...fault })))
  }
  const input = wholesalePlaceBody.parse(value)
  const texts = Object.entries(input.fields).flat()
  if (texts.some((text) => text.includes('\0') || !text.isWellFormed())) throw commonErrors.malformedBody()
  return input
}
