import { type DeliveredKey, deliveredAs } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** A buyer, as far as messages go. */
export type BuyerOf = {
  readonly memberId: number | null
  readonly buyerKey: string
  readonly phone: string | undefined
  readonly email: string | undefined
  readonly locale: 'zh-CN' | 'en'
  readonly purpose: 'goods' | 'recharge'
  readonly deliveredAs: DeliveredKey
}

/**
 * Who bought these orders, and how they wish to be reached. Of a bulk order's thousands only who is to receive them hears,
 * not the inbox of whose purse paid.
 */
export async function buyersOf(tx: ReadTx, nos: readonly number[]): Promise<ReadonlyMap<number, BuyerOf>> {
  if (nos.length === 0) return new Map()
  const { rows } = await sql<
    Omit<BuyerOf, 'phone' | 'email' | 'deliveredAs'> & {
      readonly no: number
      readonly contact: string
      readonly kinds: readonly string[]
    }
  >`
    select no, case when channel <> 'bulk' then member_id end as "memberId", buyer_key as "buyerKey", contact, locale, purpose, array(
        select distinct l.kind from orders.lines l where l.tenant_id = o.tenant_id and l.order_no = o.no and l.state = 'delivered'
          -- What nobody activated until its end never arrived.
          and (l.later_days is null or not exists (
            select from fulfilment.activations a
            where a.tenant_id = l.tenant_id and a.order_no = l.order_no and a.line_no = l.line_no and a.state = 'lapsed'
          ))
      ) as kinds
    from orders.orders o
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and no = any (${[...new Set(nos)]}::bigint[])
  `.execute(tx.db)
  return new Map(
    rows.map(({ no, contact, kinds, ...buyer }) => [
      no,
      {
        ...buyer,
        deliveredAs: deliveredAs(kinds),
        phone: /^1[3-9]\d{9}$/.test(contact) ? contact : undefined,
        email: contact.includes('@') ? contact : undefined,
      },
    ]),
  )
}
