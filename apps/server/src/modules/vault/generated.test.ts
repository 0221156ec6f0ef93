import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { StaffId } from '@quanshu/kernel'
import { checkOf } from '@quanshu/kernel'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { codeOf, type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import { findStockDifferences } from '../stock/index.ts'
import {
  cancelImport,
  createGeneration,
  createImport,
  exportCodes,
  generateCodes,
  getBatch,
  listCards,
  resumeBatch,
  resumeGeneration,
  searchCard,
  suspendBatch,
  tendBatches,
  undoBatch,
  uploadImport,
} from './index.ts'
import { followTask, systemCtx } from './jobs.ts'

const house = await testPlatform()

type Shop = TestTenant & { readonly staff: Ctx; readonly skuId: number }

async function newShop(): Promise<Shop> {
  const shop = await house.newTenant()
  const { rows } = await house.owner.query<{ id: string }>(
    `with g as (insert into catalog.goods (tenant_id, title) values ($1, '会员月卡') returning id)
     insert into catalog.skus (tenant_id, goods_id, title, price_fen) select $1, id, '一个月', 990 from g returning id`,
    [shop.tenantId],
  )
  return { ...shop, staff: shop.as({ kind: 'staff', id: 1 as StaffId, name: '小王' }), skuId: Number(rows[0]?.id) }
}

const facts = { costFen: 0, purchaseRef: '', validFrom: null, validTo: null, note: '' } as const
const open = (shop: Shop, pattern: string, wanted: number) =>
  house.db.write(shop.staff, (tx) => createGeneration(tx, { ...facts, skuId: shop.skuId, pattern, wanted }))
const run = (shop: Shop, batchId: number) => generateCodes(house, systemCtx(shop.tenantId, 'test'), batchId)
const batchOf = (shop: Shop, batchId: number) => house.db.read(shop.ctx, (tx) => getBatch(tx, batchId))
const differences = (shop: Shop) => house.db.read(shop.ctx, findStockDifferences)

async function generated(shop: Shop, pattern: string, wanted: number) {
  const { id } = await open(shop, pattern, wanted)
  await run(shop, id)
  return await batchOf(shop, id)
}

const exported = async (shop: Shop, batchId: number, handOut = false): Promise<readonly string[]> =>
  (await text(Readable.from(await exportCodes(house, shop.staff, { batchId, reason: '印制实体卡', handOut }))))
    .split('\r\n')
    .filter(Boolean)

const deliver = (shop: Shop, cardIds: readonly number[]) =>
  house.db.write(shop.ctx, (tx) =>
    sql`select vault.transfer(${shop.tenantId}::bigint, ${shop.skuId}::bigint, ${cardIds}::bigint[], 'available', 'delivered', 'order:2611220123456789', 'system')`.execute(
      tx.db,
    ),
  )

const PATTERN = 'QS-****-****-**='
const CLEAR = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

describe('codes of our own', () => {
  it('are as many as were wanted, all different, of the pattern, with a check character, sealed, found by value, in stock', async () => {
    const shop = await newShop()
    const batch = await generated(shop, PATTERN, 5_000)
    expect(batch).toMatchObject({
      state: 'ready',
      origin: 'generated',
      imported: 5_000,
      duplicates: 0,
      counts: { available: 5_000 },
      actions: ['export_codes', 'undo', 'suspend', 'recall', 'edit'],
    })
    const codes = await exported(shop, batch.id)
    expect(new Set(codes).size).toBe(5_000)
    for (const code of codes) {
      expect(code).toMatch(/^QS-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{3}$/)
      const drawn = code.replace('QS', '').replaceAll('-', '')
      expect(checkOf(drawn.slice(0, -1), CLEAR)).toBe(drawn.at(-1))
    }
    const [some = ''] = codes
    expect(await searchCard(house, shop.ctx, some)).toMatchObject({ items: [{ batchId: batch.id }] })
    const { rows } = await house.owner.query(
      `select count(*)::integer as hits from vault.cards where tenant_id = $1 and position(convert_to($2, 'UTF8') in sealed) > 0`,
      [shop.tenantId, some.slice(3)],
    )
    expect(rows[0].hits).toBe(0)
    expect(await differences(shop)).toEqual([])
  })

  it('use every character of their alphabet as often as any other', async () => {
    const shop = await newShop()
    const { id } = await generated(shop, '*'.repeat(20), 2_000)
    const seen = new Map<string, number>()
    for (const character of (await exported(shop, id)).join('')) seen.set(character, (seen.get(character) ?? 0) + 1)
    expect([...seen.keys()].sort().join('')).toBe(CLEAR)
    // 40,000 draws of 30: 1,333 each. Six standard deviations of chance are 216.
    for (const [character, count] of seen) expect(Math.abs(count - 1_333), character).toBeLessThan(216)
  })

  it('are drawn again when the vault has known one before, so that the count is kept', async () => {
    const shop = await newShop()
    const first = await generated(shop, '#'.repeat(13), 1)
    const [known = ''] = await exported(shop, first.id)
    const { id } = await open(shop, `${known.slice(0, 12)}${'#'.repeat(13)}`, 1)
    // Only the pattern of the test can be guessed, so the row is made to want what is known: of ten codes nine are new.
    await house.owner.query(`update vault.batches set pattern = $3, wanted = 9 where tenant_id = $1 and id = $2`, [
      shop.tenantId,
      id,
      `${known.slice(0, 12)}#`,
    ])
    await run(shop, id)
    const batch = await batchOf(shop, id)
    expect(batch).toMatchObject({ state: 'ready', imported: 9 })
    expect(batch.duplicates).toBeGreaterThan(0)
    const codes = await exported(shop, id)
    expect(codes).not.toContain(known)
    expect(new Set(codes).size).toBe(9)
  })

  it.each([
    ['****', 'vault.pattern_too_few'],
    ['#'.repeat(12), 'vault.pattern_too_few'],
    ['QS QS****', 'pattern.bad_character'],
    ['FIXED', 'pattern.nothing_drawn'],
  ])('of the pattern %s are refused: %s', async (pattern, code) => {
    expect(await codeOf(open(await newShop(), pattern, 1))).toBe(code)
  })

  it('that share a pattern share its chances: what was made before counts', async () => {
    const shop = await newShop()
    await open(shop, '#'.repeat(13), 60_000)
    expect(await codeOf(open(shop, '#'.repeat(13), 40_001))).toBe('vault.pattern_too_few')
    expect(await codeOf(open(shop, '#'.repeat(13), 40_000))).toBe('ok')
  })

  it('go on after a crash where they stopped, without one too many', async () => {
    const shop = await newShop()
    const { id } = await open(shop, PATTERN, 7_000)
    const broken = {
      ...house,
      db: {
        ...house.db,
        call: (async (tenantId: never, name: string, ...values: never[]) => {
          if (name === 'vault.import_chunk' && (await batchOf(shop, id)).imported >= 4_000) throw new Error('power cut')
          return await house.db.call(tenantId, name, ...values)
        }) as typeof house.db.call,
      },
    }
    await expect(generateCodes(broken, systemCtx(shop.tenantId, 'test'), id)).rejects.toThrow('power cut')
    expect(await batchOf(shop, id)).toMatchObject({
      state: 'interrupted',
      imported: 4_000,
      failure: { code: 'vault.generation_failed' },
      actions: expect.arrayContaining(['cancel', 'resume_generation']),
    })
    expect(await house.db.write(shop.staff, (tx) => resumeGeneration(tx, id))).toMatchObject({ state: 'importing' })
    await run(shop, id)
    expect(await batchOf(shop, id)).toMatchObject({ state: 'ready', imported: 7_000 })
    await run(shop, id)
    expect((await batchOf(shop, id)).imported).toBe(7_000)
    expect(await differences(shop)).toEqual([])
  })

  it('of which two makers run at once are no more than wanted', async () => {
    const shop = await newShop()
    const { id } = await open(shop, PATTERN, 9_000)
    await Promise.all([run(shop, id), run(shop, id), run(shop, id)])
    expect(await batchOf(shop, id)).toMatchObject({ state: 'ready', imported: 9_000 })
    expect(await differences(shop)).toEqual([])
  })

  it('stop when cancelled; what was made stays and can be undone', async () => {
    const shop = await newShop()
    const { id } = await open(shop, PATTERN, 100_000)
    const running = run(shop, id)
    await expect.poll(async () => (await batchOf(shop, id)).imported).toBeGreaterThan(0)
    await cancelImport(house, shop.staff, id)
    await running
    const cancelled = await batchOf(shop, id)
    expect(cancelled.state).toBe('cancelled')
    expect(cancelled.imported).toBeLessThan(100_000)
    expect(await undoBatch(house, shop.staff, id, '数量填错')).toMatchObject({ state: 'undone', imported: 0 })
  })

  it('that nobody makes any more are marked, and a file is not taken into their batch', async () => {
    const shop = await newShop()
    const { id } = await open(shop, PATTERN, 10)
    expect(await codeOf(uploadImport(house, shop.staff, id, { stream: Readable.from([Buffer.from('A')]) }))).toBe(
      'common.not_found',
    )
    await house.owner.query(
      `update vault.batches set upload_no = 1, heartbeat_at = now() - interval '3 minutes' where tenant_id = $1 and id = $2`,
      [shop.tenantId, id],
    )
    await tendBatches(house)
    expect(await batchOf(shop, id)).toMatchObject({
      state: 'interrupted',
      failure: { code: 'vault.generation_failed' },
    })
  })

  it('are not made for the SKU of another shop', async () => {
    const [shop, other] = [await newShop(), await newShop()]
    expect(await codeOf(open({ ...shop, skuId: other.skuId }, PATTERN, 1))).toBe('common.not_found')
    const { id } = await generated(other, PATTERN, 1)
    await run(shop, id)
    expect(await codeOf(exported(shop, id))).toBe('common.not_found')
    expect(await codeOf(house.db.write(shop.staff, (tx) => resumeGeneration(tx, id)))).toBe('common.not_found')
  })
})

describe('the export of codes', () => {
  it('happens once, of ten at the same time too, and who, when and why is stored before the first code', async () => {
    const shop = await newShop()
    const { id } = await generated(shop, PATTERN, 20)
    const tries = await Promise.all(Array.from({ length: 10 }, () => codeOf(exported(shop, id))))
    expect(tries.filter((result) => result === 'ok')).toHaveLength(1)
    expect(tries.filter((result) => result === 'vault.codes_exported')).toHaveLength(9)
    expect(await batchOf(shop, id)).toMatchObject({
      exported: { by: '小王', reason: '印制实体卡', codes: 20, handOut: false },
      state: 'ready',
      counts: { available: 20 },
      actions: ['suspend', 'recall', 'edit'],
    })
    const { rows } = await house.owner.query(
      `select detail from audit.entries where tenant_id = $1 and action = 'batch.export_codes'`,
      [shop.tenantId],
    )
    expect(rows).toEqual([{ detail: { reason: '印制实体卡', codes: 20, handOut: false } }])
    expect(await codeOf(undoBatch(house, shop.staff, id, 'x'))).toBe('vault.batch_exported')
  })

  it('is refused a second time by the database itself, and the program may not take the row away', async () => {
    const shop = await newShop()
    const { id } = await generated(shop, PATTERN, 1)
    await exported(shop, id)
    const asProgram = (statement: string) =>
      house.db
        .write(shop.staff, (tx) => sql.raw(statement).execute(tx.db))
        .then(
          () => 'done',
          (error: unknown) => String((error as { cause?: unknown }).cause ?? error),
        )
    const row = `insert into vault.exports (tenant_id, batch_id, by_name, by_staff_id, reason, codes, hand_out)
      values (${shop.tenantId}, ${id}, 'x', 1, 'x', 1, false)`
    expect(await asProgram(row)).not.toBe('done')
    expect(await asProgram(`delete from vault.exports where batch_id = ${id}`)).toMatch(/permission denied/)
    expect(await asProgram(`update vault.exports set batch_id = 0 where batch_id = ${id}`)).toMatch(/permission denied/)
  })

  it('for giving out elsewhere leaves out what the shop sold, takes the rest off its shelf, and it never comes back', async () => {
    const shop = await newShop()
    const { id } = await generated(shop, PATTERN, 10)
    const { items } = await listCards(house, shop.ctx, { page: 1, pageSize: 50, batchId: id })
    await deliver(
      shop,
      items.slice(0, 3).map((card) => card.id),
    )
    const codes = await exported(shop, id, true)
    expect(codes).toHaveLength(7)
    const picked = await house.owner.query(`select * from vault.pick($1, $2, 'fifo', 10)`, [shop.tenantId, shop.skuId])
    expect(picked.rows).toEqual([])
    const job = {
      tenantId: shop.tenantId,
      payload: { batchId: id, skuId: shop.skuId, from: 'available', to: 'suspect' },
    }
    await followTask(house).run(job as never)
    expect(await batchOf(shop, id)).toMatchObject({
      state: 'suspended',
      counts: { available: 0, suspect: 7, delivered: 3 },
      actions: ['recall', 'edit'],
    })
    expect(await codeOf(resumeBatch(house, shop.staff, id, 'x'))).toBe('vault.batch_handed_out')
    expect(await differences(shop)).toEqual([])
  })

  it('is not for imported codes, nor for a batch that is still being made', async () => {
    const shop = await newShop()
    const bought = await house.db.write(shop.staff, (tx) =>
      createImport(tx, { ...facts, supplier: '', fileName: 'x.txt', separator: 'auto', skuId: shop.skuId }),
    )
    await uploadImport(house, shop.staff, bought.id, { stream: Readable.from([Buffer.from('A\nB')]) })
    expect(await codeOf(exported(shop, bought.id))).toBe('vault.export_only_own')
    const { id } = await open(shop, PATTERN, 10)
    expect(await codeOf(exported(shop, id))).toBe('vault.wrong_batch_state')
    await run(shop, id)
    await suspendBatch(house, shop.staff, id, 'x')
    expect(await codeOf(exported(shop, id))).toBe('ok')
  })
})
