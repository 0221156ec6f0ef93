import type { WholesaleOrder } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { openCodes, type SealedView, sealedOf } from '../../orders/index.ts'
import { shopPrefix } from '../../tenancy/index.ts'
import { numberAndSecret, standingOf, systemCtx } from '../model.ts'
import type { OpenKey } from '../queries/open-key.ts'

type Cards = WholesaleOrder['cards']

/** The codes of a key's own orders. That they were handed over is written before they are opened. */
export async function handOver(
  platform: Platform,
  key: OpenKey,
  views: readonly SealedView[],
  ip: string,
): Promise<ReadonlyMap<OrderNo, Cards>> {
  const codes = views.flatMap((view) =>
    standingOf(view).arrived > 0 ? (view.lines[0]?.codes ?? []).map((code) => ({ no: view.no, code })) : [],
  )
  if (codes.length === 0) return new Map()
  const ends = new Map<number, string | null>()
  const cards = codes.flatMap(({ code }) => ('cardId' in code ? [code.cardId] : []))
  await platform.db.write(systemCtx(key.tenantId), async (tx) => {
    await sql`
      insert into wholesale.reveals (tenant_id, key_id, order_no, pieces, ip)
      select ${key.tenantId}::bigint, ${key.id}::bigint, c.no, count(*), ${ip}::text
      from unnest(${codes.map(({ no }) => no)}::bigint[]) as c(no)
      group by c.no
    `.execute(tx.db)
    if (cards.length === 0) return
    const { rows } = await sql<{ id: number; validTo: Date | null }>`
      select id, valid_to as "validTo"
      from vault.cards
      where tenant_id = ${key.tenantId}::bigint
        and id = any (${cards}::bigint[])
    `.execute(tx.db)
    for (const { id, validTo } of rows) ends.set(id, validTo?.toISOString() ?? null)
  })
  const opened = await openCodes(
    platform.crypto,
    key.tenantId,
    codes.map(({ code }) => sealedOf(code)),
  )
  const shop = codes.some(({ code }) => 'link' in code)
    ? `${platform.config.publicUrl}${await shopPrefix(platform, key.tenantId)}`
    : ''
  const handed = new Map<OrderNo, Cards>()
  for (const [index, { no, code }] of codes.entries()) {
    const parts = opened[index] ?? []
    // Whoever resells it needs to say where it is redeemed: the link has the code behind its `#`.
    const card =
      'link' in code
        ? {
            number: '',
            secret: `${shop}/redeem#${parts[0]}`,
            validTo: code.link.validTo && new Date(code.link.validTo).toISOString(),
          }
        : { ...numberAndSecret(parts), validTo: ends.get(code.cardId) ?? null }
    handed.set(no, [...(handed.get(no) ?? []), card])
  }
  return handed
}
