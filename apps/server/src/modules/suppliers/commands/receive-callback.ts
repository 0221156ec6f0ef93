import { hash } from 'node:crypto'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { storableText } from '../../../platform/db/index.ts'
import { createRateLimiter } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { counter } from '../../../platform/telemetry/index.ts'
import { type SupplierAccounts, systemCtx } from '../accounts.ts'
import { createFloodTally } from '../strays/flood-tally.ts'
import { queueLookUp } from '../strays/look-up.ts'
import type { CallbackAnswer, CallbackVerdict, RawCallback } from '../supplier.ts'
import { CHECK_REFUSED_TASK } from './check-refused.ts'

const callbacksTotal = counter('supplier_callbacks', 'Callbacks of suppliers by verdict')
const BODY_MAX = 4_096
/** Strangers may write so many of their own into a shop's books, no more; beyond it only the log and the counter know. */
const REFUSED_PER_MINUTE_MAX = 60
const REF_MAX = 64
/** Signed ones of a supplier that name nothing of ours; a busy supplier that names its own numbers alone stays far below. */
const STRANGE_PER_MINUTE_MAX = 300
/** What is told of one number on and on is heard, but as many texts of it prove as much as more; the desk shows no more either. */
const KEPT_PER_NUMBER_MAX = 100
/** Texts about products, which have no number. */
const KEPT_OF_PRODUCTS_PER_MINUTE_MAX = 60

export type ReceiveCallback = (
  tenantId: TenantId,
  supplierId: number,
  callback: RawCallback,
  ip: string,
) => Promise<CallbackAnswer>

/**
 * Takes a supplier's callback: verified on the raw bytes, kept, and acknowledged only when that is committed. It only names a purchase,
 * by our number or by the supplier's; what became of that is asked for at once, and whose it is where no purchase bears it. So a callback
 * that comes twice, out of order, too early or with a wrong amount can do no harm, and one that is lost only costs time. One that names a
 * purchase or a product of ours is always taken; of those that name nothing of ours so many a minute, the others are counted and turned away.
 * @throws common.not_found
 */
export function createReceiveCallback(
  platform: Platform,
  accounts: SupplierAccounts,
  wake: () => void,
  fetchLater: (tenantId: TenantId, supplierId: number, remoteId: string) => Promise<void>,
): ReceiveCallback {
  const refused = createRateLimiter(() => platform.clock.now().getTime())
  const strange = createRateLimiter(() => platform.clock.now().getTime())
  const ofProducts = createRateLimiter(() => platform.clock.now().getTime())
  const noteFlood = createFloodTally(platform)
  const turnAway = async (tenantId: TenantId, supplierId: number, ref: string) => {
    await noteFlood(tenantId, supplierId, ref)
    platform.log.warn({ tenantId, supplierId, ref }, 'turned a callback away: too many name nothing of ours')
  }
  return async (tenantId, supplierId, callback, ip) => {
    const { adapter, account } = await accounts.get(tenantId, supplierId)
    const checked = adapter.verifyCallback(account, callback, platform.clock.now())
    const verdict = checked.ok ? checked.about : checked.verdict
    callbacksTotal.add(1, { adapter: adapter.id, verdict })
    if (!checked.ok) {
      platform.log.warn({ tenantId, supplierId, verdict, ip }, 'refused a supplier’s callback')
      if (refused.take(String(tenantId), REFUSED_PER_MINUTE_MAX, 60_000) > 0) return adapter.rejection
    }
    const named = checked.ok ? namedBy(checked) : undefined
    const ref = named?.ref ?? ''
    if (checked.ok) {
      const place = named && (await platform.db.call<Place>(tenantId, 'suppliers.place_of', supplierId, named.by, ref))
      const isStrange = place === undefined || place === 'new'
      const isTooMany = isStrange && strange.take(`${tenantId}/${supplierId}`, STRANGE_PER_MINUTE_MAX, 60_000) > 0
      if (place === 'full' || isTooMany) {
        await turnAway(tenantId, supplierId, ref)
        return adapter.rejection
      }
    }
    const heard = await platform.db.write(systemCtx(tenantId), async (tx) => {
      const heard = named && named.by !== 'product' ? await heardOf(tx, supplierId, named) : undefined
      if (heard?.full) return heard
      const known = heard?.no ?? null
      const no = known ?? (named?.by === 'own' ? named.ref : null)
      const isProduct = named?.by === 'product'
      const isKept = isProduct
        ? ofProducts.take(`${tenantId}/${supplierId}`, KEPT_OF_PRODUCTS_PER_MINUTE_MAX, 60_000) === 0
        : await hasRoom(tx, supplierId, no, ref || null)
      const mayHaveCodes = isKept && (await mayBringCodes(tx, supplierId, known))
      const body = mayHaveCodes ? withoutCodes(callback.body) : textOf(callback.body)
      const path = mayHaveCodes ? callback.path.replace(/\?.*$/s, '') : callback.path
      if (isKept) {
        await sql`
          insert into suppliers.callbacks (tenant_id, supplier_id, no, ref, verdict, headers, body)
          values (
            ${tenantId}, ${supplierId}, ${no},
            ${named && (named.by === 'order' || named.by === 'piece') ? named.ref : null}, ${verdict},
            ${JSON.stringify({ ip, path: path.slice(0, BODY_MAX) })}::jsonb, ${body}
          )
        `.execute(tx.db)
      }
      if (heard?.refused) {
        const purchaseId = heard.refused
        tx.enqueue(CHECK_REFUSED_TASK, { purchaseId }, { key: String(purchaseId) })
      }
      if (heard?.look) queueLookUp(tx, supplierId)
      return heard
    })
    if (heard?.full) {
      await turnAway(tenantId, supplierId, ref)
      return adapter.rejection
    }
    if (heard && heard.no !== null) wake()
    if (named?.by === 'product') await fetchLater(tenantId, supplierId, named.ref)
    return checked.ok ? adapter.acknowledgement : adapter.rejection
  }
}

