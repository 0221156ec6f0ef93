import {
  commonErrors,
  mallOrderRoutes,
  orderErrors,
  orderRoutes,
  recallRoutes,
  supplierRoutes,
} from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { handle, shopUrlOf } from '../../platform/http/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import {
  accessTo,
  buyerView,
  createPlacer,
  type PlacingResult,
  placeRecharge,
  readOrderDetail,
  readViews,
  refuseBound,
} from '../orders/index.ts'
import { personCookie } from '../payments/index.ts'
import { readPurchaseView } from '../suppliers/index.ts'
import { getBatch } from '../vault/index.ts'
import { type AccountDesk, createAccountDesk } from './accounts/check-account.ts'
import { accountDeskRoutes } from './accounts/routes.ts'
import { activationDeskRoutes } from './activations/routes.ts'
import { activationSchedule } from './activations/tend.ts'
import { createBundleDesk } from './bundles/settle-bundles.ts'
import { cancelPurchase } from './commands/cancel-purchase.ts'
import { chooseRecalled } from './commands/choose-recalled.ts'
import { approveRefund, declineRefund, refundByHand } from './commands/decide-refund.ts'
import { createGatewayPayer } from './commands/pay-at-gateway.ts'
import { createBalancePayer } from './commands/pay-by-balance.ts'
import { closeRecall, recallBatch, withdrawRecall } from './commands/recall-batch.ts'
import { refundOrder } from './commands/refund-order.ts'
import { replaceGrant } from './commands/replace-grant.ts'
import { resendDelivery } from './commands/resend-delivery.ts'
import { retryLine } from './commands/retry-line.ts'
import { askPurchase, handlePurchases, settlePurchase } from './commands/settle-purchase.ts'
import { createComplaintJudge, wakeJudge } from './complaints/judge.ts'
import { complaintRoutes } from './complaints/routes.ts'
import { stuckRoutes } from './desk/routes.ts'
import { recallTask } from './jobs.ts'
import type { PaymentDoor, SupplierDoor } from './ports.ts'
import { everyRecalled, getRecall, listRecalled } from './queries/recall.ts'
import { recoveryRoutes } from './recoveries/routes.ts'
import { createRestocker } from './restock/router.ts'
import { restockRoutes } from './restock/routes.ts'
import { overdueSchedule } from './service/overdue.ts'
import { serviceRoutes } from './service/routes.ts'
import { recalledColumns } from './sheets.ts'
import { deliveryMail, usedGrants, wakeBundles, wakeRouter } from './subscribers.ts'
import { createSupplyRouter } from './supply/router.ts'

export function fulfilmentModule(platform: Platform, payments: PaymentDoor, suppliers: SupplierDoor): Module {
  const router = createSupplyRouter(platform, suppliers.kick)
  const bundles = createBundleDesk(platform)
  const restocker = createRestocker(platform, suppliers.kick)
  const accounts = createAccountDesk(platform, suppliers)
  const judge = createComplaintJudge(platform, suppliers)
  return {
    name: 'fulfilment',
    routes: [
      ...mallRoutes(platform, payments, accounts),
      ...deskRoutes(platform, payments),
      ...purchaseRoutes(platform, suppliers),
      ...recallDesk(platform),
      ...stuckRoutes(platform, judge.kick, suppliers.kick),
      ...serviceRoutes(platform),
      ...restockRoutes(platform, restocker.kick),
      ...accountDeskRoutes(platform, accounts),
      ...activationDeskRoutes(platform, accounts),
      ...complaintRoutes(platform, judge.kick),
      ...recoveryRoutes(platform),
    ],
    subscribers: [deliveryMail, usedGrants, wakeRouter(router.kick), wakeBundles(bundles.kick), wakeJudge(judge.kick)],
    tasks: [recallTask(platform)],
    loops: [router.loop, bundles.loop, judge.loop, restocker.loop],
    schedules: [overdueSchedule(platform), activationSchedule(platform)],
  }
}

