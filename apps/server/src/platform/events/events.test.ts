import type { EventType } from '@quanshu/contract'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import {
  browseParked,
  createEventHub,
  followEvents,
  rerunParked,
  runEvents,
  type Subscriber,
  tellNews,
  topicOf,
} from './index.ts'

const house = await testPlatform()
const { db, owner } = house
await owner.query(`
  create schema trial;
  create table trial.seen (
    tenant_id bigint not null,
    id bigint generated always as identity,
    subscriber text not null,
    subject text not null,
    primary key (tenant_id, id)
  );
  select platform.protect('trial.seen');
`)

const emit = (shop: TestTenant, ...subjects: readonly string[]) =>
  db.write(shop.ctx, async (tx) => {
    for (const subject of subjects) tx.emit({ type: 'goods.changed', subject, payload: { n: 1 } })
  })

/** Events that are written and may not be read yet. */
const heldBack = async (): Promise<number> => {
  const { rows } = await owner.query<{ readonly count: number }>(
    'select count(*)::integer as count from events.log where xid >= pg_snapshot_xmin(pg_current_snapshot())',
  )
  return rows[0]?.count ?? 0
}

/** A subscriber that writes down what it gets. Names differ by test, so each reads the log by itself. */
function noting(
  name: string,
  options: { readonly types?: readonly EventType[]; readonly fail?: (subject: string) => boolean } = {},
) {
  const sizes: number[] = []
  const subscriber: Subscriber = {
    name,
    types: options.types ?? ['goods.changed'],
    apply: async (tx, events) => {
      sizes.push(events.length)
      for (const event of events) {
        await sql`
          insert into trial.seen (tenant_id, subscriber, subject) values (${event.tenantId}, ${name}, ${event.subject})
        `.execute(tx.db)
        if (options.fail?.(event.subject)) throw new Error(`cannot apply ${event.subject}`)
      }
    },
  }
  const seen = async (shop: TestTenant): Promise<readonly string[]> => {
    const { rows } = await owner.query(
      'select subject from trial.seen where tenant_id = $1 and subscriber = $2 order by id',
      [shop.tenantId, name],
    )
    return rows.map((row) => row.subject)
  }
  return { subscriber, seen, sizes, modules: [{ name: 'trial', subscribers: [subscriber] }] }
}

async function running(modules: Parameters<typeof runEvents>[1]) {
  const runner = await runEvents(house, modules)
  onTestFinished(() => runner.stop())
  return runner
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `goods:${index}`)

