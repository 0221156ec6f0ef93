import type { Readable } from 'node:stream'
import { paymentRoutes } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'
import { type BoundRoute, handle, type RequestOf } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed, openSecrets } from './accounts.ts'
import { askSoon } from './commands/ask-soon.ts'
import type { Claims } from './commands/claim-payment.ts'
import { handleReceipt } from './commands/handle-receipt.ts'
import type { ReceiveNotice } from './commands/receive-notice.ts'
import { retryRefund } from './commands/retry-refund.ts'
import { saveGateway } from './commands/save-gateway.ts'
import { testGateway } from './commands/test-gateway.ts'
import { inAppRoutes } from './in-app-routes.ts'
import { listClaims, readClaimView } from './queries/claims.ts'
import { listGateways, paymentMethods } from './queries/gateways.ts'
import { listNotices } from './queries/notices.ts'
import { listChargebacks, listReceipts } from './queries/receipts.ts'
import { listRefunds } from './queries/refunds.ts'

export function paymentRoutesBound(
  platform: Platform,
  outbound: Outbound,
  accounts: Accounts,
  receiveNotice: ReceiveNotice,
  claims: Claims,
): readonly BoundRoute[] {
  const { db, config } = platform
  const publicPath = new URL(config.publicUrl).pathname.replace(/\/+$/, '')
  const secretsOf = (ctx: Ctx) => (gateway: string, sealed: Buffer) =>
    openSecrets(platform, ctx.tenantId, gateway, sealed)
  const viewOf = async (ctx: Ctx, gateway: string) => {
    const views = await db.read(ctx, (tx) => listGateways(tx, config.publicUrl, secretsOf(ctx)))
    const view = views.find((candidate) => candidate.gateway === gateway)
    if (!view) throw new Error(`gateway ${gateway} is not listed`)
    return view
  }

  const take = async (
    {
      tenant,
      params,
      raw,
      reply,
    }: Pick<RequestOf<typeof paymentRoutes.notifyByQuery>, 'tenant' | 'params' | 'raw' | 'reply'>,
    body: Buffer,
  ) => {
    gatewayNamed(params.gateway)
    const notice = {
      method: raw.method,
      // As the gateway sent it: the shop's prefix is stripped from `url`, and a proxy may have stripped the public path.
      path: publicPath + raw.originalUrl,
      headers: raw.headers,
      body,
    }
    const answer = await receiveNotice(tenant.tenantId, params.gateway, notice, raw.ip)
    reply.code(answer.status)
    return { content: answer.body, contentType: answer.contentType, inline: true } as const
  }

  return [
    handle(paymentRoutes.methods, async ({ ctx, query }) => ({
      items: [...(await db.read(ctx, (tx) => paymentMethods(tx, query.amountFen)))],
    })),
    handle(paymentRoutes.notify, async (request) => take(request, await bytesOf(request.body.stream))),
    handle(paymentRoutes.notifyByQuery, (request) => take(request, Buffer.alloc(0))),
    handle(paymentRoutes.comeBack, async ({ ctx, params, query, prefix, reply }) => {
      // The person is back, so if they paid, it was just now.
      if (query.no !== undefined) await askSoon(platform, ctx, query.no, params.gateway)
      reply.code(303).header('location', query.no === undefined ? `${prefix}/` : `${prefix}/orders/${query.no}`)
      return { content: '', contentType: 'text/plain', inline: true }
    }),
    ...inAppRoutes(platform, outbound, accounts),
    handle(paymentRoutes.listGateways, async ({ ctx }) => ({
      items: [...(await db.read(ctx, (tx) => listGateways(tx, config.publicUrl, secretsOf(ctx))))],
    })),
    handle(paymentRoutes.saveGateway, async ({ ctx, params, body }) => {
      await saveGateway(platform, accounts, ctx, params.gateway, body)
      return await viewOf(ctx, params.gateway)
    }),
    handle(paymentRoutes.testGateway, ({ tenant, params }) =>
      testGateway(outbound, accounts, tenant.tenantId, params.gateway),
    ),
    handle(paymentRoutes.listNotices, ({ ctx, query }) => db.read(ctx, (tx) => listNotices(tx, query))),
    handle(paymentRoutes.listReceipts, ({ ctx, query }) => db.read(ctx, (tx) => listReceipts(tx, query))),
    handle(paymentRoutes.handleReceipt, async ({ params, body, session, once }) => {
      await once((tx) => handleReceipt(tx, params.receiptId, body.action, body.note, session.name))
      return { ok: true as const }
    }),
    ...claimRoutes(platform, claims),
    handle(paymentRoutes.listChargebacks, ({ ctx, query }) => db.read(ctx, (tx) => listChargebacks(tx, query))),
    handle(paymentRoutes.listRefunds, ({ ctx, query }) => db.read(ctx, (tx) => listRefunds(tx, query))),
    handle(paymentRoutes.retryRefund, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => retryRefund(tx, params.refundId, body.reason))
      return { ok: true as const }
    }),
  ]
}

function claimRoutes({ db }: Platform, claims: Claims): readonly BoundRoute[] {
  const view = (ctx: Ctx, claimId: number) => db.read(ctx, (tx) => readClaimView(tx, claimId))
  return [
    handle(paymentRoutes.claim, async ({ ctx, params, body, session }) =>
      view(ctx, await claims.claim(ctx, { ...body, orderNo: params.no as OrderNo }, session)),
    ),
    handle(paymentRoutes.listClaims, ({ ctx, query }) => db.read(ctx, (tx) => listClaims(tx, query))),
    handle(paymentRoutes.approveClaim, async ({ ctx, params, session }) => {
      await claims.approve(ctx, params.claimId, session)
      return await view(ctx, params.claimId)
    }),
    handle(paymentRoutes.declineClaim, async ({ ctx, params, body, session }) => {
      await claims.decline(ctx, params.claimId, session, body.reason)
      return await view(ctx, params.claimId)
    }),
  ]
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
