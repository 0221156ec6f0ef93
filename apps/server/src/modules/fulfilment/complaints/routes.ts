import { commonErrors, mallComplaintRoutes, complaintRoutes as routes } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { handle } from '../../../platform/http/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { xlsxReply } from '../../../platform/sheets/index.ts'
import { ownOrder } from '../own-order.ts'
import { addComplaintPicture } from './commands/add-picture.ts'
import { answerComplaint, complain } from './commands/complain.ts'
import { decideComplaint } from './commands/decide-complaint.ts'
import { removeComplaintRule, saveComplaintRule } from './commands/save-rule.ts'
import { complaintPicture, listComplaints, readComplaint, someComplaints } from './queries/complaints.ts'
import { listComplaintRules } from './queries/rules.ts'
import { complaintColumns } from './sheet.ts'

const OK = { ok: true } as const

/** @param kick there is a complaint to look at */
export const complaintRoutes = (platform: Platform, kick: () => void) => [
  ...mall(platform, kick),
  ...desk(platform, kick),
  ...rules(platform),
]

function mall(platform: Platform, kick: () => void) {
  const { db } = platform
  return [
    handle(mallComplaintRoutes.complain, async (request) => {
      const view = await ownOrder(platform, request, request.params.no as OrderNo)
      const answer = await db.write(request.ctx, (tx) => complain(tx, view.no, request.params.grantId, request.body))
      kick()
      return answer
    }),
    handle(mallComplaintRoutes.contest, async (request) => {
      const view = await ownOrder(platform, request, request.params.no as OrderNo)
      const { params, body } = request
      await db.write(request.ctx, (tx) => answerComplaint(tx, view.no, params.complaintId, 'contest', body.note))
      return OK
    }),
    handle(mallComplaintRoutes.withdraw, async (request) => {
      const view = await ownOrder(platform, request, request.params.no as OrderNo)
      const { params } = request
      await db.write(request.ctx, (tx) => answerComplaint(tx, view.no, params.complaintId, 'withdraw', ''))
      return OK
    }),
    handle(mallComplaintRoutes.uploadPicture, async (request) => {
      const view = await ownOrder(platform, request, request.params.no as OrderNo)
      // Bounded by the route's limit; sharp needs the whole file to read its index.
      const bytes = Buffer.concat(await request.body.stream.toArray())
      return await addComplaintPicture(platform, request.ctx, view.no, request.params.complaintId, bytes)
    }),
  ]
}

function desk(platform: Platform, kick: () => void) {
  const { db } = platform
  return [
    handle(routes.list, ({ ctx, query }) => db.read(ctx, (tx) => listComplaints(tx, query))),
    handle(routes.export, async ({ ctx, query }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'complaint.export', objectKind: 'complaint', objectId: '', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => someComplaints(tx, query, beforeId, count)))
      return xlsxReply('complaints', complaintColumns(ctx.locale), rows)
    }),
    handle(routes.get, ({ ctx, params, session }) =>
      readComplaint(platform, ctx, params.complaintId, session.permissions),
    ),
    handle(routes.picture, ({ ctx, params }) =>
      db.read(ctx, (tx) => complaintPicture(tx, params.complaintId, params.pictureId)),
    ),
    handle(routes.decide, async ({ ctx, params, body, session, once }) => {
      if (body.action === 'refund' && !session.permissions.has('orders.refund')) {
        throw commonErrors.forbidden({ permission: 'orders.refund' })
      }
      await once((tx) => decideComplaint(tx, params.complaintId, body, session))
      kick()
      return await readComplaint(platform, ctx, params.complaintId, session.permissions)
    }),
  ]
}

function rules({ db }: Platform) {
  return [
    handle(routes.rules, ({ ctx }) => db.read(ctx, listComplaintRules)),
    handle(routes.saveRule, async ({ ctx, body, session }) => {
      const { goodsId, ...rule } = body
      await db.write(ctx, (tx) => saveComplaintRule(tx, goodsId, rule, session.name))
      return OK
    }),
    handle(routes.removeRule, async ({ ctx, body }) => {
      await db.write(ctx, (tx) => removeComplaintRule(tx, body.goodsId))
      return OK
    }),
  ]
}
