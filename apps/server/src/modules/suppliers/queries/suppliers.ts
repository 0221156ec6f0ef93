import {
  commonErrors,
  type FormField,
  type productView,
  type purchaseDetail,
  type purchaseView,
  type skuSupplyView,
  type supplierDetail,
  type supplierKindView,
  type supplierView,
} from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'
import { callbackUrlOf, openSupplierSecrets, readSupplierRow, type SentBy, type SupplierAdapters } from '../accounts.ts'
import { templateChanges } from '../checks/template-changes.ts'
import { choose, type Sources } from '../choice.ts'
import { newestVersions, ownAdapter } from '../profiles/own.ts'
import { TAKEN_BACK } from '../quality/read-quality.ts'
import type { SupplierAdapter } from '../supplier.ts'

type SupplierView = z.output<typeof supplierView>
type SupplierDetail = z.output<typeof supplierDetail>
type ProductView = z.output<typeof productView>
type PurchaseView = z.output<typeof purchaseView>
type PurchaseDetail = z.output<typeof purchaseDetail>
type SkuSupplyView = z.output<typeof skuSupplyView>
type Dated<T, K extends keyof T> = Omit<T, K> & { readonly [Key in K]: Date | (null extends T[Key] ? null : never) }

const OPEN_STATES = sql`('planned', 'sending', 'accepted', 'unknown')`
const iso = (date: Date | null): string | null => date?.toISOString() ?? null

/** How the last 200 purchases of a week went; `where` says whose. */
const qualityOf = (tenantId: TenantId, where: RawBuilder<unknown>) => sql`
  select jsonb_build_object(
    'tries', count(*),
    'arrived', count(*) filter (where x.state = 'done'),
    'p50', percentile_cont(0.5) within group (order by x.seconds) filter (where x.state = 'done'),
    'p95', percentile_cont(0.95) within group (order by x.seconds) filter (where x.state = 'done')
  )
  from (
    select c.state, extract(epoch from c.ended_at - c.sent_at)::double precision as seconds
    from suppliers.purchases c
    where c.tenant_id = ${tenantId}
      and ${where}
      and c.ended_at > now() - interval '7 days'
      and c.sent_at is not null
      and c.purpose <> 'offered'
      -- What it took back at our asking says nothing about it.
      and not (c.state = 'refused' and c.cancel_state is not distinct from 'cancelled')
    order by c.ended_at desc
    limit 200
  ) x
`

/** The interfaces that are spoken, the shop's own profiles first. */
export async function supplierKinds(
  tx: ReadTx,
  adapters: SupplierAdapters,
): Promise<readonly z.output<typeof supplierKindView>[]> {
  const own = (await newestVersions(tx)).map((version) => ownAdapter(tx.ctx.tenantId, version))
  return [...own, ...adapters.values()].map((adapter) => ({
    own: own.includes(adapter),
    byHand: adapter.byHand ?? false,
    adapter: adapter.id,
    name: adapter.name,
    defaultBaseUrl: adapter.baseUrl,
    identityName: adapter.identityName,
    fields: adapter.fields.map(fieldView),
    capabilities: adapter.capabilities,
    perMinute: adapter.perMinute,
    concurrent: adapter.concurrent,
  }))
}

const fieldView = ({ key, name, hint, secret, required, multiline, choices }: SupplierAdapter['fields'][number]) => ({
  key,
  name,
  hint: hint ?? null,
  secret,
  required,
  multiline: multiline ?? false,
  choices: [...(choices ?? [])],
})

type SupplierQuery = PageQuery & { readonly q?: string | undefined; readonly state?: readonly string[] | undefined }

export async function listSuppliers(tx: ReadTx, adapters: SupplierAdapters, query: SupplierQuery) {
  const { tenantId } = tx.ctx
  const condition = allOf(
    sql`s.tenant_id = ${tenantId}`,
    query.state === undefined ? sql`s.state <> 'archived'` : sql`s.state = any(${query.state}::text[])`,
    query.q !== undefined && sql`s.name ilike ${containing(query.q)}`,
  )
  const items = await supplierRows(
    tx,
    adapters,
    condition,
    sql`${orderBy(query.sort, SUPPLIER_SORTS, 'name', sql`s.id`)} ${limitOf(query)}`,
  )
  const counted = await sql<{ total: number }>`
    select count(*) as total from suppliers.suppliers s where ${condition}
  `.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}
