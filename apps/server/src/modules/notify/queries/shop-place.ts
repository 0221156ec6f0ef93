import { sql } from 'kysely'
import type { Config } from '../../../platform/config/index.ts'
import type { ReadTx } from '../../../platform/db/index.ts'

/** Where links lead. */
export type ShopPlace = { readonly mall: string; readonly console: string }

export async function shopPlace(tx: ReadTx, config: Pick<Config, 'publicUrl'>): Promise<ShopPlace> {
  const { rows } = await sql<{ readonly slug: string }>`
    select slug from tenancy.tenants where id = ${tx.ctx.tenantId}::bigint
  `.execute(tx.db)
  const [tenant] = rows
  if (!tenant) throw new Error(`there is no shop ${tx.ctx.tenantId}`)
  const mall = `${config.publicUrl}/s/${tenant.slug}`
  return { mall, console: `${mall}/console` }
}
