import { mallServiceRoutes, type Permission, serviceRoutes as routes } from '@quanshu/contract'
import type { OrderNo, StaffId } from '@quanshu/kernel'
import { handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { ownOrder } from '../own-order.ts'
import { addProof } from './commands/add-proof.ts'
import { answerTask, cancelTask, checkedAnswer } from './commands/answer-task.ts'
import { finishTask, rejectTask } from './commands/end-task.ts'
import { askBuyer, handOverTask, putBackTask } from './commands/move-task.ts'
import { saveRules } from './commands/save-rules.ts'
import { takeTasks } from './commands/take-tasks.ts'
import type { Worker } from './model.ts'
import { serviceStaff } from './queries/colleagues.ts'
import { proofOfOrder, proofOfTask } from './queries/proof.ts'
import { listRules, readPromise } from './queries/rules.ts'
import { listTasks, readTask } from './queries/tasks.ts'

const OK = { ok: true } as const

export const serviceRoutes = (platform: Platform) => [...desk(platform), ...rules(platform), ...mall(platform)]

type Staff = { readonly staffId: StaffId; readonly name: string; readonly permissions: ReadonlySet<Permission> }
/** Whoever manages services may act in the place of whoever has one. */
const workerOf = ({ staffId, name, permissions }: Staff): Worker => ({
  staffId,
  name,
  any: permissions.has('services.manage'),
})

function desk(platform: Platform) {
  const { db } = platform
  return [
    handle(routes.list, ({ ctx, query, session }) => db.read(ctx, (tx) => listTasks(tx, query, session.staffId))),
    handle(routes.get, ({ ctx, params, session }) =>
      db.read(ctx, (tx) => readTask(tx, params.taskId, workerOf(session))),
    ),
    handle(routes.take, ({ ctx, body, session }) =>
      db.write(ctx, (tx) => takeTasks(tx, body.taskIds, workerOf(session))),
    ),
    handle(routes.putBack, ({ ctx, params, session }) =>
      db.write(ctx, async (tx) => {
        await putBackTask(tx, params.taskId, workerOf(session))
        return await readTask(tx, params.taskId, workerOf(session))
      }),
    ),
    handle(routes.colleagues, async ({ ctx }) => ({ items: await db.read(ctx, serviceStaff) })),
    handle(routes.handOver, ({ ctx, params, body, session }) =>
      db.write(ctx, async (tx) => {
        await handOverTask(tx, params.taskId, body.staffId, workerOf(session))
        return await readTask(tx, params.taskId, workerOf(session))
      }),
    ),
    handle(routes.ask, ({ ctx, params, body, session }) =>
      db.write(ctx, async (tx) => {
        await askBuyer(tx, params.taskId, body, workerOf(session))
        return await readTask(tx, params.taskId, workerOf(session))
      }),
    ),
    handle(routes.uploadPicture, async ({ ctx, params, body, session }) => {
      // Bounded by the route's limit; sharp needs the whole file to read its index.
      const bytes = Buffer.concat(await body.stream.toArray())
      return await addProof(platform, ctx, params.taskId, bytes, workerOf(session))
    }),
    handle(routes.picture, ({ ctx, params }) => db.read(ctx, (tx) => proofOfTask(tx, params.taskId, params.pictureId))),
    handle(routes.finish, ({ params, body, session, once }) =>
      once(async (tx) => {
        await finishTask(tx, params.taskId, body, workerOf(session))
        return await readTask(tx, params.taskId, workerOf(session))
      }),
    ),
    handle(routes.reject, ({ params, body, session, once }) =>
      once(async (tx) => {
        await rejectTask(tx, params.taskId, body.reason, workerOf(session))
        return await readTask(tx, params.taskId, workerOf(session))
      }),
    ),
  ]
}

function rules({ db }: Platform) {
  return [
    handle(routes.rules, ({ ctx }) => db.read(ctx, listRules)),
    handle(routes.saveRules, async ({ ctx, params, body, session }) => {
      await db.write(ctx, (tx) => saveRules(tx, params.skuId, body, session.name))
      return OK
    }),
    handle(mallServiceRoutes.promise, ({ ctx, params }) => db.read(ctx, (tx) => readPromise(tx, params.skuId))),
  ]
}

function mall(platform: Platform) {
  const { db } = platform
  return [
    handle(mallServiceRoutes.answer, async (request) => {
      const { ctx, params, body } = request
      const view = await ownOrder(platform, request, params.no as OrderNo)
      const answer = await checkedAnswer(platform, ctx.tenantId, view, params.lineNo, body)
      await db.write(ctx, (tx) => answerTask(tx, view.no, params.lineNo, answer))
      return OK
    }),
    handle(mallServiceRoutes.cancel, async (request) => {
      const view = await ownOrder(platform, request, request.params.no as OrderNo)
      await db.write(request.ctx, (tx) => cancelTask(tx, view.no, request.params.lineNo))
      return OK
    }),
    handle(mallServiceRoutes.picture, async (request) => {
      const view = await ownOrder(platform, request, request.params.no as OrderNo)
      return await db.read(request.ctx, (tx) => proofOfOrder(tx, view.no, request.params.pictureId))
    }),
  ]
}
