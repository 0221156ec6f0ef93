import { boardRoutes, mallOrderRoutes, orderErrors, orderRoutes } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { topicOf } from '../../platform/events/index.ts'
import { handle, type RequestOf } from '../../platform/http/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import { getSettings } from '../tenancy/index.ts'
import { accessTo, deviceHash } from './access.ts'
import { codeLocks, refuseBound } from './binding.ts'
import { admitDevice, sendDeviceCode } from './commands/admit-device.ts'
import { cancelOrder, expireDueOrders } from './commands/close-order.ts'
import { lookupOrders } from './commands/lookup-orders.ts'
import { readBoard } from './queries/board.ts'
import { buyerView, listView } from './queries/buyer-view.ts'
import { codesFile } from './queries/codes-file.ts'
import { ordersOfDevice, ordersOfMember } from './queries/find-orders.ts'
import { exportOrders, listOrders, orderColumns } from './queries/list-orders.ts'
import { readOrderDetail } from './queries/order-detail.ts'
import { streamOrder } from './queries/order-stream.ts'
import { quote } from './queries/quote.ts'
import { rechargeOffer } from './queries/recharge-offer.ts'
import { createViewReader, readViews, type SealedView } from './queries/sealed-views.ts'

/** How often due orders are swept; a countdown that ended is believed by the database at once, the sweep frees the stock. */
const SWEEP_EVERY_MS = 1_000

export type OrderRequest = Pick<
  RequestOf<typeof mallOrderRoutes.get>,
  'params' | 'ctx' | 'tenant' | 'session' | 'cookies' | 'prefix'
>

export function ordersModule(platform: Platform): Module {
  const viewOf = createViewReader(platform)

  const seen = async (request: OrderRequest, told?: SealedView) => {
    const view = told ?? (await viewOf(request.tenant.tenantId, request.params.no as OrderNo))
    const access = accessTo(await platform.crypto.sealer(request.tenant.tenantId), request, view)
    return { view: view as NonNullable<typeof view>, access }
  }
  /** Of whoever may open its codes as such, but for the device. */
  const ownOnThisDevice = async (request: OrderRequest) => {
    const { view, access } = await seen(request)
    if (access !== 'codes' || request.session.kind === 'staff') throw orderErrors.codesLocked()
    return { view, deviceId: request.session.deviceId }
  }
  const shown = async (request: OrderRequest, told?: SealedView) => {
    const { view, access } = await seen(request, told)
    return buyerView(platform, request.tenant.tenantId, view, { access, session: request.session }, request.prefix)
  }

  const mall = [
    handle(mallOrderRoutes.quote, ({ ctx, body }) => platform.db.read(ctx, (tx) => quote(tx, body.lines))),
    handle(mallOrderRoutes.rechargeOffer, async ({ tenant }) =>
      rechargeOffer(await getSettings(platform, tenant.tenantId)),
    ),
    handle(mallOrderRoutes.get, shown),
    handle(mallOrderRoutes.cancel, async (request) => {
      const { view, access } = await seen(request)
      if (access !== 'codes') throw orderErrors.codesLocked()
      await cancelOrder(platform, request.tenant.tenantId, view.no, { actor: 'buyer', reason: 'buyer' })
      return shown(request)
    }),
    handle(mallOrderRoutes.stream, (request) =>
      streamOrder(
        platform,
        topicOf(request.tenant.tenantId, `order:${request.params.no}`),
        (told) => shown(request, told),
        request.openStream,
      ),
    ),
    handle(mallOrderRoutes.codesFile, async (request) => {
      const { view, access } = await seen(request)
      if (access !== 'codes') throw orderErrors.codesLocked()
      await refuseBound(platform, request.tenant.tenantId, view, { access, session: request.session })
      return codesFile(platform, request.ctx, view)
    }),
    handle(mallOrderRoutes.sendDeviceCode, async (request) => {
      const { view, deviceId } = await ownOnThisDevice(request)
      // Else whoever orders, and need not pay, could have anybody sent messages.
      const locks = await codeLocks(platform, request.tenant.tenantId, view, request)
      if (locks.every((lock) => lock?.by !== 'device')) throw orderErrors.nothingToOpen()
      return sendDeviceCode(platform, request.ctx, view, deviceId)
    }),
    handle(mallOrderRoutes.admitDevice, async (request) => {
      const { view, deviceId } = await ownOnThisDevice(request)
      await admitDevice(platform, request.ctx, view, { deviceId, code: request.body.code })
      return shown(request)
    }),
    handle(mallOrderRoutes.mine, async ({ ctx, query, session, tenant, prefix }) => {
      const { tenantId } = tenant
      const sealer = await platform.crypto.sealer(tenantId)
      const found = await platform.db.read(ctx, async (tx) => {
        if (session.kind === 'member') return ordersOfMember(tx, session.memberId, query)
        if (session.kind === 'staff') return { nos: [], total: 0 }
        const nos = await ordersOfDevice(tx, deviceHash(sealer, session.deviceId))
        return { nos, total: nos.length }
      })
      const views = new Map((await readViews(platform, tenantId, found.nos, 0)).map((view) => [view.no, view]))
      const items = await Promise.all(
        found.nos.flatMap((no) => views.get(no) ?? []).map((view) => listView(platform, tenantId, view, prefix)),
      )
      return { items, total: found.total, page: query.page, pageSize: query.pageSize }
    }),
    handle(mallOrderRoutes.lookup, async (request) => ({
      items: [...(await lookupOrders(platform, viewOf, request.ctx, request, request.body, request.prefix))],
    })),
  ]

  const console = [
    handle(orderRoutes.list, ({ ctx, query }) => platform.db.read(ctx, (tx) => listOrders(tx, query))),
    handle(orderRoutes.export, async ({ ctx, query }) =>
      xlsxReply('orders', orderColumns(ctx.locale), exportOrders(platform.db, ctx, query)),
    ),
    handle(orderRoutes.detail, ({ ctx, params, session }) =>
      readOrderDetail(platform, ctx, params.no as OrderNo, session.permissions),
    ),
    handle(orderRoutes.cancelByStaff, async ({ ctx, params, body, session, tenant }) => {
      const no = params.no as OrderNo
      await cancelOrder(platform, tenant.tenantId, no, { actor: session.name, reason: body.reason })
      await platform.db.write(ctx, async (tx) =>
        tx.audit({ action: 'order.cancel', objectKind: 'order', objectId: no, detail: { reason: body.reason } }),
      )
      return readOrderDetail(platform, ctx, no, session.permissions)
    }),
    handle(boardRoutes.board, ({ ctx }) => platform.db.read(ctx, readBoard)),
  ]

  return {
    name: 'orders',
    routes: [...mall, ...console],
    schedules: [
      { name: 'orders.expire', everyMs: SWEEP_EVERY_MS, run: async () => void (await expireDueOrders(platform)) },
    ],
  }
}