describe('subscribers', () => {
  test('get every event once and in order, many at once, each tenant in its own transaction', async () => {
    const [one, two] = [await house.newTenant(), await house.newTenant()]
    const note = noting('t.order')
    for (const subject of numbered(30)) await Promise.all([emit(one, subject), emit(two, subject)])
    // Transactions of other files, in other databases, hold back what may be read: it would come in parts.
    await expect.poll(heldBack).toBe(0)
    const runner = await running(note.modules)
    await runner.drain()
    await expect.poll(() => note.seen(one)).toEqual(numbered(30))
    await expect.poll(() => note.seen(two)).toEqual(numbered(30))
    expect(note.sizes).toEqual([30, 30])
    await emit(one, 'goods:last')
    await expect.poll(() => note.seen(one)).toEqual([...numbered(30), 'goods:last'])
  })

  test('get only the types they asked for', async () => {
    const shop = await house.newTenant()
    const note = noting('t.types', { types: ['member.joined'] })
    await emit(shop, 'goods:1')
    await db.write(shop.ctx, async (tx) => tx.emit({ type: 'member.joined', subject: 'member:1', payload: {} }))
    await (await running(note.modules)).drain()
    await expect.poll(() => note.seen(shop)).toEqual(['member:1'])
  })

  test('several workers on one subscriber still apply every event once, in order', async () => {
    const shops = await Promise.all(Array.from({ length: 4 }, () => house.newTenant()))
    const note = noting('t.workers')
    const runners = await Promise.all([running(note.modules), running(note.modules), running(note.modules)])
    for (const subject of numbered(40)) await Promise.all(shops.map((shop) => emit(shop, subject)))
    await Promise.all(runners.map((runner) => runner.drain()))
    for (const shop of shops) await expect.poll(() => note.seen(shop)).toEqual(numbered(40))
  })

  test('a worker that dies after the effect but before the shared cursor moved repeats nothing', async () => {
    const shop = await house.newTenant()
    const note = noting('t.crash')
    await emit(shop, ...numbered(5))
    const callGlobal: typeof db.callGlobal = (fn, ...params) =>
      fn === 'events.advance' ? Promise.reject(new Error('the worker is gone')) : db.callGlobal(fn, ...params)
    const doomed = await runEvents({ ...house, db: { ...db, callGlobal } }, note.modules)
    await doomed.drain()
    await doomed.stop()
    await (await running(note.modules)).drain()
    await expect.poll(() => note.seen(shop)).toEqual(numbered(5))
  })

  test('a move of the shared cursor that failed is made again, though nothing more happens', async () => {
    const shop = await house.newTenant()
    const note = noting('t.moved')
    let fails = 1
    const callGlobal: typeof db.callGlobal = (fn, ...params) =>
      fn === 'events.advance' && fails-- > 0 ? Promise.reject(new Error('gone')) : db.callGlobal(fn, ...params)
    await emit(shop, 'goods:1')
    const runner = await runEvents({ ...house, db: { ...db, callGlobal } }, note.modules)
    onTestFinished(() => runner.stop())
    const behind = async () => {
      const lag = await db.callGlobal<readonly { subscriber: string; events: number }[]>('events.lag')
      return lag.find(({ subscriber }) => subscriber === 't.moved')?.events
    }
    await expect.poll(behind, { timeout: 10_000 }).toBe(0)
    expect(fails).toBeLessThan(1)
  })

  test('an event committed late is not skipped, though later ones were ready before it', async () => {
    const shop = await house.newTenant()
    const note = noting('t.late')
    const client = new pg.Client({ connectionString: house.ownerUrl })
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('begin')
    await client.query(`select events.append($1, '{}', '[{"type":"goods.changed","subject":"late","payload":{}}]')`, [
      shop.tenantId,
    ])
    await emit(shop, 'early')
    const runner = await running(note.modules)
    await runner.drain()
    expect(await note.seen(shop)).toEqual([])
    await client.query('commit')
    await expect.poll(() => note.seen(shop)).toEqual(['late', 'early'])
  })

  test('a poisonous event is parked after retries; neighbours before and after it, and other tenants, go on', async () => {
    const [one, two] = [await house.newTenant(), await house.newTenant()]
    let isBroken = true
    const note = noting('t.poison', { fail: (subject) => isBroken && subject === 'goods:7' })
    await emit(one, ...numbered(20))
    await emit(two, ...numbered(20).filter((subject) => subject !== 'goods:7'))
    await (await running(note.modules)).drain()
    await expect.poll(() => note.seen(one)).toEqual(numbered(20).filter((subject) => subject !== 'goods:7'))
    expect(await note.seen(two)).toHaveLength(19)

    const parked = await db.read(one.ctx, (tx) => browseParked(tx, { limit: 10 }))
    expect(parked).toMatchObject([{ subscriber: 't.poison', subject: 'goods:7', error: 'Error: cannot apply goods:7' }])
    expect(await db.read(two.ctx, (tx) => browseParked(tx, { limit: 10 }))).toEqual([])
    const id = parked[0]?.id ?? 0
    expect(await db.write(two.ctx, (tx) => rerunParked(tx, note.modules, id))).toBe(false)
    await expect(db.write(one.ctx, (tx) => rerunParked(tx, note.modules, id))).rejects.toThrow('cannot apply')
    isBroken = false
    expect(await db.write(one.ctx, (tx) => rerunParked(tx, note.modules, id))).toBe(true)
    expect(await db.write(one.ctx, (tx) => rerunParked(tx, note.modules, id))).toBe(false)
    expect((await note.seen(one)).filter((subject) => subject === 'goods:7')).toHaveLength(1)
  })

  test('what a subscriber announces is stored with its cause, so that events can follow events', async () => {
    const shop = await house.newTenant()
    const chain: Subscriber = {
      name: 't.chain',
      types: ['goods.changed'],
      apply: async (tx, events) => {
        for (const { subject } of events) tx.emit({ type: 'stock.changed', subject, payload: {} })
      },
    }
    const note = noting('t.chained', { types: ['stock.changed'] })
    const runner = await running([{ name: 'trial', subscribers: [chain, note.subscriber] }])
    await emit(shop, 'goods:1')
    await expect.poll(() => note.seen(shop)).toEqual(['goods:1'])
    await runner.drain()
    const { rows } = await owner.query(`select cause from events.log where tenant_id = $1 and type = 'stock.changed'`, [
      shop.tenantId,
    ])
    expect(rows[0].cause).toEqual({ actor: { kind: 'system', name: 't.chain' }, requestId: 'test' })
  })
})

