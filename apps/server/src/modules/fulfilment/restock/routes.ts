import { restockRoutes as routes } from '@quanshu/contract'
import { handle } from '../../../platform/http/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { xlsxReply } from '../../../platform/sheets/index.ts'
import { askRestock, cancelRestock, decideRestock } from './commands/move-restock.ts'
import { removeBudget, saveBudget } from './commands/save-budget.ts'
import { removeRule, saveRule } from './commands/save-rule.ts'
import { listBudgets, listRestocks, listRules, previewCover, readRestock, someRestocks } from './queries/restocks.ts'
import { restockColumns } from './sheet.ts'

const OK = { ok: true } as const

/** @param kick is called when there is something to buy */
export function restockRoutes({ db }: Platform, kick: () => void) {
  return [
    handle(routes.list, ({ ctx, query }) => db.read(ctx, (tx) => listRestocks(tx, query))),
    handle(routes.export, async ({ ctx, query }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'restock.export', objectKind: 'restock', objectId: '', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => someRestocks(tx, query, beforeId, count)))
      return xlsxReply('restocks', restockColumns(ctx.locale), rows)
    }),
    handle(routes.get, ({ ctx, params }) => db.read(ctx, (tx) => readRestock(tx, params.restockId))),
    handle(routes.ask, ({ body, session, once }) =>
      kicking(
        kick,
        once(async (tx) => await readRestock(tx, await askRestock(tx, body, session))),
      ),
    ),
    handle(routes.decide, ({ params, body, session, once }) =>
      kicking(
        kick,
        once(async (tx) => {
          await decideRestock(tx, params.restockId, body, session)
          return await readRestock(tx, params.restockId)
        }),
      ),
    ),
    handle(routes.cancel, ({ params, body, session, once }) =>
      once(async (tx) => {
        await cancelRestock(tx, params.restockId, body.reason, session)
        return await readRestock(tx, params.restockId)
      }),
    ),
    handle(routes.rules, ({ ctx, query }) => db.read(ctx, (tx) => listRules(tx, query))),
    handle(routes.saveRule, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => saveRule(tx, params.skuId, body, session.name))
      return OK
    }),
    handle(routes.previewCover, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => previewCover(tx, params.skuId, query)),
    ),
    handle(routes.removeRule, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => removeRule(tx, params.skuId))
      return OK
    }),
    handle(routes.budgets, ({ ctx }) => db.read(ctx, listBudgets)),
    handle(routes.saveBudget, ({ body, session, once }) =>
      once(async (tx) => ({ id: await saveBudget(tx, body, session.name) })),
    ),
    handle(routes.removeBudget, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => removeBudget(tx, params.budgetId))
      return OK
    }),
  ]
}

async function kicking<T>(kick: () => void, done: Promise<T>): Promise<T> {
  const answer = await done
  kick()
  return answer
}
