import { activationRoutes, commonErrors, errorMessage, mallActivationRoutes } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import { handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { offersOf } from '../../catalog/index.ts'
import { checkedForm, readOrderDetail, readViews, refuseOtherRepeat, type SealedView } from '../../orders/index.ts'
import type { AccountDesk } from '../accounts/check-account.ts'
import { ownOrder } from '../own-order.ts'
import { activate, returnUnactivated } from './activate.ts'
import { listActivations } from './list-activations.ts'

const OK = { ok: true } as const

export const activationDeskRoutes = (platform: Platform, accounts: AccountDesk) => [
  ...mall(platform, accounts),
  ...staffDesk(platform),
]

function mall(platform: Platform, accounts: AccountDesk) {
  const { db } = platform
  return [
    handle(mallActivationRoutes.fields, async (request) => {
      const line = lineOf(await ownOrder(platform, request, request.params.no as OrderNo), request.params.lineNo)
      return { formFields: [...(await fieldsOf(platform, request.ctx.tenantId, line.skuId))] }
    }),
    handle(mallActivationRoutes.activate, async (request) => {
      const { ctx, session, params, body } = request
      const no = params.no as OrderNo
      const view = await ownOrder(platform, request, no)
      const { skuId, activation } = lineOf(view, params.lineNo)
      const fields = await fieldsOf(platform, ctx.tenantId, skuId)
      const form = checkedForm(fields, { skuId, form: body.form }, view.locale)
      refuseOtherRepeat(fields, form, body.formAgain, view.locale)
      // Only what may still be activated is worth a question to a supplier.
      if (activation?.state === 'open') {
        const caller = { tenantId: ctx.tenantId, session, ip: ctx.ip, isBought: true } as const
        await accounts.refuseInvalid(caller, [{ skuId, form }], view.locale)
      }
      await db.write(ctx, (tx) => activate(tx, no, params.lineNo, form, { kind: 'buyer', name: 'buyer' }))
      return OK
    }),
    handle(mallActivationRoutes.giveBack, async (request) => {
      const no = request.params.no as OrderNo
      lineOf(await ownOrder(platform, request, no), request.params.lineNo)
      await db.write(request.ctx, (tx) => returnUnactivated(tx, no, request.params.lineNo))
      return OK
    }),
  ]
}

function staffDesk(platform: Platform) {
  const { db } = platform
  return [
    handle(activationRoutes.list, ({ ctx, query }) => db.read(ctx, (tx) => listActivations(tx, query))),
    handle(activationRoutes.fields, async ({ ctx, params }) => {
      const no = params.no as OrderNo
      const line = lineOf(await anyOrder(platform, ctx.tenantId, no), params.lineNo)
      const trouble = await db.call<string | null>(ctx.tenantId, 'fulfilment.activation_trouble', no, params.lineNo)
      return {
        formFields: [...(await fieldsOf(platform, ctx.tenantId, line.skuId))],
        trouble: trouble === null ? null : { code: trouble, message: errorMessage(trouble, {}, ctx.locale) },
        isDisputed: await db.call<boolean>(ctx.tenantId, 'fulfilment.money_disputed', no, params.lineNo),
      }
    }),
    handle(activationRoutes.activate, async ({ ctx, params, body, session }) => {
      const no = params.no as OrderNo
      const { skuId } = lineOf(await anyOrder(platform, ctx.tenantId, no), params.lineNo)
      const form = checkedForm(await fieldsOf(platform, ctx.tenantId, skuId), { skuId, form: body.form }, ctx.locale)
      const by = { kind: 'staff', name: session.name, reason: body.reason } as const
      await db.write(ctx, (tx) => activate(tx, no, params.lineNo, form, by))
      return await readOrderDetail(platform, ctx, no, session.permissions)
    }),
  ]
}

/** What the goods ask today: it may have changed since the right was bought, as what their supplier asks may have. */
async function fieldsOf(platform: Platform, tenantId: TenantId, skuId: number) {
  return (await offersOf(platform, tenantId, [skuId])).get(skuId)?.formFields ?? []
}

async function anyOrder(platform: Platform, tenantId: TenantId, no: OrderNo): Promise<SealedView> {
  const [view] = await readViews(platform, tenantId, [no], 0)
  if (!view) throw commonErrors.notFound()
  return view
}

/** @throws common.not_found, also for lines that were not bought to be activated later */
function lineOf({ lines }: SealedView, lineNo: number) {
  const line = lines.find((one) => one.lineNo === lineNo)
  if (!line || line.laterDays === null) throw commonErrors.notFound()
  return line
}
