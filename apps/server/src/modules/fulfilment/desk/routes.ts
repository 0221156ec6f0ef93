import { commonErrors, errorMessage, orderRoutes as routes } from '@quanshu/contract'
import { type OrderNo, Refusal } from '@quanshu/kernel'
import type { Ctx } from '../../../platform/db/index.ts'
import { handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { xlsxReply } from '../../../platform/sheets/index.ts'
import { assign, type DeskKey } from './commands/assign.ts'
import { sourcesOf } from './commands/change-source.ts'
import { handleStuck } from './commands/handle.ts'
import { deskStaff } from './queries/colleagues.ts'
import { everyStuck, listStuck, readStuck } from './queries/list-stuck.ts'
import { deskColumns } from './sheet.ts'

/**
 * @param kick a complaint was decided that something is to be bought for
 * @param wakeLanes a purchase was opened
 */
export function stuckRoutes(platform: Platform, kick: () => void, wakeLanes: () => void) {
  const { db } = platform
  return [
    handle(routes.exceptions, ({ ctx, query, session }) => db.read(ctx, (tx) => listStuck(tx, query, session))),
    handle(routes.exportExceptions, async ({ ctx, query, session }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'desk.export', objectKind: 'order', objectId: '', detail: { ...query } }),
      )
      return xlsxReply('exceptions', deskColumns(ctx.locale), everyStuck(platform, ctx, query, session))
    }),
    handle(routes.stuck, ({ ctx, params, session }) =>
      db.read(ctx, (tx) => readStuck(tx, params.no, params.lineNo, session)),
    ),
    handle(routes.stuckSources, async ({ ctx, params }) => ({
      items: await db.read(ctx, (tx) => sourcesOf(tx, params.no as OrderNo, params.lineNo)),
    })),
    handle(routes.deskStaff, async ({ ctx }) => ({ items: await db.read(ctx, deskStaff) })),
    handle(routes.assignExceptions, async ({ ctx, body, session }) => {
      const worker = { staffId: session.staffId, name: session.name, any: session.permissions.has('staff.manage') }
      return {
        results: await eachByItself(ctx, body.rows, (key) => db.write(ctx, (tx) => assign(tx, key, body, worker))),
      }
    }),
    handle(routes.handleExceptions, async ({ ctx, body, session }) => {
      if (body.action === 'refund' && !session.permissions.has('orders.refund')) {
        throw commonErrors.forbidden({ permission: 'orders.refund' })
      }
      const results = await eachByItself(ctx, body.lines, (key) => handleStuck(platform, ctx, key, body, session))
      kick()
      if (body.action === 'source') wakeLanes()
      return { results }
    }),
  ]
}

type Result = DeskKey & { readonly ok: boolean; readonly code: string | null; readonly message: string | null }

/** One by one and each in its own transaction: one that fails must not undo another's. */
async function eachByItself(
  ctx: Ctx,
  keys: readonly DeskKey[],
  work: (key: DeskKey) => Promise<void>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const { orderNo, lineNo, grantId } of keys) {
    const key = { orderNo, lineNo, grantId }
    const refusal = await refusalOr(work(key))
    results.push({
      ...key,
      ok: refusal === undefined,
      code: refusal?.code ?? null,
      message: refusal ? errorMessage(refusal.code, refusal.params, ctx.locale) : null,
    })
  }
  return results
}

async function refusalOr(work: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
