import { deliveredAs } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { DeliveryContent, TextMessageTo } from '../../notify/index.ts'
import { openCodes, readViews, type SealedView, sealedOf } from '../../orders/index.ts'
import { getSettings, shopPrefix } from '../../tenancy/index.ts'

/** Codes in one mail per line; the page and its file have all of them. */
const CODES_MAILED_MAX = 50

/** What the delivery mails of orders say now; an order of which nothing is delivered (any more) is not in the answer. */
export async function deliveryContents(
  platform: Platform,
  tenantId: TenantId,
  nos: readonly OrderNo[],
): Promise<ReadonlyMap<number, DeliveryContent>> {
  const views = await readViews(platform, tenantId, nos, CODES_MAILED_MAX)
  const wishes = await wishesOf(platform, tenantId, views)
  const settings = await getSettings(platform, tenantId)
  const shop: Shop = {
    tenantId,
    name: settings['shop.name'],
    withCodes: ({ goodsId, skuId }) => {
      const wish = wishes.get(goodsId)
      if (wish?.bound.includes(skuId)) return false
      return wish?.byEmail ?? settings['delivery.emailCarries'] === 'codes'
    },
    url: `${platform.config.publicUrl}${await shopPrefix(platform, tenantId)}`,
  }
  const contents = await Promise.all(views.map((view) => contentOf(platform, shop, view)))
  return new Map(contents.flatMap((content) => (content ? [[content.orderNo, content] as const] : [])))
}

type Shop = {
  readonly tenantId: TenantId
  readonly name: string
  /** Whether a mail carries the codes themselves: whoever reads it may not be who may open them. */
  readonly withCodes: (line: { readonly goodsId: number; readonly skuId: number }) => boolean
  readonly url: string
}

async function contentOf(
  platform: Platform,
  { tenantId, name, withCodes: isCarried, url }: Shop,
  view: SealedView,
): Promise<DeliveryContent | undefined> {
  // What nobody activated until its end never arrived.
  const delivered = view.lines.filter((line) => line.state === 'delivered' && line.activation?.state !== 'lapsed')
  if (delivered.length === 0) return undefined
  return {
    shopName: name,
    orderNo: view.no,
    locale: view.locale,
    orderUrl: `${url}/orders/${view.no}`,
    deliveredAs: deliveredAs(delivered.map(({ kind }) => kind)),
    lines: await Promise.all(
      delivered.map(async (line) => {
        const withCodes = isCarried(line)
        const sealed = withCodes ? (line.codes ?? []) : []
        const opened = await openCodes(platform.crypto, tenantId, sealed.map(sealedOf))
        // A redeem code is given with the link that redeems it.
        const texts = opened.map((parts) =>
          line.kind === 'link' ? `${parts[0]} ${url}/redeem#${parts[0]}` : parts.join('----'),
        )
        return {
          lineNo: line.lineNo,
          kind: line.kind,
          title: [line.goodsTitle, line.skuTitle].filter(Boolean).join(' '),
          quantity: line.quantity,
          points: line.kind === 'points' ? line.creditPoints : null,
          codes: withCodes ? texts : null,
          moreCodes: withCodes ? line.deliveredQuantity - opened.length : 0,
        }
      }),
    ),
  }
}

type Wish = {
  readonly byEmail: boolean | null
  readonly bySms: boolean
  /** SKUs whose codes are kept to a member or a device. */
  readonly bound: readonly number[]
}

/** What the goods say about their codes in messages. */
async function wishesOf(
  { db }: Pick<Platform, 'db'>,
  tenantId: TenantId,
  views: readonly SealedView[],
): Promise<ReadonlyMap<number, Wish>> {
  const ctx: Ctx = { tenantId, actor: { kind: 'system', name: 'fulfilment' }, requestId: 'delivery', locale: 'zh-CN' }
  const goods = [...new Set(views.flatMap(({ lines }) => lines.map(({ goodsId }) => goodsId)))]
  const { rows } = await db.read(ctx, (tx) =>
    sql<Wish & { readonly id: number }>`
      select id, codes_by_email as "byEmail", codes_by_sms as "bySms",
        coalesce((
          select jsonb_agg(k.id)
          from catalog.skus k
          where k.tenant_id = ${tenantId}::bigint
            and k.goods_id = g.id
            and k.opened_by <> 'order'
        ), '[]') as bound
      from catalog.goods g
      where tenant_id = ${tenantId}::bigint
        and id = any (${goods}::bigint[])
    `.execute(tx.db),
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Longer ones do not fit a variable of an approved template, and would cost several messages. */
const CODES_TEXTED_MAX = 3
const CODES_CHARACTERS_MAX = 60
const PHONE = /^1[3-9]\d{9}$/

/**
 * Where an order's text and WeCom messages go now, and its codes when all of its goods allow that and all is delivered.
 * Undefined: there is no such order.
 * @param lineNos what is told of, where it is not all of the order
 */
export async function textMessageOf(
  platform: Platform,
  tenantId: TenantId,
  no: OrderNo,
  lineNos?: readonly number[],
): Promise<TextMessageTo | undefined> {
  const [view] = await readViews(platform, tenantId, [no], CODES_TEXTED_MAX + 1)
  if (!view) return undefined
  const wishes = await wishesOf(platform, tenantId, [view])
  const lines = lineNos ? view.lines.filter(({ lineNo }) => lineNos.includes(lineNo)) : view.lines
  const isAllowed =
    (lineNos !== undefined || view.state === 'delivered') &&
    lines.length > 0 &&
    lines.every((line) => line.state === 'delivered' && isTextable(wishes.get(line.goodsId), line.skuId)) &&
    lines.reduce((sum, line) => sum + line.deliveredQuantity, 0) <= CODES_TEXTED_MAX
  return {
    phone: PHONE.test(view.contact) ? view.contact : undefined,
    memberId: view.memberId,
    codes: isAllowed ? await shortCodes(platform, tenantId, lines) : undefined,
  }
}

const isTextable = (wish: Wish | undefined, skuId: number): boolean =>
  wish?.bySms === true && !wish.bound.includes(skuId)

async function shortCodes(
  platform: Platform,
  tenantId: TenantId,
  lines: SealedView['lines'],
): Promise<readonly string[] | undefined> {
  const opened = await openCodes(
    platform.crypto,
    tenantId,
    lines.flatMap((line) => (line.codes ?? []).map(sealedOf)),
  )
  const codes = opened.map((parts) => parts.join(' '))
  return codes.length > 0 && codes.join(' ').length <= CODES_CHARACTERS_MAX ? codes : undefined
}
