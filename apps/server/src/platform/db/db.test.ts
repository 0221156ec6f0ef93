import { defineErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import { constraintRefusals, openDatabase } from './index.ts'

const house = await testPlatform()
const { db, owner } = house

await owner.query(`
  create schema trial;
  create table trial.notes (
    tenant_id bigint not null,
    id bigint generated always as identity,
    text text not null,
    primary key (tenant_id, id),
    constraint notes_text_once unique (tenant_id, text)
  );
  select platform.protect('trial.notes');
  create function trial.double(p_tenant_id bigint, p_items jsonb) returns jsonb
  language sql as $$ select jsonb_build_object('tenant', p_tenant_id, 'items', p_items) $$;
  create function trial.big() returns bigint language sql as $$ select 9007199254740993 $$;
`)
const errors = defineErrors('trial', { textTaken: { status: 409, zh: '重复', en: 'Taken' } })
constraintRefusals.register({ notes_text_once: () => errors.textTaken() })

const addNote = (text: string) =>
  sql`insert into trial.notes (tenant_id, text) values (current_setting('app.tenant_id')::bigint, ${text})`
const notes = sql<{ text: string }>`select text from trial.notes order by text`

describe('the doors', () => {
  test('what is written is read by its tenant and by nobody else', async () => {
    const [one, two] = [await house.newTenant(), await house.newTenant()]
    await db.write(one.ctx, (tx) => addNote('mine').execute(tx.db))
    expect((await db.read(one.ctx, (tx) => notes.execute(tx.db))).rows).toEqual([{ text: 'mine' }])
    expect((await db.read(two.ctx, (tx) => notes.execute(tx.db))).rows).toEqual([])
  })

  test('a row for another tenant is refused by the database', async () => {
    const [one, two] = [await house.newTenant(), await house.newTenant()]
    const foreign = db.write(one.ctx, (tx) =>
      sql`insert into trial.notes (tenant_id, text) values (${two.tenantId}, 'x')`.execute(tx.db),
    )
    await expect(foreign).rejects.toThrow(/row-level security/)
  })

  test('without a tenant nothing can be read, not even nothing', async () => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: house.appUrl })
    await client.connect()
    try {
      await expect(client.query('select * from trial.notes')).rejects.toThrow(/app.tenant_id/)
      await client.query("begin; set local app.tenant_id = '1'; commit")
      await expect(client.query('select * from trial.notes')).rejects.toThrow(/bigint/)
    } finally {
      await client.end()
    }
  })

  test('a read door changes nothing', async () => {
    const shop = await house.newTenant()
    await expect(db.read(shop.ctx, (tx) => addNote('x').execute(tx.db))).rejects.toThrow(/read-only/)
  })

  test('what throws leaves nothing behind: no row, no event, no job, no audit line', async () => {
    const shop = await house.newTenant()
    const failing = db.write(shop.ctx, async (tx) => {
      await addNote('x').execute(tx.db)
      tx.emit({ type: 'goods.changed', subject: 'goods:1', payload: {} })
      tx.enqueue('mail.send', {})
      tx.audit({ action: 'goods.change', objectKind: 'goods', objectId: 1 })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await countsOf(shop.tenantId)).toEqual({ notes: 0, events: 0, jobs: 0, audit: 0 })
  })

  test('events, jobs and audit lines are stored with their cause', async () => {
    const shop = await house.newTenant()
    await db.write(shop.ctx, async (tx) => {
      await addNote('x').execute(tx.db)
      tx.emit({ type: 'goods.changed', subject: 'goods:1', payload: { price: 5 } })
      tx.emit({ type: 'goods.changed', subject: 'goods:2', payload: {} })
      tx.enqueue('mail.send', { to: 'a' }, { key: 'k' })
      tx.enqueue('mail.send', { to: 'b' }, { key: 'k' })
      tx.audit({ action: 'goods.change', objectKind: 'goods', objectId: 1, detail: { price: 5 } })
    })
    // Two jobs under one key: the later one replaced the earlier one.
    expect(await countsOf(shop.tenantId)).toEqual({ notes: 1, events: 2, jobs: 1, audit: 1 })
    const { rows } = await owner.query('select subject, cause from events.log where tenant_id = $1 order by position', [
      shop.tenantId,
    ])
    expect(rows).toMatchObject([{ subject: 'goods:1', cause: { requestId: 'test' } }, { subject: 'goods:2' }])
  })

  test('two transactions that deadlock both succeed', async () => {
    const shop = await house.newTenant()
    await db.write(shop.ctx, async (tx) => {
      await addNote('a').execute(tx.db)
      await addNote('b').execute(tx.db)
    })
    const gate = Promise.withResolvers<void>()
    let arrived = 0
    const touch = (first: string, second: string) => {
      let tries = 0
      return db.write(shop.ctx, async (tx) => {
        await sql`update trial.notes set text = text where text = ${first}`.execute(tx.db)
        if (++tries === 1 && ++arrived === 2) gate.resolve()
        await gate.promise
        await sql`update trial.notes set text = text where text = ${second}`.execute(tx.db)
        return tries
      })
    }
    const tries = await Promise.all([touch('a', 'b'), touch('b', 'a')])
    expect(tries.toSorted()).toEqual([1, 2])
  })

  test('a violated constraint becomes its refusal', async () => {
    const shop = await house.newTenant()
    await db.write(shop.ctx, (tx) => addNote('once').execute(tx.db))
    const again = db.write(shop.ctx, (tx) => addNote('once').execute(tx.db))
    await expect(again).rejects.toMatchObject({ code: 'trial.text_taken', status: 409 })
  })

  test('queries of one transaction may be sent together', async () => {
    const shop = await house.newTenant()
    await db.write(shop.ctx, (tx) => Promise.all(['1', '2', '3'].map((text) => addNote(text).execute(tx.db))))
    expect((await countsOf(shop.tenantId)).notes).toBe(3)
  })

  test('a connection that breaks before commit is as if nothing had happened, and the work is done again', async () => {
    const shop = await house.newTenant()
    let tries = 0
    await db.write(shop.ctx, async (tx) => {
      await addNote(`try ${++tries}`).execute(tx.db)
      if (tries > 1) return
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.db)
      await owner.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await notes.execute(tx.db)
    })
    expect((await db.read(shop.ctx, (tx) => notes.execute(tx.db))).rows).toEqual([{ text: 'try 2' }])
  })
})