const SUPPLIER_SORTS = {
  name: sql`s.name`,
  balance: sql`s.balance_hao`,
  openPurchases: sql`"openPurchases"`,
  createdAt: sql`s.created_at`,
}

async function supplierRows(
  tx: ReadTx,
  adapters: SupplierAdapters,
  condition: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
): Promise<SupplierView[]> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<
    Dated<Omit<SupplierView, 'adapterName' | 'isLow' | 'profile'>, 'openUntil' | 'balanceAt' | 'syncedAt'> & {
      own: { id: number; version: number; latest: number; zh: string; en: string } | null
    }
  >`
    select s.id, s.name, s.adapter, s.state, s.failures, s.concurrent, s.per_minute as "perMinute",
      case when s.breaker = 'open' and s.open_until <= now() then 'half_open' else s.breaker end as breaker,
      case when s.breaker = 'open' then s.open_until end as "openUntil",
      s.balance_hao as "balanceHao", s.balance_at as "balanceAt", s.balance_alarm_fen as "balanceAlarmFen",
      s.synced_at as "syncedAt", s.sync_error as "syncError",
      (
        select jsonb_build_object('id', f.id, 'version', s.profile_version, 'latest', f.latest, 'zh', f.name_zh, 'en', f.name_en)
        from suppliers.profiles f
        where f.tenant_id = ${tenantId} and f.id = s.profile_id
      ) as own,
      (
        select count(*) from suppliers.products p
        where p.tenant_id = ${tenantId} and p.supplier_id = s.id and p.on_sale
      ) as products,
      (
        select count(*) from suppliers.purchases p
        where p.tenant_id = ${tenantId} and p.supplier_id = s.id and p.state in ${OPEN_STATES}
      ) as "openPurchases",
      (${qualityOf(tenantId, sql`c.supplier_id = s.id`)}) as quality
    from suppliers.suppliers s
    where ${condition}
    ${rest}
  `.execute(tx.db)
  return rows.map(({ own, ...row }) => ({
    ...row,
    openUntil: iso(row.openUntil),
    balanceAt: iso(row.balanceAt),
    syncedAt: iso(row.syncedAt),
    adapterName: own
      ? { zh: own.zh, en: own.en }
      : (adapters.get(row.adapter)?.name ?? { zh: row.adapter, en: row.adapter }),
    profile: own && { id: own.id, version: own.version, latest: own.latest },
    isLow: row.balanceHao !== null && row.balanceAlarmFen !== null && row.balanceHao < row.balanceAlarmFen * 100,
  }))
}

/** @throws common.not_found */
export async function readSupplier(
  tx: ReadTx,
  deps: { readonly crypto: Parameters<typeof openSupplierSecrets>[0]['crypto']; readonly publicUrl: string },
  adapters: SupplierAdapters,
  supplierId: number,
): Promise<SupplierDetail> {
  const { tenantId } = tx.ctx
  const [view] = await supplierRows(tx, adapters, sql`s.tenant_id = ${tenantId} and s.id = ${supplierId}`, sql``)
  const row = await readSupplierRow(tx, supplierId)
  if (!view || !row) throw commonErrors.notFound()
  const { rows } = await sql<{ contact: string; note: string }>`
    select contact, note from suppliers.suppliers where tenant_id = ${tenantId} and id = ${supplierId}
  `.execute(tx.db)
  const kind = row.own ? ownAdapter(tenantId, row.own) : adapters.get(row.adapter)
  const secrets = row.secret_sealed ? await openSupplierSecrets(deps, tenantId, supplierId, row.secret_sealed) : {}
  return {
    ...view,
    baseUrl: row.base_url,
    identity: row.identity,
    identityName: kind?.identityName ?? { zh: '账号', en: 'Account' },
    fields: (kind?.fields ?? []).map((field) => ({
      ...fieldView(field),
      value: field.secret ? '' : (row.settings[field.key] ?? ''),
      isStored: field.secret ? field.key in secrets : field.key in row.settings,
    })),
    capabilities: kind?.capabilities ?? NOTHING,
    callbackUrl: callbackUrlOf(deps.publicUrl, row.slug, supplierId),
    contact: rows[0]?.contact ?? '',
    note: rows[0]?.note ?? '',
  }
}
/** Of an interface that this version does not speak. */
const NOTHING: SupplierAdapter['capabilities'] = {
  products: false,
  stock: false,
  templates: false,
  cancel: false,
  callback: false,
  balance: false,
  statement: false,
  priceGuard: false,
  accountCheck: false,
  cardState: false,
}

