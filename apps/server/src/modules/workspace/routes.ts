import { buffer as bytesOf } from 'node:stream/consumers'
import { workspaceRoutes as routes, supplierPaperRoutes, supplyDoorRoutes } from '@quanshu/contract'
import type { Ctx, ReadTx } from '../../platform/db/index.ts'
import { type BoundRoute, handle, type Session } from '../../platform/http/index.ts'
import { everyRow } from '../../platform/lists/index.ts'
import type { Platform } from '../../platform/module.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import { downloadPaper, keepPaper, listOwnPapers, ownPaperView, paperFile, readPaper } from '../suppliers/index.ts'
import { decidePrice } from './commands/decide-price.ts'
import { acceptTasks, deliverCodes, finishTask, refuseTask, type Worker, withdrawTask } from './commands/end-task.ts'
import { invitePerson, resetPerson, setPerson } from './commands/people.ts'
import { addProduct, saveProduct } from './commands/save-product.ts'
import { readDoors, renewDoor, saveDoors } from './doors/doors.ts'
import { applyIntake, checkIntake, discardIntake, listIntakes, readIntake } from './doors/intakes.ts'
import { listFiles } from './files/store.ts'
import { applyFile, checkFile, readFile, undoFile } from './files/take-file.ts'
import {
  declineCodes,
  listOffersForShop,
  listOwnOffers,
  offerCodes,
  takeCodes,
  withdrawCodes,
} from './offered/codes.ts'
import { type Own, ownSupplier, supplierByHand } from './own.ts'
import { readHome } from './queries/home.ts'
import { listPeople } from './queries/people.ts'
import { listPriceAsks, readPriceAsk, somePriceAsks } from './queries/price-asks.ts'
import { listOwnProducts, ownProductHistory, readOwnProduct } from './queries/products.ts'
import { readSettlement, settlementBelow } from './queries/settlement.ts'
import { listTasks, listTasksForShop, readTask } from './queries/tasks.ts'
import { priceAskColumns, statementColumns } from './sheets.ts'

/** @param wake is called when a purchase is to be asked about */
export const workspaceBoundRoutes = (platform: Platform, wake: () => void): readonly BoundRoute[] => [
  ...ownGoods(platform),
  ...ownTasks(platform, wake),
  ...ownFiles(platform),
  ...ownMoney(platform),
  ...shopsSide(platform, wake),
  ...ownPapers(platform),
  ...offered(platform),
  ...doors(platform),
]

type StaffSession = Extract<Session, { readonly kind: 'staff' }>
const workerOf = ({ staffId, name }: StaffSession): Worker => ({ staffId, name })
/** Asked in each transaction anew: an archived supplier's people are out at once. */
const ownOf =
  ({ staffId }: StaffSession) =>
  (tx: ReadTx): Promise<Own> =>
    ownSupplier(tx, staffId)

function ownGoods({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(routes.home, ({ ctx, session }) => db.read(ctx, async (tx) => readHome(tx, await ownOf(session)(tx)))),
    handle(routes.listProducts, ({ ctx, session, query }) =>
      db.read(ctx, async (tx) => listOwnProducts(tx, (await ownOf(session)(tx)).supplierId, query)),
    ),
    handle(routes.addProduct, ({ ctx, session, body }) =>
      db.write(ctx, async (tx) => {
        const own = await ownOf(session)(tx)
        return await readOwnProduct(tx, own.supplierId, await addProduct(tx, own, body, session.name))
      }),
    ),
    handle(routes.saveProduct, ({ ctx, session, params, body }) =>
      db.write(ctx, async (tx) => {
        const own = await ownOf(session)(tx)
        await saveProduct(tx, own, params.productId, body, session.name)
        return await readOwnProduct(tx, own.supplierId, params.productId)
      }),
    ),
    handle(routes.productHistory, ({ ctx, session, params, query }) =>
      db.read(ctx, async (tx) => {
        const { supplierId } = await ownOf(session)(tx)
        await readOwnProduct(tx, supplierId, params.productId)
        return await ownProductHistory(tx, supplierId, params.productId, query)
      }),
    ),
  ]
}

