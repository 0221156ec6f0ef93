import { accountRoutes, commonErrors, mallAccountRoutes, orderErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import { type Cookies, handle, type Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { offersOf } from '../../catalog/index.ts'
import { accessTo, readViews, refuseOtherRepeat, type SealedView } from '../../orders/index.ts'
import type { AccountDesk } from './check-account.ts'
import { checkedCorrection, correctAccount, giveUpAccount } from './correct-account.ts'
import { readLineAccount } from './line-account.ts'

const OK = { ok: true } as const

export const accountDeskRoutes = (platform: Platform, desk: AccountDesk) => [
  ...mall(platform, desk),
  ...staffDesk(platform),
]

function mall(platform: Platform, desk: AccountDesk) {
  const { db } = platform
  return [
    handle(mallAccountRoutes.check, async ({ ctx, session, params, body }) => {
      const caller = { tenantId: ctx.tenantId, session, ip: ctx.ip }
      const { verdict, nickname, field } = await desk.check(caller, { skuId: params.skuId, form: body.form })
      return { verdict, nickname, field: verdict === 'invalid' ? field : null }
    }),
    handle(mallAccountRoutes.correct, async (request) => {
      const { ctx, session, params, body } = request
      const { no, lineNo } = { no: params.no as OrderNo, lineNo: params.lineNo }
      const view = await ownOrder(platform, request, no)
      const line = lineOf(view, lineNo)
      const form = await checkedCorrection(platform, ctx.tenantId, line, body.form, view.locale)
      const fields = (await offersOf(platform, ctx.tenantId, [line.skuId])).get(line.skuId)?.formFields ?? []
      refuseOtherRepeat(fields, form, body.formAgain, view.locale)
      // Only what may still be corrected is worth a question to a supplier; who repeats it is told by the books.
      if (line.supply?.account) {
        const whole = { skuId: line.skuId, form: { ...line.form, ...form } }
        const caller = { tenantId: ctx.tenantId, session, ip: ctx.ip, isBought: true } as const
        await desk.refuseInvalid(caller, [whole], view.locale)
      }
      await db.write(ctx, (tx) => correctAccount(tx, no, lineNo, form, { kind: 'buyer', name: 'buyer' }))
      return OK
    }),
    handle(mallAccountRoutes.giveUp, async (request) => {
      const no = request.params.no as OrderNo
      await ownOrder(platform, request, no)
      await db.write(request.ctx, (tx) => giveUpAccount(tx, no, request.params.lineNo))
      return OK
    }),
  ]
}

function staffDesk(platform: Platform) {
  const { db } = platform
  return [
    handle(accountRoutes.read, ({ ctx, params }) =>
      db.read(ctx, (tx) => readLineAccount(tx, params.no as OrderNo, params.lineNo)),
    ),
    handle(accountRoutes.correct, async ({ ctx, session, params, body }) => {
      const no = params.no as OrderNo
      const [view] = await readViews(platform, ctx.tenantId, [no], 0)
      if (!view) throw commonErrors.notFound()
      const form = await checkedCorrection(platform, ctx.tenantId, lineOf(view, params.lineNo), body.form, ctx.locale)
      const by = { kind: 'staff', name: session.name, reason: body.reason } as const
      return await db.write(ctx, async (tx) => {
        await correctAccount(tx, no, params.lineNo, form, by)
        return await readLineAccount(tx, no, params.lineNo)
      })
    }),
  ]
}

/** @throws common.not_found */
function lineOf({ lines }: SealedView, lineNo: number) {
  const line = lines.find((one) => one.lineNo === lineNo)
  if (line?.kind !== 'topup') throw commonErrors.notFound()
  return line
}

type Asked = {
  readonly ctx: { readonly tenantId: TenantId }
  readonly session: Session
  readonly cookies: Cookies
}

/** The order of whoever asks: whose account is topped up is theirs to say, as codes are theirs to see. @throws orders.codes_locked, common.not_found */
async function ownOrder(platform: Platform, request: Asked, no: OrderNo): Promise<SealedView> {
  const [view] = await readViews(platform, request.ctx.tenantId, [no], 0)
  if (accessTo(await platform.crypto.sealer(request.ctx.tenantId), request, view) !== 'codes' || !view) {
    throw orderErrors.codesLocked()
  }
  return view
}
