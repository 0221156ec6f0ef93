import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { eventually, testPlatform } from '../../../test/harness/index.ts'

const house = await testPlatform()
const { db, owner } = house

const entry = (objectId: number) => ({ action: 'card.reveal', objectKind: 'card', objectId, detail: { why: '客诉' } })
const verify = async (tenantId: number) =>
  (await owner.query<{ result: unknown }>('select audit.verify($1) as result', [tenantId])).rows[0]?.result

describe('the audit chain', () => {
  test('holds when twenty writers append at once', async () => {
    const shop = await house.newTenant()
    await Promise.all(Array.from({ length: 20 }, (_, n) => db.write(shop.ctx, async (tx) => tx.audit(entry(n)))))
    expect(await verify(shop.tenantId)).toEqual({ checked: 20, brokenAt: null, reason: null })
  })

  test('cannot be changed or deleted, not even by the owner in passing', async () => {
    const shop = await house.newTenant()
    await db.write(shop.ctx, async (tx) => tx.audit(entry(1)))
    await expect(owner.query("update audit.entries set action = 'x'")).rejects.toThrow(/never changed/)
    await expect(owner.query('delete from audit.entries')).rejects.toThrow(/never changed/)
    await expect(owner.query('truncate audit.entries')).rejects.toThrow(/never changed/)
    const byApp = db.write(shop.ctx, (tx) => sql`delete from audit.entries`.execute(tx.db))
    await expect(byApp).rejects.toThrow(/permission denied/)
  })

  test.each([
    ['changed', 'update audit.entries set detail = \'{"why":"other"}\' where tenant_id = $1 and seq = 2', 'changed', 2],
    ['missing', 'delete from audit.entries where tenant_id = $1 and seq = 2', 'missing', 2],
    ['cut off', 'delete from audit.entries where tenant_id = $1 and seq = 3', 'missing', 3],
  ])('shows an entry that was %s behind its back', async (_, tamper, reason, brokenAt) => {
    const shop = await house.newTenant()
    for (const n of [1, 2, 3]) await db.write(shop.ctx, async (tx) => tx.audit(entry(n)))
    await owner.query('alter table audit.entries disable trigger entries_append_only')
    await owner.query(tamper, [shop.tenantId])
    await owner.query('alter table audit.entries enable trigger entries_append_only')
    expect(await verify(shop.tenantId)).toMatchObject({ reason, brokenAt })
  })
})

describe('the event log', () => {
  type Batch = { events: { position: number; place: unknown; subject: string }[]; head: unknown }
  const cursorOf = (subscriber: string) => db.callGlobal<unknown>('events.cursor_of', subscriber)
  const batch = async (subscriber: string) =>
    db.callGlobal<Batch>('events.read', await cursorOf(subscriber), ['goods.changed'], 100)
  /**
   * The news up to the one about `subject`. Transactions of other databases on this server count as running too, so
   * that what was written before it may be there already while it is not.
   */
  const settled = async (subscriber: string, subject: string) => {
    let found = await batch(subscriber)
    await eventually(`the log has settled up to ${subject}`, async () => {
      found = await batch(subscriber)
      return found.events.at(-1)?.subject === subject
    })
    return found
  }
  const emit = (ctx: Parameters<typeof db.write>[0], subject: string) =>
    db.write(ctx, async (tx) => tx.emit({ type: 'goods.changed', subject, payload: {} }))

  test('shows nothing past a transaction that still runs, and everything after it ended', async () => {
    const shop = await house.newTenant()
    const slow = await owner.connect()
    await slow.query('begin')
    await slow.query(`select events.append($1, '{}', '[{"type":"goods.changed","subject":"slow","payload":{}}]')`, [
      shop.tenantId,
    ])
    await emit(shop.ctx, 'quick')
    expect((await batch('watcher')).events).toEqual([])
    await slow.query('commit')
    slow.release()
    expect((await settled('watcher', 'quick')).events).toMatchObject([{ subject: 'slow' }, { subject: 'quick' }])
  })

  test('goes on in a new era after a restore into a younger cluster', async () => {
    const shop = await house.newTenant()
    await emit(shop.ctx, 'before')
    const { head } = await settled('restored', 'before')
    // As the restored rows look there: transaction ids that this cluster has not reached.
    await owner.query('update events.log set xid = (xid::text::bigint + 1000000000)::text::xid8')
    await owner.query(
      "update events.cursors set xid = (xid::text::bigint + 1000000000)::text::xid8 where subscriber = 'restored'",
    )
    await db.callGlobal('events.advance', {
      restored: { ...(head as object), xid: String(Number((head as { xid: string }).xid) + 1e9) },
    })
    await owner.query('select events.open_era()')
    await emit(shop.ctx, 'after')
    expect((await settled('restored', 'after')).events).toMatchObject([{ subject: 'after' }])
  })

  test('an application cannot write another tenant’s events or jobs', async () => {
    const shop = await house.newTenant()
    const forged = db.write(shop.ctx, (tx) =>
      sql`select events.append(1::bigint, '{}'::jsonb, '[]'::jsonb)`.execute(tx.db),
    )
    await expect(forged).rejects.toThrow(/permission denied/)
    const forgedJob = db.write(shop.ctx, (tx) => sql`select jobs.enqueue(1::bigint, '[]'::jsonb)`.execute(tx.db))
    await expect(forgedJob).rejects.toThrow(/permission denied/)
  })
})

test('idempotency answers older than asked are forgotten, tenant by tenant, the others kept', async () => {
  const [one, two] = [await house.newTenant(), await house.newTenant()]
  for (const { tenantId } of [one, two]) {
    await owner.query(
      `insert into platform.requests (tenant_id, scope, key, fingerprint, created_at)
       values ($1, 's', 'old', '\\x00', now() - interval '3 days'), ($1, 's', 'new', '\\x00', now())`,
      [tenantId],
    )
  }
  expect(await db.callGlobal('platform.expire_requests', 48, 1)).toBe(1)
  expect(await db.callGlobal('platform.expire_requests', 48, 100)).toBe(1)
  const { rows } = await owner.query('select key from platform.requests order by tenant_id')
  expect(rows).toEqual([{ key: 'new' }, { key: 'new' }])
})

test('partitions exist for the months around now, and making them again makes none', async () => {
  expect(await db.callGlobal('platform.extend_partitions')).toBe(0)
  await owner.query(
    "do $$ begin execute format('drop table events.%I', to_char(now() at time zone 'UTC' + interval '3 months', '\"log_y\"YYYY\"m\"MM')); end $$",
  )
  expect(await db.callGlobal('platform.extend_partitions')).toBe(1)
})
