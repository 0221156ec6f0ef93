import type { TenantId } from '@quanshu/kernel'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import type { Module } from '../module.ts'
import { openGuard } from './guard.ts'
import { browseJobs, discardJob, type Job, jobCounts, rerunJob, runJobs } from './index.ts'
import { startSchedules } from './schedules.ts'

const house = await testPlatform()
const { db, owner, ownerUrl } = house

async function running(modules: readonly Module[], slots = 4) {
  const runner = await runJobs(house, modules, { ownerUrl, slots })
  onTestFinished(() => runner.stop())
  return runner
}

function recording(name: string, work: (job: Job) => Promise<void> = async () => {}) {
  const jobs: Job[] = []
  const run = async (job: Job) => {
    jobs.push(job)
    await work(job)
  }
  return { jobs, modules: [{ name: 'trial', tasks: [{ name, run }] }] }
}

/** A gate that the test opens. */
function gate() {
  let open: () => void = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

describe('jobs', () => {
  test('run after the commit that caused them, with their tenant and payload; never after a rollback', async () => {
    const shop = await house.newTenant()
    const { jobs, modules } = recording('trial.plain')
    await running(modules)
    const failed = db.write(shop.ctx, async (tx) => {
      tx.enqueue('trial.plain', { n: 0 })
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    await db.write(shop.ctx, async (tx) => tx.enqueue('trial.plain', { n: 1 }))
    await expect
      .poll(() => jobs)
      .toMatchObject([{ tenantId: shop.tenantId, payload: { n: 1 }, attempt: 1, attemptsMax: 25 }])
  })

  test('that fail are tried again; given up they stay visible to their tenant, and can be run again or discarded', async () => {
    const [shop, other] = [await house.newTenant(), await house.newTenant()]
    let isBroken = true
    const { jobs, modules } = recording('trial.failing', async () => {
      if (isBroken) throw new Error('the supplier is away')
    })
    await running(modules)
    await db.write(shop.ctx, async (tx) => {
      tx.enqueue('trial.failing', { n: 1 }, { attemptsMax: 2 })
      tx.enqueue('trial.failing', { n: 2 }, { attemptsMax: 1 })
    })
    const givenUp = () => db.read(shop.ctx, (tx) => browseJobs(tx, { state: 'given_up', limit: 10 }))
    await expect.poll(async () => (await givenUp()).length).toBe(2)
    const rows = await givenUp()
    expect(rows.map((row) => [row.task, row.attempts, row.lastError])).toEqual([
      ['trial.failing', 1, 'the supplier is away'],
      ['trial.failing', 2, 'the supplier is away'],
    ])
    expect(await db.read(other.ctx, (tx) => browseJobs(tx, { limit: 10 }))).toEqual([])
    const [second, first] = rows.map((row) => row.id)
    expect(await db.write(other.ctx, (tx) => rerunJob(tx, first ?? 0))).toBe(false)
    expect(await db.write(other.ctx, (tx) => discardJob(tx, second ?? 0))).toBe(false)
    expect((await jobCounts(db)).givenUp).toBe(2)

    isBroken = false
    const before = jobs.length
    expect(await db.write(shop.ctx, (tx) => rerunJob(tx, first ?? 0))).toBe(true)
    await expect.poll(() => jobs.length).toBe(before + 1)
    expect(await db.write(shop.ctx, (tx) => discardJob(tx, second ?? 0))).toBe(true)
    await expect.poll(async () => (await givenUp()).length).toBe(0)
  })

  test('of one tenant’s flood leave slots for the others', async () => {
    const [flooding, quiet] = [await house.newTenant(), await house.newTenant()]
    const { open, passed } = gate()
    const { jobs, modules } = recording('trial.fair', async ({ tenantId }) => {
      if (tenantId === flooding.tenantId) await passed
    })
    await db.write(flooding.ctx, async (tx) => {
      for (let n = 0; n < 200; n += 1) tx.enqueue('trial.fair', { n })
    })
    await running(modules, 6)
    const ofQuiet = () => jobs.filter((job) => job.tenantId === (quiet.tenantId as TenantId)).length
    await expect.poll(() => jobs.length).toBe(4)
    await db.write(quiet.ctx, async (tx) => tx.enqueue('trial.fair', {}))
    await expect.poll(ofQuiet).toBe(1)
    expect(jobs.length - ofQuiet()).toBe(4)
    open()
    await expect.poll(() => jobs.length).toBe(201)
  })

  test('of one lane follow each other at once, without waiting for a poll in between', async () => {
    const shop = await house.newTenant()
    const begunAt: number[] = []
    const { jobs, modules } = recording('trial.lane', async () => void begunAt.push(performance.now()))
    await db.write(shop.ctx, async (tx) => {
      for (let n = 0; n < 30; n += 1) tx.enqueue('trial.lane', { n })
    })
    await owner.query(`
      update graphile_worker._private_jobs
      set job_queue_id = (
        select id from graphile_worker._private_job_queues where queue_name like 't${shop.tenantId}:%' limit 1
      )
      where task_id = (select id from graphile_worker._private_tasks where identifier = 'trial.lane')`)
    await running(modules, 2)
    await expect.poll(() => jobs.length).toBe(30)
    // By polls alone it is half a second for each. One in the middle, for which a stall of the machine is nothing.
    const pauses = begunAt.slice(1).map((at, index) => at - (begunAt[index] ?? 0))
    expect(pauses.toSorted((one, other) => one - other)[14]).toBeLessThan(250)
  })

  test('under way finish before the runner stops; the rest stays for the next', async () => {
    const shop = await house.newTenant()
    const { open, passed } = gate()
    let finished = 0
    const { jobs, modules } = recording('trial.stop', async () => {
      await passed
      finished += 1
    })
    const runner = await runJobs(house, modules, { ownerUrl, slots: 1 })
    await db.write(shop.ctx, async (tx) => {
      tx.enqueue('trial.stop', { n: 1 })
      tx.enqueue('trial.stop', { n: 2 })
    })
    await expect.poll(() => jobs.length).toBe(1)
    const stopped = runner.stop()
    open()
    await stopped
    expect(finished).toBe(1)
    const remains = async () => {
      const { rows } = await owner.query(
        'select count(*)::int as left, count(locked_by)::int as locked from graphile_worker._private_jobs where task_id = (select id from graphile_worker._private_tasks where identifier = $1)',
        ['trial.stop'],
      )
      return rows[0]
    }
    await expect.poll(remains).toEqual({ left: 1, locked: 0 })
  })

  test('are not begun any more while a tick that runs long is waited for', async () => {
    const shop = await house.newTenant()
    const { open, passed } = gate()
    const { jobs, modules } = recording('trial.beside')
    let isTicking = false
    const run = async () => {
      isTicking = true
      await passed
    }
    const slow = { name: 'trial', schedules: [{ name: 'trial.slow', everyMs: 60_000, run }] }
    const runner = await runJobs(house, [...modules, slow], { ownerUrl, slots: 1 })
    await expect.poll(() => isTicking).toBe(true)
    const stopped = runner.stop()
    // A question for work that was under way is still answered.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await db.write(shop.ctx, async (tx) => tx.enqueue('trial.beside', {}))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(jobs).toEqual([])
    open()
    await stopped
  })

  test('that outlast the wait go back only when their process ends: until then nobody else runs them beside it', async () => {
    const shop = await house.newTenant()
    const { open, passed } = gate()
    const { jobs, modules } = recording('trial.long', () => passed)
    const runner = await runJobs(house, modules, { ownerUrl, slots: 1, stopTimeoutMs: 100 })
    await db.write(shop.ctx, async (tx) => tx.enqueue('trial.long', {}))
    await expect.poll(() => jobs.length).toBe(1)
    const stopped = runner.stop(new AbortController().signal).then(() => 'stopped')
    const later = new Promise((resolve) => setTimeout(resolve, 3_000, 'waiting'))
    expect(await Promise.race([stopped, later])).toBe('waiting')
    open()
    await stopped
    await running(modules)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(jobs).toHaveLength(1)
  })

  test('of a worker that died are taken over by the next one, at once', async () => {
    const shop = await house.newTenant()
    await db.write(shop.ctx, async (tx) => tx.enqueue('trial.orphan', { n: 1 }))
    // What a SIGKILLed worker leaves: rows locked by a pool that holds no advisory lock any more.
    await owner.query(`
      update graphile_worker._private_jobs set locked_by = 'pool-dead', locked_at = now(), attempts = 1
      where task_id = (select id from graphile_worker._private_tasks where identifier = 'trial.orphan')`)
    await owner.query(`
      update graphile_worker._private_job_queues set locked_by = 'pool-dead', locked_at = now()
      where queue_name like 't${shop.tenantId}:%'`)
    const { jobs, modules } = recording('trial.orphan')
    await running(modules)
    await expect.poll(() => jobs).toMatchObject([{ payload: { n: 1 }, attempt: 2 }])
  })
})

describe('schedules', () => {
  test('run each tick once however many workers there are, and never two at a time', async () => {
    let [ticks, atOnce, atOnceMax] = [0, 0, 0]
    const schedule = {
      name: 'trial.tick',
      everyMs: 100,
      run: async () => {
        ticks += 1
        atOnce += 1
        atOnceMax = Math.max(atOnceMax, atOnce)
        // Longer than a tick, so that the next ones fall due meanwhile.
        await new Promise((resolve) => setTimeout(resolve, 150))
        atOnce -= 1
      },
    }
    const guards = await Promise.all([0, 1, 2].map(() => openGuard(ownerUrl, house.log)))
    const started = performance.now()
    const workers = guards.map((guard) => startSchedules(house, guard, [schedule]))
    await expect.poll(() => ticks).toBeGreaterThanOrEqual(4)
    await Promise.all(workers.map((worker) => worker.stop()))
    const elapsed = performance.now() - started
    await Promise.all(guards.map((guard) => guard.close()))
    expect(atOnceMax).toBe(1)
    expect(ticks).toBeLessThanOrEqual(elapsed / 90 + 1)
  })

  test('a failing tick is noted and the next one runs', async () => {
    let ticks = 0
    const guard = await openGuard(ownerUrl, house.log)
    const run = async () => {
      ticks += 1
      throw new Error(`tick ${ticks} failed`)
    }
    const schedules = startSchedules(house, guard, [{ name: 'trial.bad', everyMs: 20, run }])
    await expect.poll(() => ticks).toBeGreaterThanOrEqual(2)
    await schedules.stop()
    await guard.close()
    const { rows } = await owner.query(`select last_error from jobs.schedules where name = 'trial.bad'`)
    expect(rows[0].last_error).toMatch(/tick \d+ failed/)
  })

  test('the guard takes its locks again after its connection was lost', async () => {
    const guard = await openGuard(ownerUrl, house.log)
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'quanshu guard' and datname = current_database()`
    await owner.query(kill)
    await expect.poll(async () => await guard.exclusively('trial.lost', async () => {}).catch(() => false)).toBe(true)
    const held = guard.exclusively('trial.held', async () => {
      const other = new pg.Client({ connectionString: ownerUrl })
      await other.connect()
      const { rows } = await other.query(`select pg_try_advisory_lock(71002, hashtext('trial.held')) as taken`)
      await other.end()
      expect(rows[0].taken).toBe(false)
    })
    expect(await held).toBe(true)
    await guard.close()
  })
})