describe('news', () => {
  test('reaches the pages of every process, at once, even while an older transaction runs', async () => {
    const shop = await house.newTenant()
    const hub = createEventHub((error) => {
      throw error
    })
    const tail = await followEvents(house, hub)
    onTestFinished(() => tail.stop())
    const heard: unknown[] = []
    onTestFinished(hub.subscribe(topicOf(shop.tenantId, 'goods:1'), (message) => heard.push(message)))
    const client = new pg.Client({ connectionString: house.ownerUrl })
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('begin; select pg_current_xact_id()')
    await emit(shop, 'goods:1')
    await expect.poll(() => heard).toHaveLength(1)
    await emit(shop, 'goods:2')
    await emit(shop, 'goods:1')
    await expect.poll(() => heard).toHaveLength(2)
  })

  test('that could not be read are read again, though nothing more happens', async () => {
    const shop = await house.newTenant()
    const hub = createEventHub((error) => {
      throw error
    })
    let fails = 1
    const callGlobal: typeof db.callGlobal = (fn, ...params) =>
      fn === 'events.tail' && fails-- > 0 ? Promise.reject(new Error('gone')) : db.callGlobal(fn, ...params)
    const tail = await followEvents({ ...house, db: { ...db, callGlobal } }, hub)
    onTestFinished(() => tail.stop())
    const heard: unknown[] = []
    onTestFinished(hub.subscribe(topicOf(shop.tenantId, 'goods:1'), (message) => heard.push(message)))
    await emit(shop, 'goods:1')
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(1)
    expect(fails).toBeLessThan(1)
  })

  test('that a process has told itself after a commit are not told again', async () => {
    const shop = await house.newTenant()
    const hub = createEventHub((error) => {
      throw error
    })
    const tail = await followEvents(house, hub)
    onTestFinished(() => tail.stop())
    const heard: unknown[] = []
    onTestFinished(hub.subscribe(topicOf(shop.tenantId, 'goods:1'), (message) => heard.push(message)))
    const told = await db.write(shop.ctx, async (tx) => {
      tx.emit({ type: 'goods.changed', subject: 'goods:1', payload: {} })
      const { rows } = await sql<{ xid: string }>`select pg_current_xact_id()::text as xid`.execute(tx.db)
      return rows[0]?.xid ?? ''
    })
    tellNews(hub, { tenantId: shop.tenantId, subject: 'goods:1', xid: told }, 'what it is now')
    expect(heard).toEqual(['what it is now'])
    await emit(shop, 'goods:1')
    await expect.poll(() => heard).toHaveLength(2)
    expect(heard[1]).not.toBe(told)
  })

  test('a listener that throws or leaves does not disturb the others', () => {
    const errors: unknown[] = []
    const hub = createEventHub((error) => errors.push(error))
    const heard: string[] = []
    hub.subscribe('event:1:a', () => {
      throw new Error('bad listener')
    })
    const leave = hub.subscribe('event:1:a', () => heard.push('leaver'))
    hub.subscribe('event:1:a', () => heard.push('stayer'))
    hub.publish('event:1:a', {})
    leave()
    leave()
    hub.publish('event:1:a', {})
    expect(heard).toEqual(['leaver', 'stayer', 'stayer'])
    expect(errors).toHaveLength(2)
    expect([hub.hasTopics('event:'), hub.hasTopics('other:')]).toEqual([true, false])
  })
})
