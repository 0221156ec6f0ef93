import { supplierMoneyRoutes as routes } from '@quanshu/contract'
import type { Ctx } from '../../../platform/db/index.ts'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { approveMoney, declineMoney, grantClaim, reverseMoney } from './decide-money.ts'
import { recordMoney } from './record-money.ts'
import { listMoney, readMoney, readStanding } from './standing.ts'

export function moneyRoutes({ db }: Platform): readonly BoundRoute[] {
  const view = (ctx: Ctx, { supplierId, moneyId }: { readonly supplierId: number; readonly moneyId: number }) =>
    db.read(ctx, (tx) => readMoney(tx, supplierId, moneyId))
  return [
    handle(routes.standing, ({ ctx, params }) => db.read(ctx, (tx) => readStanding(tx, params.supplierId))),
    handle(routes.list, ({ ctx, params, query }) => db.read(ctx, (tx) => listMoney(tx, params.supplierId, query))),
    handle(routes.record, async ({ ctx, params: { supplierId }, body, session, once }) => {
      const { id: moneyId } = await once(async (tx) => ({ id: await recordMoney(tx, supplierId, body, session) }))
      return await view(ctx, { supplierId, moneyId })
    }),
    handle(routes.approve, async ({ ctx, params, session }) => {
      await db.write(ctx, (tx) => approveMoney(tx, params, session))
      return await view(ctx, params)
    }),
    handle(routes.decline, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => declineMoney(tx, params, session, body.reason))
      return await view(ctx, params)
    }),
    handle(routes.grant, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => grantClaim(tx, params, body, session))
      return await view(ctx, params)
    }),
    handle(routes.reverse, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => reverseMoney(tx, params, session, body.reason))
      return await view(ctx, params)
    }),
  ]
}
