import { randomUUID } from 'node:crypto'
import {
  commonErrors,
  OFFERED_CODES_MAX,
  type OfferedCodes,
  type OfferedCodesForShop,
  workspaceErrors,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Ctx, ReadTx, Tx } from '../../../platform/db/index.ts'
import type { Upload } from '../../../platform/http/index.ts'
import { allOf, limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { sealBought } from '../../vault/index.ts'
import { cardsOf, deliveredBefore, linesOf, printOf } from '../commands/codes.ts'
import { type Own, supplierByHand } from '../own.ts'

type Query = PageQuery & { readonly state?: readonly string[] | undefined }
type Raw = Omit<OfferedCodesForShop, 'validTo' | 'offeredAt' | 'decidedAt'> & {
  readonly supplierId: number
  readonly validTo: Date | null
  readonly offeredAt: Date
  readonly decidedAt: Date | null
}

/** Batches of one supplier that wait at a time. */
const WAITING_MAX = 20
export const offeredCodesPlace = (sealedAs: string) => ({
  table: 'suppliers.offered_codes',
  column: 'codes',
  row: sealedAs,
})

type Given = { readonly productId: number; readonly validTo?: string | undefined; readonly note: string }

/**
 * Offers codes that nobody ordered. They are read and checked as delivered ones are, sealed before anything is written, and shown to nobody
 * again; until the shop has decided they are no stock of anybody.
 * @throws workspace.offer_not_codes, offer_without_codes, offer_expired, too_many_offers, offer_too_many, codes_invalid, codes_twice,
 *   codes_known; vault.file_…; common.not_found
 */
export async function offerCodes(
  { db, crypto, clock }: Pick<Platform, 'db' | 'crypto' | 'clock'>,
  ctx: Ctx,
  ownOf: (tx: ReadTx) => Promise<Own>,
  { productId, validTo, note }: Given,
  body: Pick<Upload, 'stream' | 'fileName'>,
  by: string,
): Promise<OfferedCodes> {
  await db.read(ctx, async (tx) => productOf(tx, await ownOf(tx), productId))
  if (validTo !== undefined && Date.parse(validTo) <= clock.now().getTime()) throw workspaceErrors.offerExpired()
  const cards = await cardsOf(body, OFFERED_CODES_MAX, () => workspaceErrors.offerTooMany({ max: OFFERED_CODES_MAX }))
  if (cards.length === 0) throw workspaceErrors.offerWithoutCodes()
  const sealer = await crypto.sealer(ctx.tenantId)
  const fingerprints = cards.map((card) => printOf(sealer, card))
  const sealedAs = randomUUID()
  const sealed = sealer.seal(offeredCodesPlace(sealedAs), JSON.stringify(cards.map(({ parts }) => parts)))
  return await db.write(ctx, async (tx) => {
    const own = await ownOf(tx)
    const { name, costHao } = await productOf(tx, own, productId)
    const known = await deliveredBefore(tx, own, fingerprints)
    if (known.length > 0) throw workspaceErrors.codesKnown({ lines: linesOf(known.map((n) => cards[n - 1])) })
    await sql`
      select from suppliers.suppliers where tenant_id = ${ctx.tenantId}::bigint and id = ${own.supplierId}::bigint for no key update
    `.execute(tx.db)
    const { rows: open } = await sql<{ count: number }>`
      select count(*) as count
      from suppliers.offered_codes
      where tenant_id = ${ctx.tenantId}::bigint
        and supplier_id = ${own.supplierId}::bigint
        and state = 'offered'
    `.execute(tx.db)
    if ((open[0]?.count ?? 0) >= WAITING_MAX) throw workspaceErrors.tooManyOffers({ max: WAITING_MAX })
    const { rows } = await sql<{ id: number }>`
      insert into suppliers.offered_codes (
        tenant_id, supplier_id, product_id, pieces, cost_hao, valid_to, note, sealed_as, codes_sealed, offered_by
      )
      values (
        ${ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${productId}::bigint, ${cards.length}::integer, ${costHao}::bigint,
        ${validTo ?? null}::timestamptz, ${note}, ${sealedAs}, ${sealed}::bytea, ${by}
      )
      returning id
    `.execute(tx.db)
    const id = rows[0]?.id ?? 0
    tx.audit({
      action: 'supply_codes.offer',
      objectKind: 'supplier',
      objectId: own.supplierId,
      detail: { offeredId: id, productId, pieces: cards.length, costHao },
    })
    tx.emit({
      type: 'supply.offered',
      subject: `supplier:${own.supplierId}`,
      payload: {
        supplierId: own.supplierId,
        supplier: own.name,
        what: 'codes',
        title: `${name} × ${cards.length}`,
        page: 'inbox',
      },
    })
    return ownView(await one(tx, id))
  })
}

async function productOf(tx: ReadTx, own: Own, productId: number): Promise<{ name: string; costHao: number }> {
  const { rows } = await sql<{ name: string; kind: string; costHao: number }>`
    select name, kind, cost_hao as "costHao"
    from suppliers.products
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${own.supplierId}::bigint
      and id = ${productId}::bigint
  `.execute(tx.db)
  const [product] = rows
  if (!product) throw commonErrors.notFound()
  if (product.kind === 'direct') throw workspaceErrors.offerNotCodes({ product: product.name })
  return product
}

/** What one supplier offered, as its own people see it. */
export async function listOwnOffers(tx: ReadTx, { supplierId }: Own, query: Query) {
  const { items, ...rest } = await page(tx, supplierId, query)
  return { ...rest, items: items.map(ownView) }
}

/** The same for the shop. @throws common.not_found, workspace.not_by_hand */
export async function listOffersForShop(tx: ReadTx, supplierId: number, query: Query) {
  await supplierByHand(tx, supplierId)
  const { items, ...rest } = await page(tx, supplierId, query)
  return { ...rest, items: items.map(shopView) }
}

async function page(tx: ReadTx, supplierId: number, query: Query) {
  const where = allOf(
    sql`o.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`o.supplier_id = ${supplierId}::bigint`,
    query.state && sql`o.state = any (${query.state}::text[])`,
  )
  const rows = await read(tx, where, sql`order by (o.state = 'offered') desc, o.id desc ${limitOf(query)}`)
  return { items: rows, total: rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

async function read(tx: ReadTx, where: RawBuilder<unknown>, rest: RawBuilder<unknown>) {
  const { rows } = await sql<Raw & { readonly total: number }>`
    select o.id, o.supplier_id as "supplierId", o.product_id as "productId", r.remote_id as "remoteId", r.name as product, o.pieces,
      o.cost_hao as "costHao", o.valid_to as "validTo", o.note, o.state, o.offered_by as "offeredBy", o.offered_at as "offeredAt",
      o.decided_by as "decidedBy", o.decided_at as "decidedAt", o.reason, o.sku_id as "skuId", o.purchase_id as "purchaseId",
      p.arrived as taken, p.bad, p.cost_fen as "costFen", count(*) over () as total,
      (
        select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'title', concat_ws(' ', g.title, nullif(k.title, ''))) order by k.id), '[]')
        from suppliers.offers f
        join catalog.skus k on k.tenant_id = f.tenant_id and k.id = f.sku_id and k.removed_at is null and catalog.reserve_of(k.kind) = 'shelf'
        join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
        where f.tenant_id = o.tenant_id
          and f.product_id = o.product_id
      ) as skus
    from suppliers.offered_codes o
    join suppliers.products r on r.tenant_id = o.tenant_id and r.id = o.product_id
    left join suppliers.purchases p on p.tenant_id = o.tenant_id and p.id = o.purchase_id
    where ${where}
    ${rest}
  `.execute(tx.db)
  return rows
}

async function one(tx: ReadTx, offeredId: number): Promise<Raw> {
  const [row] = await read(tx, sql`o.tenant_id = ${tx.ctx.tenantId}::bigint and o.id = ${offeredId}::bigint`, sql``)
  if (!row) throw commonErrors.notFound()
  return row
}

function ownView(row: Raw): OfferedCodes {
  const { id, productId, remoteId, product, pieces, costHao, note, state, offeredBy, reason, taken, bad, costFen } = row
  return {
    id,
    productId,
    remoteId,
    product,
    pieces,
    costHao,
    validTo: row.validTo?.toISOString() ?? null,
    note,
    state,
    offeredBy,
    offeredAt: row.offeredAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    reason,
    taken,
    bad,
    costFen,
  }
}

const shopView = (row: Raw): OfferedCodesForShop => ({
  ...ownView(row),
  decidedBy: row.decidedBy,
  skuId: row.skuId,
  purchaseId: row.purchaseId,
  skus: [...row.skus],
})

/** Nobody has decided yet: they are forgotten here. @throws workspace.offer_moved, common.not_found, also for another supplier's */
export async function withdrawCodes(tx: Tx, own: Own, offeredId: number, by: string): Promise<OfferedCodes> {
  const { supplierId } = await one(tx, offeredId)
  if (supplierId !== own.supplierId) throw commonErrors.notFound()
  await close(tx, offeredId, 'withdrawn', by, '')
  tx.audit({ action: 'supply_codes.withdraw', objectKind: 'supplier', objectId: supplierId, detail: { offeredId } })
  return ownView(await one(tx, offeredId))
}

/** The shop does not want them. @throws workspace.offer_moved, common.not_found */
export async function declineCodes(
  tx: Tx,
  offeredId: number,
  reason: string,
  by: string,
): Promise<OfferedCodesForShop> {
  const { supplierId } = await one(tx, offeredId)
  await close(tx, offeredId, 'declined', by, reason)
  tx.audit({
    action: 'supply_codes.decline',
    objectKind: 'supplier',
    objectId: supplierId,
    detail: { offeredId, reason },
  })
  return shopView(await one(tx, offeredId))
}

async function close(tx: Tx, offeredId: number, state: 'withdrawn' | 'declined', by: string, reason: string) {
  const { rows } = await sql`
    update suppliers.offered_codes
    set state = ${state},
        codes_sealed = null,
        decided_by = ${by},
        decided_at = now(),
        reason = ${reason}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${offeredId}::bigint
      and state = 'offered'
    returning id
  `.execute(tx.db)
  if (rows.length === 0) throw workspaceErrors.offerMoved()
}

export type Taking = {
  readonly skuId: number
  readonly pieces: number
  readonly costHao: number
  readonly reason: string
}

/**
 * Takes offered codes into stock, exactly those and at the price that was shown. They enter by the door of all bought codes: what the shop
 * has had before is left out and not paid, and what is taken is owed.
 * @throws workspace.offer_moved, offer_for_sku, common.not_found
 */
export async function takeCodes(
  platform: Pick<Platform, 'db' | 'crypto'>,
  ctx: Ctx,
  offeredId: number,
  { skuId, pieces, costHao, reason }: Taking,
  by: string,
): Promise<OfferedCodesForShop> {
  const { db, crypto } = platform
  const offered = await db.read(ctx, async (tx) => {
    const row = await one(tx, offeredId)
    await checkSku(tx, skuId)
    const { rows } = await sql<{ sealed: Buffer | null; sealedAs: string }>`
      select codes_sealed as sealed, sealed_as as "sealedAs"
      from suppliers.offered_codes
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${offeredId}::bigint
    `.execute(tx.db)
    return { ...row, sealed: rows[0]?.sealed ?? null, sealedAs: rows[0]?.sealedAs ?? '' }
  })
  if (!offered.sealed || offered.pieces !== pieces || offered.costHao !== costHao) throw workspaceErrors.offerMoved()
  const plain = await crypto.decrypt(ctx.tenantId, offeredCodesPlace(offered.sealedAs), offered.sealed)
  const validTo = offered.validTo?.toISOString() ?? null
  const codes = (JSON.parse(plain) as readonly (readonly string[])[]).map((parts) => ({
    number: '',
    secret: '',
    parts,
    validTo,
  }))
  const cards = await sealBought(platform, ctx.tenantId, codes)
  return await db.write(ctx, async (tx) => {
    await checkSku(tx, skuId)
    const { rows } = await sql<{ answer: Taken | null }>`
      select fulfilment.take_offered(
        ${ctx.tenantId}::bigint, ${offeredId}::bigint, ${skuId}::bigint, ${JSON.stringify(cards)}::jsonb, ${by}, ${reason}
      ) as answer
    `.execute(tx.db)
    const answer = rows[0]?.answer
    if (!answer) throw commonErrors.notFound()
    if (!answer.ok)
      throw answer.state === 'paper_ended' ? workspaceErrors.offerPaperEnded() : workspaceErrors.offerMoved()
    const { supplierId, taken, bad, costFen, purchaseId } = answer
    tx.emit({ type: 'stock.changed', subject: `sku:${skuId}`, payload: { skuId } })
    tx.audit({
      action: 'supply_codes.take',
      objectKind: 'supplier',
      objectId: supplierId,
      detail: { offeredId, skuId, taken, bad, costFen, purchaseId, reason },
    })
    return shopView(await one(tx, offeredId))
  })
}
type Taken =
  | { readonly ok: false; readonly state: string }
  | {
      readonly ok: true
      readonly taken: number
      readonly bad: number
      readonly costFen: number
      readonly purchaseId: number
      readonly supplierId: number
    }

/** Codes that are used once, for whoever buys next. */
async function checkSku(tx: ReadTx, skuId: number): Promise<void> {
  const { rows } = await sql<{ fits: boolean }>`
    select catalog.reserve_of(k.kind) = 'shelf' and k.removed_at is null and k.allocation <> 'loop' and k.pick = 'none' and k.uses_per_code = 1 as fits
    from catalog.skus k
    where k.tenant_id = ${tx.ctx.tenantId}::bigint
      and k.id = ${skuId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  if (!rows[0].fits) throw workspaceErrors.offerForSku()
}
