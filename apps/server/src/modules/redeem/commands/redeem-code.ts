import { hash } from 'node:crypto'
import { commonErrors, type mallRedeemRoutes, orderErrors, refusalOf } from '@quanshu/contract'
import { assert } from '@quanshu/kernel'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Idempotency, Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { offersOf } from '../../catalog/index.ts'
import {
  checkedForm,
  deviceHash,
  drawOrderNo,
  normaliseContact,
  type PlacingItem,
  type PlacingResult,
  queryPasswordHash,
  readViews,
  refuseForMembers,
  type SealedView,
  STOCK_BATCH,
} from '../../orders/index.ts'
import { getSettings } from '../../tenancy/index.ts'
import type { FoundCode } from '../queries/look.ts'

export type RedeemInput = z.output<typeof mallRedeemRoutes.redeem.body>
export type Redemption = {
  readonly session: Session
  readonly code: FoundCode
  readonly codeHash: Buffer
  readonly input: RedeemInput
  readonly idempotency: Idempotency
}
/** A `PlacingItem` but its lines: the batch says what is redeemed. See db/functions/redeem.sql. */
type RedeemItem = Omit<PlacingItem, 'lines' | 'payWith' | 'balanceFen' | 'channel'> & {
  readonly codeHash: string
  readonly form: RedeemInput['form']
}
export type Redeemer = (ctx: Ctx, redemption: Redemption) => Promise<SealedView>

const NUMBER_TRIES = 5

/**
 * Redeems a code: a use is counted and its order placed, paid and delivered, or nothing happens. The same
 * `Idempotency-Key` with the same request gives the same order again, as it is then.
 * @throws redeem.* and orders.* for everything a visitor can be told: used up, expired, sold out, form, contact
 */
export function createRedeemer(platform: Platform): Redeemer {
  const redeem = platform.batcher<RedeemItem, PlacingResult>({
    name: 'redeem.redeem',
    ...STOCK_BATCH,
    run: (tenantId, items) => platform.db.callHot<readonly PlacingResult[]>(tenantId, 'redeem.redeem', items),
  })
  return async (ctx, redemption) => {
    const item = await itemOf(platform, ctx, redemption)
    for (let turn = 0; turn < NUMBER_TRIES; turn += 1) {
      const result = await redeem(ctx.tenantId, { ...item, no: drawOrderNo(platform.clock.now()) })
      if ('view' in result) return result.view
      if ('repeat' in result) {
        if (!result.sameRequest) throw commonErrors.idempotencyKeyReused()
        const [view] = await readViews(platform, ctx.tenantId, [result.repeat])
        assert(view !== undefined, `order ${result.repeat} is repeated and cannot be read`)
        return view
      }
      if ('code' in result) throw refusalOf(result.code, result.params)
    }
    throw commonErrors.busy()
  }
}

async function itemOf(
  platform: Platform,
  { tenantId, ip }: Ctx,
  { session, code, codeHash, input, idempotency }: Redemption,
): Promise<Omit<RedeemItem, 'no'>> {
  const settings = await getSettings(platform, tenantId)
  const memberId = session.kind === 'member' ? session.memberId : null
  if (memberId === null) {
    if (!settings['orders.guestCheckout']) throw orderErrors.guestsNotAllowed()
    if (!input.queryPassword && settings['orders.queryPasswordRequired']) throw orderErrors.queryPasswordRequired()
  }
  const contact = normaliseContact(input.contact)
  const offers = await offersOf(platform, tenantId, [code.skuId])
  if (memberId === null) refuseForMembers(offers)
  const fields = offers.get(code.skuId)?.formFields ?? []
  const sealer = await platform.crypto.sealer(tenantId)
  return {
    codeHash: codeHash.toString('hex'),
    form: checkedForm(fields, { skuId: code.skuId, form: input.form }, input.locale),
    requestKey: hash('sha256', `${idempotency.scope}\n${idempotency.key}`, 'base64url'),
    requestHash: idempotency.fingerprint.toString('hex'),
    memberId,
    buyerKey: memberId === null ? `c:${contact}` : `m:${memberId}`,
    contact,
    locale: input.locale,
    queryHash: input.queryPassword ? queryPasswordHash(sealer, contact, input.queryPassword).toString('hex') : null,
    deviceHash: session.kind === 'staff' ? null : deviceHash(sealer, session.deviceId).toString('hex'),
    ip: ip ?? null,
    holdSeconds: settings['orders.holdMinutes'] * 60,
    capPerson: 0,
    capIp: 0,
    capDevice: 0,
  }
}