function purchaseRoutes(platform: Platform, suppliers: SupplierDoor) {
  return [
    handle(supplierRoutes.askPurchase, async ({ ctx, params }) => {
      await askPurchase(platform, ctx, params.purchaseId)
      suppliers.kick()
      return { ok: true as const }
    }),
    handle(supplierRoutes.settlePurchase, async ({ ctx, params, body, session, once }) => {
      await once((tx) => settlePurchase(tx, params.purchaseId, body, session.name))
      return await platform.db.read(ctx, (tx) => readPurchaseView(tx, params.purchaseId))
    }),
    handle(supplierRoutes.handlePurchases, async ({ ctx, body, session }) => {
      const answer = await handlePurchases(platform, ctx, body, session.name)
      suppliers.kick()
      return answer
    }),
    handle(supplierRoutes.cancelPurchase, async ({ ctx, params, body, session }) => {
      const answer = await cancelPurchase(platform, suppliers, ctx, params.purchaseId, body.note, session.name)
      suppliers.kick()
      const purchase = await platform.db.read(ctx, (tx) => readPurchaseView(tx, params.purchaseId))
      return { ...answer, purchase }
    }),
  ]
}

function mallRoutes(platform: Platform, payments: PaymentDoor, accounts: AccountDesk) {
  const place = createPlacer(platform, (tenantId, items) =>
    platform.db.callHot<readonly PlacingResult[]>(tenantId, 'fulfilment.place_and_pay', items),
  )
  const payByBalance = createBalancePayer(platform)
  const atGateway = createGatewayPayer(platform, payments)

  return [
    // The gateway is not called here but when the buyer goes to pay: a slow one must not hold up placing, and whoever
    // changes their mind costs no call.
    handle(mallOrderRoutes.place, async ({ tenant, ctx, session, body, idempotency, prefix }) => {
      if (!idempotency) throw commonErrors.idempotencyKeyRequired()
      await atGateway.mustBeOffered(ctx, body.payWith)
      const caller = { tenantId: tenant.tenantId, session, ip: ctx.ip }
      await accounts.refuseInvalid(caller, body.lines, body.locale)
      const view = await place(caller, body, idempotency)
      return buyerView(platform, tenant.tenantId, view, { access: 'codes', session }, prefix)
    }),
    handle(mallOrderRoutes.placeRecharge, async ({ tenant, ctx, session, body, idempotency, prefix }) => {
      if (!idempotency) throw commonErrors.idempotencyKeyRequired()
      await atGateway.mustBeOffered(ctx, body.payWith)
      const view = await placeRecharge(
        platform,
        { ctx, memberId: session.memberId, deviceId: session.deviceId },
        body,
        idempotency,
      )
      return buyerView(platform, tenant.tenantId, view, { access: 'codes', session }, prefix)
    }),
    handle(mallOrderRoutes.pay, async (request) => {
      const { ctx, tenant, session, params, body, prefix, raw, cookies } = request
      const no = params.no as OrderNo
      const [view] = await readViews(platform, tenant.tenantId, [no])
      if (accessTo(await platform.crypto.sealer(tenant.tenantId), request, view) !== 'codes')
        throw orderErrors.codesLocked()
      if (view?.state !== 'pending') throw orderErrors.notPending({ state: view?.state })
      await atGateway.mustBeOffered(ctx, body.payWith)
      if (body.payWith === 'balance') {
        if (view.recharge) throw orderErrors.rechargeByBalance()
        if (session.kind !== 'member') throw orderErrors.signInForBalance()
        await payByBalance(tenant.tenantId, { orderNo: no, memberId: session.memberId })
        const [after] = await readViews(platform, tenant.tenantId, [no])
        return buyerView(platform, tenant.tenantId, after ?? view, { access: 'codes', session }, prefix)
      }
      const cashier = await atGateway.open(tenant.tenantId, view, {
        gateway: body.payWith,
        shopUrl: shopUrlOf(platform.config.publicUrl, raw.host, prefix),
        device: body.device,
        clientIp: raw.ip,
        userAgent: raw.headers['user-agent'] ?? '',
        openId: cookies.get(personCookie(body.payWith)),
      })
      if (!cashier) throw orderErrors.gatewayUnavailable()
      const [after = view] = await readViews(platform, tenant.tenantId, [no])
      // The way that was just asked for: who goes back to an earlier one has opened a later one in between.
      const payment = after.state === 'pending' ? { gateway: body.payWith, cashier } : after.payment
      return buyerView(platform, tenant.tenantId, { ...after, payment }, { access: 'codes', session }, prefix)
    }),
    handle(mallOrderRoutes.useGrant, async (request) => {
      const { tenant, params, body, prefix, session } = request
      const no = params.no as OrderNo
      const [view] = await readViews(platform, tenant.tenantId, [no])
      if (accessTo(await platform.crypto.sealer(tenant.tenantId), request, view) !== 'codes' || !view)
        throw orderErrors.codesLocked()
      const viewer = { access: 'codes', session } as const
      await refuseBound(platform, tenant.tenantId, view, viewer)
      await platform.db.call(tenant.tenantId, 'fulfilment.mark_used', no, params.grantId, body.used, 'buyer')
      const [after] = await readViews(platform, tenant.tenantId, [no])
      if (!after) throw commonErrors.notFound()
      return buyerView(platform, tenant.tenantId, after, viewer, prefix)
    }),
  ]
}