type ProductQuery = PageQuery & {
  readonly q?: string | undefined
  readonly supplierId?: number | undefined
  readonly kind?: readonly string[] | undefined
  readonly onSale?: 'true' | 'false' | undefined
  readonly mapped?: 'true' | 'false' | undefined
}
const PRODUCT_SORTS = { cost: sql`p.cost_hao`, name: sql`p.name`, stock: sql`p.stock`, toldAt: sql`p.told_at` }

export async function listProducts(tx: ReadTx, query: ProductQuery) {
  const { tenantId } = tx.ctx
  const isMapped = sql`exists (
    select from suppliers.offers o where o.tenant_id = ${tenantId} and o.product_id = p.id
  )`
  const condition = allOf(
    sql`p.tenant_id = ${tenantId}`,
    sql`s.state <> 'archived'`,
    query.supplierId !== undefined && sql`p.supplier_id = ${query.supplierId}`,
    query.kind !== undefined && sql`p.kind = any(${query.kind}::text[])`,
    query.onSale !== undefined && sql`p.on_sale = ${query.onSale === 'true'}`,
    query.mapped !== undefined && (query.mapped === 'true' ? isMapped : sql`not ${isMapped}`),
    query.q !== undefined && sql`(p.name ilike ${containing(query.q)} or p.remote_id = ${query.q})`,
  )
  const items = await productRows(
    tx,
    condition,
    sql`${orderBy(query.sort, PRODUCT_SORTS, 'cost', sql`p.id`)} ${limitOf(query)}`,
  )
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from suppliers.products p
    join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
    where ${condition}
  `.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

async function productRows(
  tx: ReadTx,
  condition: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
): Promise<(ProductView & Pick<SkuSupplyView['offers'][number], 'fields'>)[]> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Dated<ProductView, 'toldAt'> & Pick<SkuSupplyView['offers'][number], 'fields'>>`
    select p.id, p.supplier_id as "supplierId", s.name as supplier, p.remote_id as "remoteId", p.name, p.kind,
      p.face_hao as "faceHao", p.cost_hao as "costHao", p.currency, p.stock, p.min_quantity as "minQuantity",
      p.max_quantity as "maxQuantity", p.on_sale as "onSale", p.told_at as "toldAt", p.fields,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', k.id, 'goodsTitle', g.title, 'skuTitle', k.title) order by k.id)
        from suppliers.offers o
        join catalog.skus k on k.tenant_id = o.tenant_id and k.id = o.sku_id
        join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
        where o.tenant_id = ${tenantId}
          and o.product_id = p.id
      ), '[]') as skus
    from suppliers.products p
    join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
    where ${condition}
    ${rest}
  `.execute(tx.db)
  return rows.map((row) => ({ ...row, toldAt: row.toldAt.toISOString() }))
}

/** @throws common.not_found */
export async function readProduct(tx: ReadTx, productId: number) {
  const [product] = await productRows(tx, sql`p.tenant_id = ${tx.ctx.tenantId} and p.id = ${productId}`, sql``)
  if (!product) throw commonErrors.notFound()
  return product
}

/** Those of the products of which nobody has asked yet what their buyer has to fill. */
export async function productsWithoutFields(tx: ReadTx, productIds: readonly number[]): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    select id
    from suppliers.products
    where tenant_id = ${tx.ctx.tenantId}
      and id = any (${productIds}::bigint[])
      and fields is null
  `.execute(tx.db)
  return rows.map(({ id }) => id)
}

