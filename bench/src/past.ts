import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { FINGERPRINT_PURPOSE, sealedAt } from '../../apps/server/src/modules/vault/index.ts'
import { tenantIdOf, withHouse } from './house.ts'
import { withOwner } from './owner.ts'
import { PRICE_FEN, type Shop } from './shop.ts'
import type { System } from './system.ts'

/** What a past writes, so their indexes are built once it is there instead of row by row. */
export const PAST_TABLES = [
  'vault.cards',
  'vault.movements',
  'orders.orders',
  'orders.lines',
  'ledger.holds',
  'ledger.transfers',
  'payments.attempts',
  'payments.receipts',
  'payments.notices',
  'entitlements.grants',
  'events.log',
  'analytics.entries',
]

export type Past = {
  readonly orders: number
  readonly cards: number
  /** Over how many days the orders are spread; 30 when nothing is said. */
  readonly days?: number
  /** False leaves the counting for reports to whoever measures it. */
  readonly counted?: boolean
  /** True seals every card as the product does, for whoever opens them. */
  readonly sealed?: boolean
}

/**
 * Gives a shop a past by SQL over sets: delivered orders of the last days, each with line, hold, transfers, attempt,
 * receipt, notice, card, movement, grant and events as the product writes them, and unsold cards behind those that are
 * for sale now. The books add up; only the cipher texts are noise of the right length, unless they are asked for.
 */
export async function fillPast(
  system: System,
  shop: Shop,
  past: Past,
): Promise<{ readonly seconds: number; readonly gigabytes: number }> {
  const from = performance.now()
  return await withOwner(system, async (client) => {
    await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '256MB'")
    await withoutIndexes(client, () => writePast(system, client, shop, past))
    // What autovacuum would do over the next minutes, in the middle of what is measured.
    for (const table of [...PAST_TABLES, 'ledger.accounts', 'vault.batch_counts'])
      await client.query(`vacuum (analyze) ${table}`)
    if (past.counted ?? true) await countFigures(client, shop)
    const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes')
    return { seconds: (performance.now() - from) / 1_000, gigabytes: Number(rows[0]?.bytes ?? 0) / 1024 ** 3 }
  })
}

/** Counts the ledger for the reports as the worker does it every few seconds, without a pause. */
export async function countFigures(client: pg.Client, { slug }: Pick<Shop, 'slug'>): Promise<void> {
  const { rows } = await client.query<{ id: number }>('select id from tenancy.tenants where slug = $1', [slug])
  for (let more = true; more; ) {
    const gathered = await client.query<{ g: { more: boolean } }>('select analytics.gather($1, 2000) as g', [
      rows[0]?.id,
    ])
    more = gathered.rows[0]?.g.more ?? false
  }
}

const PAST_SQL = readFileSync(new URL('past.sql', import.meta.url), 'utf8')

async function writePast(
  system: System,
  client: pg.Client,
  shop: Shop,
  { orders, cards, days = 30, sealed = false }: Past,
) {
  const given = {
    slug: shop.slug,
    goods: shop.goodsId,
    skus: `{${shop.skuIds.join(',')}}`,
    price: PRICE_FEN,
    orders,
    cards,
    days,
    sealed,
  }
  for (const [name, value] of Object.entries(given)) {
    await client.query('select set_config($1, $2, false)', [`bench.${name}`, String(value)])
  }
  for (const step of PAST_SQL.split(/^-- step: /m).slice(1)) {
    await client.query(`-- ${step}`)
    if (sealed && step.startsWith('texts\n')) await sealTexts(system, client, shop, cards)
  }
}

/** As many codes as there are cards, each sealed to the card it will be. */
async function sealTexts(system: System, client: pg.Client, shop: Shop, cards: number): Promise<void> {
  const { rows } = await client.query<{ last_card: string }>('select last_card from given')
  const lastCard = Number(rows[0]?.last_card)
  await withHouse(system, async (house) => {
    const sealer = await house.crypto.sealer(await tenantIdOf(house, shop.slug))
    function* lines() {
      for (let from = 1; from <= cards; from += CHUNK) {
        let chunk = ''
        for (let i = from; i < Math.min(from + CHUNK, cards + 1); i += 1) {
          const text = `${String(i).padStart(16, 'a')}----${String(i).padStart(16, 'b')}`
          const sealed = sealer.seal(sealedAt(lastCard + i), text).toString('hex')
          chunk += `${i}\t\\\\x${sealed}\t\\\\x${sealer.fingerprint(FINGERPRINT_PURPOSE, text).toString('hex')}\n`
        }
        yield chunk
      }
    }
    await pipeline(Readable.from(lines()), client.query(copyFrom('copy texts from stdin')))
  })
}

const CHUNK = 1_000

/** Secondary indexes, unique constraints and foreign keys are taken off and put back: sorting once beats a million look-ups. */
async function withoutIndexes(client: pg.Client, fill: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ take: string; put: string }>(
    `with tables as (
       select unnest($1::text[])::regclass as oid
     )
     select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as take,
       format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as put,
       c.contype <> 'f' as keys
     from tables t
     join pg_constraint c on c.conrelid = t.oid and c.contype in ('f', 'u')
     union all
     -- Of a partitioned table it is told "on only", which would leave the parts without.
     select format('drop index %s', i.indexrelid::regclass), replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '), true
     from tables t
     join pg_index i on i.indrelid = t.oid
     where not exists (select from pg_constraint c where c.conindid = i.indexrelid)
     order by keys`,
    [PAST_TABLES],
  )
  for (const { take } of rows) await client.query(take)
  await fill()
  for (const { put } of rows.toReversed()) await client.query(put)
}
