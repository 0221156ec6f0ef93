import { createHash } from 'node:crypto'
import {
  commonErrors,
  type mallOrderRoutes,
  orderErrors,
  rechargeBonus,
  refusalOf,
  type Settings,
} from '@quanshu/contract'
import { assert, fenToYuan, type MemberId, type OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Idempotency } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { getSettings } from '../../tenancy/index.ts'
import { deviceHash } from '../access.ts'
import { drawOrderNo } from '../model.ts'
import { readViews, type SealedView } from '../queries/sealed-views.ts'

export type RechargeInput = z.output<typeof mallOrderRoutes.placeRecharge.body>
export type Recharger = {
  readonly ctx: Ctx
  readonly memberId: MemberId
  readonly deviceId: string
}

type Placed =
  | { readonly no: OrderNo; readonly totalFen: number }
  | { readonly repeat: OrderNo; readonly sameRequest: boolean }
  | { readonly numberTaken: true }
  | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

const NUMBER_TRIES = 5
/** As it stands in lists and files of the desk; the mall says it in its own words. */
const TITLE = { 'zh-CN': '余额充值', en: 'Balance recharge' } as const

/**
 * Places an order that puts money on the member's balance, with the bonus that the page showed. The same
 * `Idempotency-Key` with the same request gives the same order again.
 * @throws orders.recharge_off, orders.recharge_amount, orders.bonus_changed, orders.recharge_by_balance,
 * orders.too_many_unpaid, common.idempotency_key_reused
 */
export async function placeRecharge(
  platform: Platform,
  caller: Recharger,
  input: RechargeInput,
  idempotency: Idempotency,
): Promise<SealedView> {
  const { tenantId } = caller.ctx
  if (input.payWith === 'balance') throw orderErrors.rechargeByBalance()
  const settings = await getSettings(platform, tenantId)
  const requestKey = createHash('sha256').update(`${idempotency.scope}\n${idempotency.key}`).digest('base64url')
  // A repeat is answered whatever the rules are by now: what was placed was shown.
  const refusal = refusalBy(settings, input)
  if (refusal && !(await wasPlaced(platform, caller.ctx, requestKey))) throw refusal

  const sealer = await platform.crypto.sealer(tenantId)
  const item = {
    requestKey,
    requestHash: idempotency.fingerprint.toString('hex'),
    memberId: caller.memberId,
    locale: input.locale,
    deviceHash: deviceHash(sealer, caller.deviceId).toString('hex'),
    ip: caller.ctx.ip ?? null,
    holdSeconds: settings['orders.holdMinutes'] * 60,
    capPerson: settings['orders.unpaidMaxPerPerson'],
    capIp: settings['orders.unpaidMaxPerIp'],
    capDevice: settings['orders.unpaidMaxPerDevice'],
    payWith: input.payWith,
    title: TITLE[input.locale],
    amountFen: input.amountFen,
    creditFen: input.amountFen + input.bonusFen,
  }
  for (let turn = 0; turn < NUMBER_TRIES; turn += 1) {
    const no = drawOrderNo(platform.clock.now())
    const placed = await platform.db.call<Placed>(tenantId, 'orders.place_recharge', { ...item, no })
    if ('code' in placed) throw refusalOf(placed.code, placed.params)
    if ('numberTaken' in placed) continue
    if ('repeat' in placed && !placed.sameRequest) throw commonErrors.idempotencyKeyReused()
    const [view] = await readViews(platform, tenantId, ['repeat' in placed ? placed.repeat : placed.no])
    assert(view !== undefined, 'a recharge that was just placed cannot be read')
    return view
  }
  throw commonErrors.busy()
}

function refusalBy(settings: Settings, { amountFen, bonusFen }: RechargeInput) {
  if (!settings['recharge.enabled']) return orderErrors.rechargeOff()
  const { minFen, maxFen } = settings['recharge.limits']
  if (amountFen < minFen || amountFen > maxFen) {
    return orderErrors.rechargeAmount({ minYuan: fenToYuan(minFen), maxYuan: fenToYuan(maxFen) })
  }
  const now = rechargeBonus(settings['recharge.rules'], amountFen)
  return now === bonusFen ? undefined : orderErrors.bonusChanged({ bonusFen: now, bonusYuan: fenToYuan(now) })
}

async function wasPlaced(platform: Platform, ctx: Ctx, requestKey: string): Promise<boolean> {
  const { rows } = await platform.db.read(ctx, (tx) =>
    sql`
      select from orders.orders
      where tenant_id = ${ctx.tenantId}::bigint
        and request_key = ${requestKey}
    `.execute(tx.db),
  )
  return rows.length > 0
}
