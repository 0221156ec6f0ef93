import pg from 'pg'

/**
 * Spreads the shop's orders of today over the last thirty days, as if it had been open that long, and lets three suppliers
 * have delivered its codes. The figures are forgotten, to be counted from the ledger again.
 */
export async function spreadOverMonth(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(`
      begin;
      create temporary table moved as
      select o.tenant_id, o.no, 'order:' || o.no as cause,
        make_interval(hours => (abs(hashint8(o.no)) % 700) * (row_number() over (order by o.no) > 6)::integer) as back
      from orders.orders o;
      update orders.orders o set placed_at = placed_at - m.back, paid_at = paid_at - m.back, delivered_at = delivered_at - m.back
      from moved m where m.no = o.no and m.tenant_id = o.tenant_id;
      update orders.lines l set delivered_at = delivered_at - m.back from moved m where m.no = l.order_no and m.tenant_id = l.tenant_id;
      update entitlements.grants g set granted_at = granted_at - m.back from moved m where m.no = g.order_no and m.tenant_id = g.tenant_id;
      update ledger.transfers t set at = at - m.back from moved m where m.cause = t.cause and m.tenant_id = t.tenant_id;
      update vault.movements v set at = at - m.back from moved m where m.cause = v.cause and m.tenant_id = v.tenant_id;
      update payments.refunds r set created_at = created_at - m.back, done_at = done_at - m.back
      from moved m where m.no = r.order_no and m.tenant_id = r.tenant_id;
      update vault.batches b set supplier = (array['云海数码', '青禾权益', '北辰科技'])[1 + b.id % 3],
        cost_fen = s.price_fen * (68 + b.id % 9) / 100
      from catalog.skus s where s.tenant_id = b.tenant_id and s.id = b.sku_id;
      truncate analytics.marks, analytics.entries, analytics.sums, analytics.turnover, analytics.days;
      commit;
    `)
  } finally {
    await client.end()
  }
}

/** Makes one sum of today wrong, as a bug or a repair by hand would. */
export async function spoilOneSum(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query(`
      update analytics.sums s set sales_fen = sales_fen + 100
      where (s.tenant_id, s.grain, s.at, s.sku_id, s.batch_id) = (
        select tenant_id, grain, at, sku_id, batch_id from analytics.sums where grain = 'day' and sales_fen > 0 order by at desc limit 1
      )`)
    if (rowCount === 0) throw new Error('there is no sum to spoil')
  } finally {
    await client.end()
  }
}