function ownTasks(platform: Platform, wake: () => void): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(routes.listTasks, ({ ctx, session, query }) =>
      db.read(ctx, async (tx) => listTasks(tx, (await ownOf(session)(tx)).supplierId, query)),
    ),
    handle(routes.getTask, ({ ctx, session, params }) =>
      db.read(ctx, async (tx) => readTask(tx, (await ownOf(session)(tx)).supplierId, params.workTaskId)),
    ),
    handle(routes.acceptTasks, ({ ctx, session, body }) =>
      db.write(ctx, async (tx) => acceptTasks(tx, await ownOf(session)(tx), body.taskIds, workerOf(session))),
    ),
    handle(routes.deliverCodes, async ({ ctx, session, params, query, body }) => {
      await deliverCodes(platform, ctx, ownOf(session), params.workTaskId, body, query.partial ?? false)
      wake()
      return await db.read(ctx, async (tx) => readTask(tx, (await ownOf(session)(tx)).supplierId, params.workTaskId))
    }),
    handle(routes.finishTask, async ({ ctx, session, params, body }) => {
      const task = await db.write(ctx, async (tx) => {
        const own = await ownOf(session)(tx)
        await finishTask(tx, own, params.workTaskId, body)
        return await readTask(tx, own.supplierId, params.workTaskId)
      })
      wake()
      return task
    }),
    handle(routes.refuseTask, async ({ ctx, session, params, body }) => {
      const task = await db.write(ctx, async (tx) => {
        const own = await ownOf(session)(tx)
        await refuseTask(tx, own, params.workTaskId, body, workerOf(session))
        return await readTask(tx, own.supplierId, params.workTaskId)
      })
      wake()
      return task
    }),
  ]
}

function ownFiles(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(routes.readFile, ({ ctx, session, query, body }) =>
      readFile(platform, ctx, ownOf(session), body, query.modifiedAt, session.name),
    ),
    handle(routes.listFiles, ({ ctx, session, query }) =>
      db.read(ctx, async (tx) => listFiles(tx, await ownOf(session)(tx), query)),
    ),
    handle(routes.checkFile, ({ ctx, session, params, body }) =>
      checkFile(platform, ctx, ownOf(session), params.supplyFileId, body, session.name),
    ),
    handle(routes.applyFile, ({ ctx, session, params, body: { anyway, ...mapping } }) =>
      db.write(ctx, async (tx) =>
        applyFile(tx, await ownOf(session)(tx), params.supplyFileId, mapping, anyway, session.name),
      ),
    ),
    handle(routes.undoFile, ({ ctx, session, params }) =>
      db.write(ctx, async (tx) => undoFile(tx, await ownOf(session)(tx), params.supplyFileId, session.name)),
    ),
  ]
}

function ownMoney({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(routes.settlement, ({ ctx, session, query }) =>
      db.read(ctx, async (tx) => readSettlement(tx, (await ownOf(session)(tx)).supplierId, query)),
    ),
    handle(routes.exportSettlement, async ({ ctx, session, query: { month } }) => {
      const { supplierId } = await db.write(ctx, async (tx) => {
        const own = await ownOf(session)(tx)
        tx.audit({
          action: 'supply_task.statement',
          objectKind: 'supplier',
          objectId: own.supplierId,
          detail: { month },
        })
        return own
      })
      const rows = everyRow((beforeId, count) =>
        db.read(ctx, (tx) => settlementBelow(tx, supplierId, month, beforeId, count)),
      )
      const name = ctx.locale === 'en' ? `statement-${month}` : `结算单-${month}`
      return xlsxReply(name, statementColumns[ctx.locale], rows)
    }),
    handle(routes.listColleagues, ({ ctx, session }) =>
      db.read(ctx, async (tx) => ({ items: await listPeople(tx, (await ownOf(session)(tx)).nodeId) })),
    ),
  ]
}

function shopsSide(platform: Platform, wake: () => void): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(routes.listPeople, ({ ctx, params }) =>
      db.read(ctx, async (tx) => ({
        items: await listPeople(tx, (await supplierByHand(tx, params.supplierId)).nodeId),
      })),
    ),
    handle(routes.invitePerson, ({ ctx, session, params, body }) =>
      invitePerson(platform, ctx, session, params.supplierId, body),
    ),
    handle(routes.setPerson, ({ ctx, session, params, body }) => setPerson(platform, ctx, session, params, body)),
    handle(routes.resetPerson, ({ ctx, session, params, body }) =>
      resetPerson(platform, ctx, session, params, body.reason),
    ),
    handle(routes.listSupplierTasks, ({ ctx, params, query }) =>
      db.read(ctx, async (tx) => {
        await supplierByHand(tx, params.supplierId)
        return await listTasksForShop(tx, params.supplierId, query)
      }),
    ),
    handle(routes.withdrawTask, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => withdrawTask(tx, params.workTaskId, body.reason))
      wake()
      return { ok: true as const }
    }),
    handle(routes.listPriceAsks, ({ ctx, query }) => db.read(ctx, (tx) => listPriceAsks(tx, query))),
    handle(routes.exportPriceAsks, async ({ ctx, query }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'price.export_asks', objectKind: 'supplier', objectId: '', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => somePriceAsks(tx, query, beforeId, count)))
      return xlsxReply('supplier-prices', priceAskColumns(ctx.locale), rows)
    }),
    handle(routes.decidePrice, ({ ctx, session, params, body }) =>
      db.write(ctx, async (tx) => {
        await decidePrice(tx, params.askId, body, session.name)
        return await readPriceAsk(tx, params.askId)
      }),
    ),
  ]
}

