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
}

/** Who bought these orders, and how they wish to be reached. */
export async function buyersOf(tx: ReadTx, nos: readonly number[]): Promise<ReadonlyMap<number, BuyerOf>> {
  if (nos.length === 0) return new Map()
  const { rows } = await sql<Omit<BuyerOf, 'phone' | 'email'> & { readonly no: number; readonly contact: string }>`
    select no, member_id as "memberId", buyer_key as "buyerKey", contact, locale, purpose
    from orders.orders
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and no = any (${[...new Set(nos)]}::bigint[])
  `.execute(tx.db)
  return new Map(
    rows.map(({ no, contact, ...buyer }) => [
      no,
      {
        ...buyer,
        phone: /^1[3-9]\d{9}$/.test(contact) ? contact : undefined,
        email: contact.includes('@') ? contact : undefined,
      },
    ]),
  )
}
