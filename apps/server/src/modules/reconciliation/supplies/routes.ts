import { reconciliationErrors, supplierStatementRoutes as routes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import { claimCase } from '../commands/handle-case.ts'
import { spooled } from '../commands/spool.ts'
import type { Reconciler } from '../model.ts'
import { readCase } from '../queries/cases.ts'
import { currenciesOf, firstRows, mustBeOurs, readMap, saveMap } from './map.ts'

export function supplierStatementRoutesBound(reconciler: Reconciler): readonly BoundRoute[] {
  const { db } = reconciler
  return [
    handle(routes.readMap, ({ ctx, params }) =>
      db.read(ctx, async (tx) => ({
        map: await readMap(tx, params.supplierId),
        currencies: [...(await currenciesOf(tx, params.supplierId))],
      })),
    ),
    handle(routes.saveMap, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => saveMap(tx, params.supplierId, body))
      return { map: body }
    }),
    handle(routes.preview, async ({ ctx, params, body: { stream } }) => {
      try {
        await db.read(ctx, (tx) => mustBeOurs(tx, params.supplierId))
        return await spooled(stream, async ({ path, bytes }) => {
          if (bytes === 0) throw reconciliationErrors.fileEmpty()
          return { rows: (await firstRows(path)).map((cells) => [...cells]) }
        })
      } finally {
        stream.resume()
      }
    }),
    handle(routes.claim, async ({ ctx, params, body, session }) => {
      await claimCase(reconciler, ctx, params.id, body, session.staffId)
      return await db.read(ctx, (tx) => readCase(tx, params.id))
    }),
  ]
}