function deskRoutes(platform: Platform, payments: PaymentDoor) {
  return [
    handle(orderRoutes.queryPayment, async ({ ctx, params, session }) => {
      const no = params.no as OrderNo
      const outcome = await payments.queryPayment(ctx, no)
      await platform.db.write(ctx, async (tx) =>
        tx.audit({ action: 'order.query_payment', objectKind: 'order', objectId: no, detail: { outcome } }),
      )
      return { outcome, order: await readOrderDetail(platform, ctx, no, session.permissions) }
    }),
    handle(orderRoutes.retryLine, async ({ ctx, params, session }) => {
      await retryLine(platform, ctx, params.no as OrderNo, params.lineNo, session.name)
      return readOrderDetail(platform, ctx, params.no as OrderNo, session.permissions)
    }),
    handle(orderRoutes.replaceGrant, async ({ ctx, params, body, session, once }) => {
      const no = params.no as OrderNo
      await once((tx) => replaceGrant(tx, { no, grantId: params.grantId, reason: body.reason, actor: session.name }))
      return readOrderDetail(platform, ctx, no, session.permissions)
    }),
    handle(orderRoutes.refund, async ({ ctx, params, body, session, once }) => {
      const no = params.no as OrderNo
      await once((tx) => refundOrder(tx, { no, ...body, endsGifts: true, actor: session }))
      return readOrderDetail(platform, ctx, no, session.permissions)
    }),
    handle(orderRoutes.approveRefund, async ({ params, session, once }) => {
      await once((tx) => approveRefund(tx, params.refundId, session))
      return { ok: true as const }
    }),
    handle(orderRoutes.declineRefund, async ({ ctx, params, body, session }) => {
      await platform.db.write(ctx, (tx) => declineRefund(tx, params.refundId, session.name, body.reason))
      return { ok: true as const }
    }),
    handle(orderRoutes.refundByHand, async ({ params, body, session, once }) => {
      await once((tx) => refundByHand(tx, params.refundId, session.name, body))
      return { ok: true as const }
    }),
    handle(orderRoutes.resend, async ({ ctx, params }) => {
      await platform.db.write(ctx, (tx) => resendDelivery(tx, params.no as OrderNo))
      return { ok: true as const }
    }),
  ]
}

/** What each way of putting a piece right needs beside seeing the recall. */
const RIGHT_FOR = { replace: 'orders.handle', refund: 'orders.refund', leave: 'cards.recall' } as const

function recallDesk(platform: Platform) {
  const { db } = platform
  return [
    handle(recallRoutes.recall, ({ params, body, session, once }) =>
      once((tx) => recallBatch(tx, params.batchId, body, session.name)),
    ),
    handle(recallRoutes.get, ({ ctx, params }) =>
      db.read(ctx, async (tx) => {
        await getBatch(tx, params.batchId)
        return { recall: await getRecall(tx, params.batchId) }
      }),
    ),
    handle(recallRoutes.pieces, async ({ ctx, params, query }) => {
      await db.read(ctx, (tx) => getBatch(tx, params.batchId))
      return listRecalled(platform, ctx, params.batchId, query)
    }),
    handle(recallRoutes.exportPieces, async ({ ctx, params, query }) => {
      await db.write(ctx, async (tx) => {
        await getBatch(tx, params.batchId)
        tx.audit({
          action: 'batch.recall_export',
          objectKind: 'batch',
          objectId: params.batchId,
          detail: { ...query },
        })
      })
      return xlsxReply(
        `recall-${params.batchId}`,
        recalledColumns(ctx.locale),
        everyRecalled(platform, ctx, params.batchId, query),
      )
    }),
    handle(recallRoutes.handle, async ({ ctx, params, body, session }) => {
      const permission = RIGHT_FOR[body.action]
      if (!session.permissions.has(permission)) throw commonErrors.forbidden({ permission })
      return { chosen: await chooseRecalled(platform, ctx, params.batchId, body, session) }
    }),
    handle(recallRoutes.withdraw, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => withdrawRecall(tx, params.batchId, body.note, session.name))
      return { ok: true as const }
    }),
    handle(recallRoutes.close, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => closeRecall(tx, params.batchId, body.note, session.name))
      return { ok: true as const }
    }),
  ]
}