export async function productHistory(tx: ReadTx, productId: number, query: PageQuery) {
  const condition = sql`c.tenant_id = ${tx.ctx.tenantId} and c.product_id = ${productId}`
  const { rows } = await sql<{ id: number; costHao: number; onSale: boolean; at: Date }>`
    select c.id, c.cost_hao as "costHao", c.on_sale as "onSale", c.at
    from suppliers.product_changes c
    where ${condition}
    order by c.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total from suppliers.product_changes c where ${condition}
  `.execute(tx.db)
  return {
    items: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** The sources of SKUs as the choice sees them. */
export async function sourcesOf(tx: ReadTx, skuIds: readonly number[]): Promise<readonly Sources[]> {
  const { rows } = await sql<{ sources: readonly Sources[] }>`
    select suppliers.candidates(${tx.ctx.tenantId}::bigint, ${skuIds}::bigint[]) as sources
  `.execute(tx.db)
  return rows[0]?.sources ?? []
}

/** @throws common.not_found */
export async function readSkuSupply(tx: ReadTx, skuId: number): Promise<SkuSupplyView> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Omit<SkuSupplyView, 'policy' | 'leastMarginFen' | 'offers' | 'preview'>>`
    select s.id as "skuId", g.id as "goodsId", g.title as "goodsTitle", s.title as "skuTitle", s.price_fen as "priceFen",
      g.form_fields as "formFields", s.kind, s.source, coalesce((
        select greatest(a.balance - a.held_out, 0)
        from ledger.accounts a
        where a.tenant_id = ${tenantId}
          and a.kind = 'stock.available'
          and a.ref = s.id::text
          and a.unit = 'piece'
      ), 0) as "ownPieces", coalesce((
        select r.account_check from suppliers.routes r where r.tenant_id = ${tenantId} and r.sku_id = s.id
      ), 'advise') as "accountCheck"
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = ${tenantId}
      and s.id = ${skuId}
      and s.removed_at is null
  `.execute(tx.db)
  const [sku] = rows
  if (!sku) throw commonErrors.notFound()
  const [sources] = await sourcesOf(tx, [skuId])
  const candidates = sources?.candidates ?? []
  const fields = new Map(
    (
      await sql<{ id: number; fields: SkuSupplyView['offers'][number]['fields']; mapped: FormField[] | null }>`
        select p.id, p.fields, o.template as mapped
        from suppliers.products p
        join suppliers.offers o on o.tenant_id = p.tenant_id and o.product_id = p.id and o.sku_id = ${skuId}
        where p.tenant_id = ${tenantId}
          and p.id = any (${candidates.map(({ productId }) => productId)}::bigint[])
      `.execute(tx.db)
    ).rows.map((row) => [row.id, row]),
  )
  const choice = choose(sources ?? { skuId, policy: 'cheapest', source: 'own', leastMarginFen: 0, candidates: [] }, {
    skuKind: sku.kind,
    quantity: 1,
    unitPriceFen: sku.priceFen,
    unitPoints: 0,
    // As if the buyer had filled in everything that is asked for.
    form: Object.fromEntries(sku.formFields.map(({ key }) => [key, 'x'])),
    refused: [],
  })
  return {
    ...sku,
    policy: sources?.policy ?? 'cheapest',
    leastMarginFen: sources === undefined ? 0 : sources.leastMarginFen,
    offers: candidates.map((candidate) => ({
      id: candidate.offerId,
      productId: candidate.productId,
      product: candidate.product,
      supplierId: candidate.supplierId,
      supplier: candidate.supplier,
      supplierState: candidate.supplierState,
      breaker: candidate.breaker,
      costHao: candidate.costHao,
      currency: candidate.currency,
      stock: candidate.stock,
      onSale: candidate.onSale,
      position: candidate.position,
      weight: candidate.weight,
      enabled: candidate.enabled,
      fieldMap: { ...candidate.fieldMap },
      fields: fields.get(candidate.productId)?.fields ?? null,
      templateChanges: templateChanges(
        fields.get(candidate.productId)?.mapped ?? null,
        fields.get(candidate.productId)?.fields ?? null,
      ),
      quality: { tries: candidate.tries, arrived: candidate.arrived, p50: candidate.p50, p95: candidate.p95 },
    })),
    preview: choice.judged.map(({ offerId, supplier, costHao, passedOver, waitSeconds, share, score }) => ({
      offerId,
      supplier,
      costHao,
      passedOver,
      waitSeconds,
      share,
      score,
    })),
  }
}

type PurchaseQuery = PageQuery & {
  readonly q?: string | undefined
  readonly state?: readonly string[] | undefined
  readonly supplierId?: number | undefined
  readonly orderNo?: number | undefined
  readonly restockId?: number | undefined
  readonly productId?: number | undefined
  readonly sentFrom?: string | undefined
  readonly sentTo?: string | undefined
  readonly about?: readonly string[] | undefined
  readonly wasUnknown?: boolean | undefined
  readonly hasArrived?: boolean | undefined
  readonly takenBack?: boolean | undefined
  readonly hasBad?: boolean | undefined
}

export async function listPurchases(tx: ReadTx, query: PurchaseQuery) {
  const condition = allOf(
    sql`p.tenant_id = ${tx.ctx.tenantId}`,
    query.state !== undefined && sql`p.state = any(${query.state}::text[])`,
    query.supplierId !== undefined && sql`p.supplier_id = ${query.supplierId}`,
    query.orderNo !== undefined && sql`p.order_no = ${query.orderNo}`,
    query.restockId !== undefined && sql`p.restock_id = ${query.restockId}::bigint`,
    query.productId !== undefined && sql`p.product_id = ${query.productId}`,
    query.sentFrom !== undefined && sql`p.sent_at >= ${query.sentFrom}::date::timestamp at time zone 'Asia/Shanghai'`,
    query.sentTo !== undefined && sql`p.sent_at < (${query.sentTo}::date + 1)::timestamp at time zone 'Asia/Shanghai'`,
    query.about !== undefined && sql`coalesce(p.about, 'other') = any(${query.about}::text[])`,
    query.wasUnknown === true && sql`p.unknown_at is not null`,
    query.hasArrived === true && sql`p.state in ('done', 'partial') and p.arrived > 0`,
    query.takenBack !== undefined && sql`${TAKEN_BACK} = ${query.takenBack}`,
    query.hasBad === true && sql`p.bad > 0`,
    query.q !== undefined &&
      sql`(p.no = ${query.q} or p.remote_no = ${query.q} or p.order_no = ${/^\d{16}$/.test(query.q) ? Number(query.q) : null})`,
  )
  const items = await purchaseRows(tx, condition, sql`order by p.id desc ${limitOf(query)}`)
  const counted = await sql<{ total: number }>`
    select count(*) as total from suppliers.purchases p where ${condition}
  `.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

async function purchaseRows(
  tx: ReadTx,
  condition: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
): Promise<PurchaseView[]> {
  const { rows } = await sql<Dated<PurchaseView, 'dueAt' | 'createdAt' | 'sentAt' | 'endedAt'>>`
    select p.id, p.no, p.purpose, p.restock_id as "restockId", p.order_no as "orderNo", p.line_no as "lineNo", p.turn, p.supplier_id as "supplierId",
      s.name as supplier, p.product_id as "productId", r.name as product, p.quantity, p.arrived, p.bad, p.ceiling_hao as "ceilingHao",
      p.quoted_hao as "quotedHao", p.cost_fen as "costFen",
      suppliers.own_money(p.own_currency, p.own_hao, p.own_rate) -> 'own' as own, p.state, p.remote_no as "remoteNo", p.serial, p.asks,
      p.due_at as "dueAt", p.code, nullif(p.message, '') as message, p.about, p.created_at as "createdAt",
      p.sent_at as "sentAt", p.ended_at as "endedAt", p.decided_by as "decidedBy", p.decided_note as "decidedNote"
    from suppliers.purchases p
    join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
    join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
    where ${condition}
    ${rest}
  `.execute(tx.db)
  return rows.map((row) => ({
    ...row,
    dueAt: iso(row.dueAt),
    createdAt: row.createdAt.toISOString(),
    sentAt: iso(row.sentAt),
    endedAt: iso(row.endedAt),
  }))
}

/** @throws common.not_found */
export async function readPurchaseView(tx: ReadTx, purchaseId: number): Promise<PurchaseView> {
  const [view] = await purchaseRows(tx, sql`p.tenant_id = ${tx.ctx.tenantId} and p.id = ${purchaseId}`, sql``)
  if (!view) throw commonErrors.notFound()
  return view
}

/** @throws common.not_found */
export async function readPurchase(
  tx: ReadTx,
  purchaseId: number,
): Promise<Omit<PurchaseDetail, 'canCancel'> & { readonly sentBy: SentBy & { readonly supplierId: number } }> {
  const { tenantId } = tx.ctx
  const view = await readPurchaseView(tx, purchaseId)
  const { rows } = await sql<
    Pick<PurchaseDetail, 'fields'> & SentBy & CancelRow & { choice: Partial<PurchaseDetail['choice']> }
  >`
    select fields, choice, profile_id as "profileId", profile_version as "profileVersion", cancel_state as "cancelState",
      cancel_by as "cancelBy", cancel_note as "cancelNote", cancel_said as "cancelSaid", cancel_asked_at as "cancelAskedAt",
      cancel_answered_at as "cancelAnsweredAt"
    from suppliers.purchases
    where tenant_id = ${tenantId}
      and id = ${purchaseId}
  `.execute(tx.db)
  const [own] = rows
  const callbacks = await sql<{ id: number; verdict: string; body: string; receivedAt: Date }>`
    select id, verdict, body, received_at as "receivedAt"
    from suppliers.callbacks
    where tenant_id = ${tenantId}
      and no = ${view.no}
      and supplier_id = ${view.supplierId}
    order by id
    limit 100
  `.execute(tx.db)
  const cards = await sql<PurchaseDetail['cards'][number]>`
    select c.piece, c.outcome, c.card_id as "cardId", k.batch_id as "batchId", c.masked
    from suppliers.purchase_cards c
    left join vault.cards k on k.tenant_id = c.tenant_id and k.id = c.card_id
    where c.tenant_id = ${tenantId}
      and c.purchase_id = ${purchaseId}
    order by c.outcome = 'taken', c.piece
    limit 200
  `.execute(tx.db)
  return {
    ...view,
    cards: cards.rows,
    fields: own?.fields ?? {},
    choice: { policy: own?.choice.policy ?? null, candidates: own?.choice.candidates ?? [] },
    cancel: cancelOf(own),
    sentBy: {
      supplierId: view.supplierId,
      profileId: own?.profileId ?? null,
      profileVersion: own?.profileVersion ?? null,
    },
    callbacks: callbacks.rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() })),
  }
}

type CancelRow = {
  readonly cancelState: NonNullable<PurchaseDetail['cancel']>['state'] | null
  readonly cancelBy: string | null
  readonly cancelNote: string | null
  readonly cancelSaid: string | null
  readonly cancelAskedAt: Date | null
  readonly cancelAnsweredAt: Date | null
}
function cancelOf(row: CancelRow | undefined): PurchaseDetail['cancel'] {
  if (!row?.cancelState || !row.cancelAskedAt) return null
  return {
    state: row.cancelState,
    by: row.cancelBy ?? '',
    note: row.cancelNote ?? '',
    said: row.cancelSaid || null,
    askedAt: row.cancelAskedAt.toISOString(),
    answeredAt: iso(row.cancelAnsweredAt),
  }
}