describe('hot calls', () => {
  test('a database that lets nobody in just now is waited for', async () => {
    const shop = await house.newTenant()
    const newcomer = openDatabase({ appUrl: house.appUrl, poolSize: 1, log: house.log })
    const letIn = (count: number) =>
      owner.query(
        `do $$ begin execute format('alter database %I connection limit ${count}', current_database()); end $$`,
      )
    try {
      await letIn(0)
      const reading = newcomer.read(shop.ctx, (tx) => notes.execute(tx.db)).then(() => 'read')
      const turnedAway = new Promise((resolve) => setTimeout(resolve, 200, 'turned away'))
      expect(await Promise.race([reading, turnedAway])).toBe('turned away')
      await letIn(-1)
      expect(await reading).toBe('read')
    } finally {
      await letIn(-1)
      await newcomer.close()
    }
  })

  test('objects and lists travel as jsonb and come back', async () => {
    const result = await db.call<unknown>(7 as TenantId, 'trial.double', [{ a: 1 }, { a: '"' }])
    expect(result).toEqual({ tenant: 7, items: [{ a: 1 }, { a: '"' }] })
  })

  test('a bigint that is no safe integer is a bug, not a wrong number', async () => {
    await expect(db.callGlobal('trial.big')).rejects.toThrow(/safe integer/)
  })

  test('a function name is never built from input', async () => {
    await expect(db.callGlobal('trial.double(1); drop schema trial; --')).rejects.toThrow(/not a function name/)
  })
})

test('listeners are woken by a commit, and again after their connection broke', async () => {
  const shop = await house.newTenant()
  let woken = Promise.withResolvers<void>()
  const stop = await db.listen('quanshu_events', () => woken.resolve())
  const emit = () => db.write(shop.ctx, async (tx) => tx.emit({ type: 'goods.changed', subject: 'g', payload: {} }))
  await emit()
  await woken.promise
  woken = Promise.withResolvers()
  await owner.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()",
  )
  await woken.promise
  woken = Promise.withResolvers()
  await emit()
  await woken.promise
  await stop()
})

async function countsOf(tenantId: TenantId): Promise<Readonly<Record<string, number>>> {
  const { rows } = await owner.query(
    `select
       (select count(*)::integer from trial.notes where tenant_id = $1) as notes,
       (select count(*)::integer from events.log where tenant_id = $1) as events,
       (select count(*)::integer from jobs.of_tenant($1)) as jobs,
       (select count(*)::integer from audit.entries where tenant_id = $1) as audit`,
    [tenantId],
  )
  return rows[0] ?? {}
}