function ownPapers({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(supplierPaperRoutes.listOwn, ({ ctx, session, query }) =>
      db.read(ctx, async (tx) => listOwnPapers(tx, (await ownOf(session)(tx)).supplierId, query)),
    ),
    handle(supplierPaperRoutes.offer, async ({ ctx, session, query, body }) => {
      const file = paperFile(await bytesOf(body.stream), body.fileName)
      const keeper = { name: session.name, isSupplier: true, stopsBuying: false }
      return await db.write(ctx, async (tx) => {
        const { supplierId } = await ownOf(session)(tx)
        return ownPaperView(await readPaper(tx, await keepPaper(tx, supplierId, query, file, keeper)))
      })
    }),
    handle(supplierPaperRoutes.ownFile, ({ ctx, session, params }) =>
      db.write(ctx, async (tx) => downloadPaper(tx, params.paperId, (await ownOf(session)(tx)).supplierId)),
    ),
  ]
}

function offered(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(supplyDoorRoutes.offerCodes, ({ ctx, session, query, body }) =>
      offerCodes(platform, ctx, ownOf(session), query, body, session.name),
    ),
    handle(supplyDoorRoutes.listOfferedCodes, ({ ctx, session, query }) =>
      db.read(ctx, async (tx) => listOwnOffers(tx, await ownOf(session)(tx), query)),
    ),
    handle(supplyDoorRoutes.withdrawCodes, ({ ctx, session, params }) =>
      db.write(ctx, async (tx) => withdrawCodes(tx, await ownOf(session)(tx), params.offeredId, session.name)),
    ),
    handle(supplyDoorRoutes.listSupplierCodes, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listOffersForShop(tx, params.supplierId, query)),
    ),
    handle(supplyDoorRoutes.takeCodes, ({ ctx, session, params, body }) =>
      takeCodes(platform, ctx, params.offeredId, body, session.name),
    ),
    handle(supplyDoorRoutes.declineCodes, ({ ctx, session, params, body }) =>
      db.write(ctx, (tx) => declineCodes(tx, params.offeredId, body.reason, session.name)),
    ),
  ]
}

function doors(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  const view = ({ permissions }: StaffSession, ctx: Ctx, supplierId: number) =>
    readDoors(platform, ctx, supplierId, permissions.has('suppliers.manage'))
  return [
    handle(supplyDoorRoutes.readDoors, ({ ctx, session, params }) => view(session, ctx, params.supplierId)),
    handle(supplyDoorRoutes.saveDoors, async ({ ctx, session, params, body }) => {
      await saveDoors(platform, ctx, params.supplierId, body, session.name)
      return await view(session, ctx, params.supplierId)
    }),
    handle(supplyDoorRoutes.renewDoor, async ({ ctx, session, params, body }) => {
      await renewDoor(platform, ctx, params.supplierId, params.door, body.reason, session.name)
      return await view(session, ctx, params.supplierId)
    }),
    handle(supplyDoorRoutes.listIntakes, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listIntakes(tx, params.supplierId, query)),
    ),
    handle(supplyDoorRoutes.readIntake, ({ ctx, params }) => db.read(ctx, (tx) => readIntake(tx, params.intakeId))),
    handle(supplyDoorRoutes.checkIntake, ({ ctx, session, params, body }) =>
      checkIntake(platform, ctx, params.intakeId, body, session.name),
    ),
    handle(supplyDoorRoutes.applyIntake, ({ ctx, session, params, body: { anyway, ...mapping } }) =>
      db.write(ctx, (tx) => applyIntake(tx, params.intakeId, mapping, anyway, session.name)),
    ),
    handle(supplyDoorRoutes.discardIntake, ({ ctx, session, params, body }) =>
      db.write(ctx, (tx) => discardIntake(tx, params.intakeId, body.reason, session.name)),
    ),
  ]
}
