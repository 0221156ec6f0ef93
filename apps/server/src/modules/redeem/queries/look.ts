import { type RedeemFace, type RedeemStanding, redeemErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type GoodsFace, goodsFaces, type Offer, offersOf, pictureRef } from '../../catalog/index.ts'
import { deviceHash } from '../../orders/index.ts'
import { getSettings } from '../../tenancy/index.ts'
import { standing } from './codes.ts'

export type FoundCode = {
  readonly id: number
  readonly skuId: number
  readonly quantity: number
  readonly uses: number
  readonly used: number
  readonly perPerson: number | null
  readonly standing: RedeemStanding
  readonly validFrom: Date | null
  readonly validTo: Date | null
  /** Null: not counted. */
  readonly free: number | null
  readonly waits: boolean
  readonly hasPoints: boolean
}

/** The code of this hash in this shop, and what of its goods is free. @throws redeem.unknown_code */
export async function findCode(tx: ReadTx, hash: Buffer): Promise<FoundCode> {
  const { rows } = await sql<FoundCode>`
    select c.id, b.sku_id as "skuId", b.quantity, c.uses, c.used, b.per_person as "perPerson", ${standing} as standing,
      b.valid_from as "validFrom", least(c.expires_at, b.valid_to) as "validTo", redeem.free(c.tenant_id, b.sku_id) as free,
      b.when_short = 'wait' as waits, exists (
        select from catalog.bundle_parts p where p.tenant_id = c.tenant_id and p.sku_id = b.sku_id and p.points is not null
      ) as "hasPoints"
    from redeem.codes c
    join redeem.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.code_hash = ${hash}::bytea`.execute(tx.db)
  const [code] = rows
  if (!code) throw redeemErrors.unknownCode()
  return code
}

export type Looker = { readonly session: Session; readonly prefix: string }

/** What the landing page shows of a code. */
export async function faceOf(
  platform: Platform,
  ctx: Ctx,
  code: FoundCode,
  { session, prefix }: Looker,
): Promise<RedeemFace> {
  const { tenantId } = ctx
  const [settings, offers] = await Promise.all([
    getSettings(platform, tenantId),
    offersOf(platform, tenantId, [code.skuId]),
  ])
  const offer = offers.get(code.skuId)
  if (!offer) throw new Error(`SKU ${code.skuId} of a redeem batch is not there`)
  const face = (await goodsFaces(platform, tenantId, [offer.goodsId])).get(offer.goodsId)
  return {
    standing: code.standing,
    goodsId: offer.goodsId,
    ...titlesOf(ctx, offer, face),
    pictureUrl: face?.cover ? pictureRef(face.cover, prefix).url : null,
    kind: offer.kind,
    quantity: code.quantity,
    validFrom: code.validFrom?.toISOString() ?? null,
    validTo: code.validTo?.toISOString() ?? null,
    uses: code.uses,
    usesLeft: Math.max(code.uses - code.used, 0),
    perPerson: code.perPerson,
    inStock: offer.sellable && (code.free === null || code.free >= code.quantity),
    waitsWhenShort: offer.sellable && code.waits && offer.kind !== 'service',
    membersOnly: code.hasPoints || offer.isForMembers,
    formFields: [...offer.formFields],
    guestsMay: settings['orders.guestCheckout'],
    queryPasswordRequired: settings['orders.queryPasswordRequired'],
    ownOrderNo: await ownOrder(platform, ctx, code.id, session),
  }
}

const titlesOf = ({ locale }: Ctx, offer: Offer, face: GoodsFace | undefined) => ({
  goodsTitle: (locale === 'en' && face?.titleEn) || offer.goodsTitle,
  skuTitle: offer.title,
})

/** A page that is opened again after redeeming leads to its order, and nobody else's does. */
async function ownOrder(platform: Platform, ctx: Ctx, codeId: number, session: Session): Promise<OrderNo | null> {
  if (session.kind === 'staff') return null
  const device = deviceHash(await platform.crypto.sealer(ctx.tenantId), session.deviceId)
  const mine =
    session.kind === 'member'
      ? sql`o.member_id = ${session.memberId}::bigint`
      : sql`o.member_id is null and o.device_hash = ${device}::bytea`
  const { rows } = await platform.db.read(ctx, (tx) =>
    sql<{ no: OrderNo }>`
      select o.no
      from redeem.uses u
      join orders.orders o on o.tenant_id = u.tenant_id and o.no = u.order_no
      where u.tenant_id = ${ctx.tenantId}::bigint
        and u.code_id = ${codeId}::bigint
        and u.taken_back_at is null
        and ${mine}
      order by u.use_no desc
      limit 1`.execute(tx.db),
  )
  return rows[0]?.no ?? null
}