/** By either number: a supplier's own may be told before it is known whose it is. */
async function hasRoom(tx: Tx, supplierId: number, no: string | null, ref: string | null): Promise<boolean> {
  const { rows } = await sql<{ most: number }>`
    select greatest(
      (select count(*) from (
        select from suppliers.callbacks c where c.tenant_id = ${tx.ctx.tenantId}::bigint and c.no = ${no} limit ${KEPT_PER_NUMBER_MAX}
      ) k),
      (select count(*) from (
        select from suppliers.callbacks c
        where c.tenant_id = ${tx.ctx.tenantId}::bigint and c.supplier_id = ${supplierId}::bigint and c.ref = ${ref}
        limit ${KEPT_PER_NUMBER_MAX}
      ) k)
    ) as most
  `.execute(tx.db)
  return (rows[0]?.most ?? 0) < KEPT_PER_NUMBER_MAX
}

const textOf = (body: Buffer): string =>
  body.subarray(0, BODY_MAX).toString('utf8').toWellFormed().replaceAll('\0', '\ufffd')

/** Enough to prove which one it was, and nothing of what it said: some suppliers put the codes into it. */
const withoutCodes = (body: Buffer): string =>
  `(${body.length} bytes, not kept because there may be codes in them; SHA-256 ${hash('sha256', body)})`

/** Whether the purchase, or of an unknown one anything this supplier sells here, is of codes. */
async function mayBringCodes(tx: Tx, supplierId: number, no: string | null): Promise<boolean> {
  const { rows } = await sql<{ kind: string | null; sold: boolean }>`
    select (
      select r.kind
      from suppliers.purchases p
      join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
      where p.tenant_id = ${tx.ctx.tenantId}::bigint
        and p.supplier_id = ${supplierId}::bigint
        and p.no = ${no}
    ) as kind, exists (
      select from suppliers.purchases p
      join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
      where p.tenant_id = ${tx.ctx.tenantId}::bigint
        and p.supplier_id = ${supplierId}::bigint
        and p.due_at is not null
        and r.kind <> 'direct'
    ) or exists (
      select from suppliers.products r
      join suppliers.offers o on o.tenant_id = r.tenant_id and o.product_id = r.id
      where r.tenant_id = ${tx.ctx.tenantId}::bigint
        and r.supplier_id = ${supplierId}::bigint
        and r.kind <> 'direct'
    ) as sold
  `.execute(tx.db)
  const [found] = rows
  return found?.kind ? found.kind !== 'direct' : (found?.sold ?? true)
}

/** The number by which a callback names an order, and whose number it is; or that of a product. */
type NamedOrder = { readonly by: 'own' | 'order' | 'piece'; readonly ref: string; readonly claim: string }
type Named = NamedOrder | { readonly by: 'product'; readonly ref: string }
/** What a number is to us: `full`, nothing of ours, and no more of those are taken. */
type Place = 'known' | 'stray' | 'new' | 'full'

function namedBy(checked: CallbackVerdict & { readonly ok: true }): Named | undefined {
  switch (checked.about) {
    case 'order':
      return { by: 'own', ref: storableText(checked.no.slice(0, REF_MAX)), claim: checked.claim }
    case 'remote_order':
      return { by: 'order', ref: storableText(checked.remoteNo.slice(0, REF_MAX)), claim: checked.claim }
    case 'remote_piece':
      return { by: 'piece', ref: storableText(checked.pieceNo.slice(0, REF_MAX)), claim: checked.claim }
    case 'product':
      return { by: 'product', ref: storableText(checked.remoteId) }
    case 'nothing':
      return undefined
  }
}

type Heard = {
  readonly no: string | null
  readonly refused: number | null
  readonly look: boolean
  readonly full?: boolean
}

/** Finds the purchase by the number, and has the supplier asked about it; one that no purchase bears is kept and looked up. */
async function heardOf(tx: Tx, supplierId: number, { by, ref, claim }: NamedOrder): Promise<Heard | undefined> {
  if (ref === '') return undefined
  const { rows } = await sql<{ heard: Heard }>`
    select suppliers.heard_of(${tx.ctx.tenantId}::bigint, ${supplierId}::bigint, ${by}, ${ref}, ${claim}) as heard
  `.execute(tx.db)
  return rows[0]?.heard
}
