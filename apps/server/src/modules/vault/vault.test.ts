import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { BatchView } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { codeOf, type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import { findStockDifferences } from '../stock/index.ts'
import { workbookOfRows } from './import-reader/workbook.fixture.ts'
import {
  cancelImport,
  cardHistory,
  createImport,
  editBatch,
  expireDueCards,
  getBatch,
  listBatches,
  listCards,
  markCardUsed,
  mask,
  resumeBatch,
  revealCard,
  searchCard,
  suspendBatch,
  tendBatches,
  undoBatch,
  uploadImport,
  voidCard,
} from './index.ts'
import { watchBatch } from './progress.ts'
import { importReport, importReportCsv } from './queries/import-report.ts'

const house = await testPlatform()

type Shop = TestTenant & { readonly staff: Ctx; readonly skuId: number }

async function newShop(allocation = 'fifo'): Promise<Shop> {
  const shop = await house.newTenant()
  const { rows } = await house.owner.query<{ id: string }>(
    `with g as (insert into catalog.goods (tenant_id, title) values ($1, '会员月卡') returning id)
     insert into catalog.skus (tenant_id, goods_id, title, price_fen, allocation) select $1, id, '一个月', 990, $2 from g returning id`,
    [shop.tenantId, allocation],
  )
  return { ...shop, staff: shop.as({ kind: 'staff', id: 1 as StaffId, name: '小王' }), skuId: Number(rows[0]?.id) }
}

const facts = {
  supplier: '',
  costFen: 500,
  purchaseRef: '',
  validFrom: null,
  validTo: null,
  note: '',
  fileName: 'cards.txt',
  separator: 'auto',
} as const

const openBatch = (shop: Shop, more: Partial<Parameters<typeof createImport>[1]> = {}): Promise<BatchView> =>
  house.db.write(shop.staff, (tx) => createImport(tx, { ...facts, skuId: shop.skuId, ...more }))

const upload = (
  shop: Shop,
  batchId: number,
  content: string | Buffer | Readable,
  fileName?: string,
): Promise<BatchView> =>
  uploadImport(house, shop.staff, batchId, {
    stream: content instanceof Readable ? content : Readable.from([Buffer.from(content)]),
    fileName,
  })

async function importCards(
  shop: Shop,
  content: string | Buffer,
  more: Parameters<typeof openBatch>[1] = {},
): Promise<BatchView> {
  return upload(shop, (await openBatch(shop, more)).id, content)
}

const codes = (count: number, prefix = 'CODE'): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(8, '0')}`)

const differences = (shop: Shop) => house.db.read(shop.ctx, findStockDifferences)

/** What a sale does to cards, without the order around it. */
const deliver = (shop: Shop, cardIds: readonly number[]) =>
  house.db.write(shop.ctx, (tx) =>
    sql`select vault.transfer(${shop.tenantId}::bigint, ${shop.skuId}::bigint, ${cardIds}::bigint[], 'available', 'delivered', 'order:2611220123456789', 'system')`.execute(
      tx.db,
    ),
  )

const list = (shop: Shop, query: Partial<Parameters<typeof listCards>[2]> = {}) =>
  listCards(house, shop.ctx, { page: 1, pageSize: 50, ...query })

describe('importing', () => {
  it('counts imported, duplicate and invalid lines, and says which and why', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, `A----1\nB----2\n\nA----1\n${'x'.repeat(3_000)}\nC----\n`)
    expect(batch).toMatchObject({
      state: 'ready',
      imported: 2,
      duplicates: 1,
      invalid: 2,
      linesRead: 6,
      counts: { available: 2 },
      actions: ['undo', 'suspend', 'recall', 'edit'],
    })
    const report = await house.db.read(shop.ctx, (tx) => importReport(tx, batch.id, { page: 1, pageSize: 10 }))
    expect(report.items).toMatchObject([
      { lineNo: 4, outcome: 'duplicate', message: expect.stringContaining('重复') },
      { lineNo: 5, outcome: 'invalid', reason: 'too_long', message: expect.stringContaining('2000') },
      { lineNo: 6, outcome: 'invalid', reason: 'empty_part' },
    ])
    const csv = await text(Readable.from(importReportCsv((fn) => house.db.read(shop.ctx, fn), batch.id)))
    expect(csv.split('\r\n')).toHaveLength(5)
    expect(await differences(shop)).toEqual([])
  })

  it('finds duplicates of everything ever imported, in any batch, SKU, file format and separator, also when sold', async () => {
    const shop = await newShop()
    await importCards(shop, 'acc1----pw1\nacc2----pw2')
    const [sold] = (await list(shop)).items
    await deliver(shop, [sold?.id ?? 0])
    const again = await importCards(
      shop,
      workbookOfRows([
        ['acc1', 'pw1'],
        ['acc2', 'pw2'],
        ['acc3', 'pw3'],
      ]),
      { fileName: 'x.xlsx' },
    )
    expect(again).toMatchObject({ imported: 1, duplicates: 2 })
    expect(await importCards(shop, 'acc3,pw3', { fileName: 'x.csv' })).toMatchObject({ imported: 0, duplicates: 1 })
  })

  it('another shop may import the same codes', async () => {
    const [one, other] = [await newShop(), await newShop()]
    await importCards(one, 'SAME')
    expect(await importCards(other, 'SAME')).toMatchObject({ imported: 1, duplicates: 0 })
  })

  it('no code reaches the database in plain, in any table', async () => {
    const shop = await newShop()
    await importCards(shop, 'PLAINTEXTCODE1----PLAINTEXTPASS1\nPLAINTEXTCODE1----PLAINTEXTPASS1')
    const { rows: tables } = await house.owner.query(
      "select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')",
    )
    for (const { name } of tables) {
      const { rows } = await house.owner.query(
        `select count(*)::integer as hits from ${name} t where t::text like '%PLAINTEXT%' or t::text like '%' || encode('PLAINTEXT', 'hex') || '%'`,
      )
      expect(rows[0].hits, name).toBe(0)
    }
  })

  it('several imports of overlapping files at once count every code once', async () => {
    const shop = await newShop()
    const all = codes(6_000)
    const files = [all.slice(0, 4_000), all.slice(2_000).reverse(), all.slice(1_000, 5_000)]
    const batches = await Promise.all(files.map((lines) => importCards(shop, lines.join('\n'))))
    expect(batches.reduce((sum, batch) => sum + batch.imported, 0)).toBe(6_000)
    expect(batches.reduce((sum, batch) => sum + batch.duplicates, 0)).toBe(6_000)
    expect(await differences(shop)).toEqual([])
  })

  it('a file that is not what it says is refused, the reason stays with the batch, and the right file may follow', async () => {
    const shop = await newShop()
    const batch = await openBatch(shop)
    expect(await codeOf(upload(shop, batch.id, Buffer.from('89504e470d0a1a0a', 'hex')))).toBe('vault.file_not_text')
    const refused = await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))
    expect(refused).toMatchObject({
      state: 'interrupted',
      failure: { code: 'vault.file_not_text', message: expect.stringContaining('PNG') },
    })
    expect(await upload(shop, batch.id, 'A\nB')).toMatchObject({ state: 'ready', imported: 2, failure: null })
    expect(await codeOf(upload(shop, batch.id, 'C'))).toBe('vault.import_closed')
  })

  it('a broken upload keeps what was read, and the same file goes on where it stopped', async () => {
    const shop = await newShop()
    const content = codes(9_000).join('\n')
    const batch = await openBatch(shop)
    async function* breaking() {
      for (let at = 0; at < 100_000; at += 10_000) yield Buffer.from(content.slice(at, at + 10_000))
      throw new Error('socket hang up')
    }
    await expect(upload(shop, batch.id, Readable.from(breaking()))).rejects.toThrow('socket hang up')
    const broken = await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))
    expect(broken).toMatchObject({
      state: 'interrupted',
      linesRead: 6_000,
      imported: 6_000,
      actions: expect.arrayContaining(['resume_upload']),
    })
    expect(await codeOf(upload(shop, batch.id, 'another file'))).toBe('vault.different_file')
    expect(await upload(shop, batch.id, content)).toMatchObject({
      state: 'ready',
      imported: 9_000,
      duplicates: 0,
      linesRead: 9_000,
    })
    expect(await differences(shop)).toEqual([])
  })

  it('a newer upload of a batch stops the older one, and nothing is imported twice', async () => {
    const shop = await newShop()
    const content = codes(12_000).join('\n')
    const batch = await openBatch(shop)
    const slow = new Readable({ read() {} })
    const first = codeOf(upload(shop, batch.id, slow))
    slow.push(content.slice(0, 60_000))
    await expect
      .poll(async () => (await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))).linesRead)
      .toBeGreaterThan(0)
    const second = await upload(shop, batch.id, content)
    slow.push(content.slice(60_000))
    slow.push(null)
    expect(await first).toBe('vault.upload_superseded')
    expect(second).toMatchObject({ state: 'ready', imported: 12_000, duplicates: 0 })
    expect(await differences(shop)).toEqual([])
  })

  it('cancelling stops a running import; what is there stays and can be undone', async () => {
    const shop = await newShop()
    const batch = await openBatch(shop)
    const file = codes(20_000)
    const endless = new Readable({ read() {} })
    const running = upload(shop, batch.id, endless)
    endless.push(file.slice(0, 5_000).join('\n'))
    await expect
      .poll(async () => (await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))).linesRead)
      .toBeGreaterThan(0)
    await cancelImport(house, shop.staff, batch.id)
    endless.push(file.slice(5_000).join('\n'))
    const cancelled = await running
    expect(cancelled.state).toBe('cancelled')
    expect(cancelled.imported).toBeLessThan(20_000)
    expect(await codeOf(cancelImport(house, shop.staff, batch.id))).toBe('vault.wrong_batch_state')
    expect(await undoBatch(house, shop.staff, batch.id, 'wrong file')).toMatchObject({ state: 'undone', imported: 0 })
    expect(await differences(shop)).toEqual([])
  })

  it('an import without a sign of life becomes interrupted', async () => {
    const shop = await newShop()
    const batch = await openBatch(shop)
    const hanging = new Readable({ read() {} })
    const running = upload(shop, batch.id, hanging)
    hanging.push(codes(3_000).join('\n'))
    await expect
      .poll(async () => (await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))).linesRead)
      .toBeGreaterThan(0)
    await house.owner.query(
      "update vault.batches set heartbeat_at = now() - interval '3 minutes' where tenant_id = $1",
      [shop.tenantId],
    )
    await tendBatches(house)
    expect(await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))).toMatchObject({
      state: 'interrupted',
      failure: { code: 'vault.connection_lost' },
    })
    hanging.push(null)
    expect(await running).toMatchObject({ state: 'ready', imported: 3_000 })
  })

  it('a watcher sees progress and the end', async () => {
    const shop = await newShop()
    const batch = await openBatch(shop)
    const seen: BatchView[] = []
    const closed = new Promise<void>((resolve, reject) =>
      watchBatch(house, shop.ctx, batch.id, { send: (view) => seen.push(view), close: resolve, fail: reject }),
    )
    await expect.poll(() => seen.length).toBe(1)
    await upload(shop, batch.id, codes(8_000).join('\n'))
    await closed
    expect(seen.at(-1)).toMatchObject({ state: 'ready', imported: 8_000 })
  })

  it('a SKU that is not there, or of another shop, is not found', async () => {
    const [shop, other] = [await newShop(), await newShop()]
    expect(await codeOf(openBatch(shop, { skuId: other.skuId }))).toBe('common.not_found')
    const batch = await openBatch(other)
    expect(await codeOf(upload(shop, batch.id, 'A'))).toBe('common.not_found')
    expect(await codeOf(undoBatch(house, shop.staff, batch.id, 'x'))).toBe('common.not_found')
    expect(await codeOf(suspendBatch(house, shop.staff, batch.id, 'x'))).toBe('common.not_found')
  })
})

describe('batches', () => {
  it('an untouched batch is undone: codes gone, stock back, and the corrected file imports in full', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, codes(5_000).join('\n'))
    expect(await undoBatch(house, shop.staff, batch.id, '价格填错')).toMatchObject({
      state: 'undone',
      imported: 0,
      actions: [],
    })
    expect((await list(shop)).total).toBe(0)
    expect(await differences(shop)).toEqual([])
    expect(await importCards(shop, codes(5_000).join('\n'))).toMatchObject({ imported: 5_000, duplicates: 0 })
  })

  it('a batch of which one code was sold cannot be undone', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, codes(10).join('\n'))
    const [card] = (await list(shop)).items
    await deliver(shop, [card?.id ?? 0])
    expect(await codeOf(undoBatch(house, shop.staff, batch.id, 'x'))).toBe('vault.batch_touched')
    expect((await list(shop)).total).toBe(10)
  })

  it('suspending takes the rest off the shelf, resuming puts it back, and a half-done one is finished by the sweep', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, codes(5_000).join('\n'))
    const [card] = (await list(shop, { sort: 'id' })).items
    await deliver(shop, [card?.id ?? 0])
    expect(await suspendBatch(house, shop.staff, batch.id, '黑卡')).toMatchObject({
      state: 'suspended',
      counts: { available: 0, suspect: 4_999, delivered: 1 },
      actions: ['resume', 'recall', 'edit'],
    })
    expect(await differences(shop)).toEqual([])
    expect(await resumeBatch(house, shop.staff, batch.id, '核实无误')).toMatchObject({
      state: 'ready',
      counts: { available: 4_999, suspect: 0 },
    })
    await house.owner.query("update vault.batches set state = 'suspended' where tenant_id = $1 and id = $2", [
      shop.tenantId,
      batch.id,
    ])
    await tendBatches(house)
    expect(await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))).toMatchObject({
      counts: { available: 0, suspect: 4_999 },
    })
    expect(await differences(shop)).toEqual([])
  })

  it('a suspended batch gives way before promises to waiting buyers do not fit any more', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, codes(10).join('\n'))
    const account = (kind: string) =>
      sql`ledger.account(${shop.tenantId}::bigint, ${kind}, ${String(shop.skuId)}, 'piece')`
    await house.db.write(shop.ctx, (tx) =>
      sql`select ledger.hold(${shop.tenantId}::bigint, array[${account('stock.available')}], array[${account('stock.delivered')}], array[4::bigint], array['order:1'], array[now() + interval '1 hour'])`.execute(
        tx.db,
      ),
    )
    await suspendBatch(house, shop.staff, batch.id, 'x')
    const { rows } = await house.owner.query('select state from ledger.holds where tenant_id = $1', [shop.tenantId])
    expect(rows).toEqual([{ state: 'released' }])
    expect(await differences(shop)).toEqual([])
  })

  it('cards past their date expire with their stock, and come back when the date was wrong', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, codes(3_000).join('\n'), { validTo: '2020-01-01T00:00:00+08:00' })
    const fresh = await importCards(shop, 'FRESH', { validTo: '2999-01-01T00:00:00+08:00' })
    expect(await expireDueCards(house)).toBe(3_000)
    expect(await house.db.read(shop.ctx, (tx) => getBatch(tx, batch.id))).toMatchObject({
      counts: { available: 0, expired: 3_000 },
    })
    expect(await house.db.read(shop.ctx, (tx) => getBatch(tx, fresh.id))).toMatchObject({ counts: { available: 1 } })
    expect(await differences(shop)).toEqual([])
    expect(
      await editBatch(house, shop.staff, batch.id, { validTo: '2999-01-01T00:00:00+08:00', costFen: 700 }),
    ).toMatchObject({ costFen: 700, counts: { available: 3_000, expired: 0 } })
    expect(await expireDueCards(house)).toBe(0)
    expect(await differences(shop)).toEqual([])
  })

  it('lists filter by state, SKU and words, and another shop’s batches are not there', async () => {
    const shop = await newShop()
    const first = await importCards(shop, 'A', { supplier: '供货商甲', note: '双十一' })
    await importCards(shop, 'B')
    await house.plantNeighbour(shop.tenantId)
    const of = (query: object) => house.db.read(shop.ctx, (tx) => listBatches(tx, { page: 1, pageSize: 10, ...query }))
    expect((await of({})).total).toBe(2)
    expect((await of({ q: '双十一' })).items.map((batch) => batch.id)).toEqual([first.id])
    expect((await of({ supplier: '供货商甲', state: ['ready'] })).total).toBe(1)
    expect((await of({ state: ['undone'] })).total).toBe(0)
  })
})

describe('allocation', () => {
  const picked = async (shop: Shop, rule: string, count: number): Promise<readonly number[]> => {
    const { rows } = await house.owner.query<{ card_id: string }>('select card_id from vault.pick($1, $2, $3, $4)', [
      shop.tenantId,
      shop.skuId,
      rule,
      count,
    ])
    return rows.map((row) => Number(row.card_id))
  }
  const idsOf = async (shop: Shop) =>
    (await list(shop, { sort: 'id', pageSize: 1_000 })).items.map((card) => card.id).sort((a, b) => a - b)

  it('hands out the oldest first, the newest first, or the first to expire, each code once', async () => {
    const shop = await newShop()
    await importCards(shop, codes(3, 'LATER').join('\n'), { validTo: '2999-06-01T00:00:00+08:00' })
    await importCards(shop, codes(3, 'NEVER').join('\n'))
    await importCards(shop, codes(3, 'SOON').join('\n'), { validTo: '2999-01-01T00:00:00+08:00' })
    const ids = await idsOf(shop)
    expect(await picked(shop, 'fifo', 9)).toEqual(ids)
    expect(await picked(shop, 'lifo', 9)).toEqual(ids.toReversed())
    expect(await picked(shop, 'fefo', 9)).toEqual([...ids.slice(6), ...ids.slice(0, 3), ...ids.slice(3, 6)])
  })

  it('by chance hands out any of them, whatever its batch and age, each once', async () => {
    const shop = await newShop()
    await importCards(shop, codes(500, 'OLD').join('\n'))
    await importCards(shop, codes(500, 'NEW').join('\n'))
    const ids = await idsOf(shop)
    const all = await picked(shop, 'random', 1_001)
    expect(all.toSorted((a, b) => a - b)).toEqual(ids)
    // Of a hundred drawn from two halves, fewer than 20 of one would be chance of one in a hundred million.
    const old = all.slice(0, 100).filter((id) => id < (ids[500] ?? 0)).length
    expect(old).toBeGreaterThan(20)
    expect(old).toBeLessThan(80)
    const rising = all.filter((id, at) => id > (all[at - 1] ?? 0)).length
    expect(rising).toBeGreaterThan(400)
    expect(rising).toBeLessThan(600)
  })

  it.each(['fifo', 'fefo', 'lifo', 'random'])(
    'by %s passes over a suspended batch and what is past its date',
    async (rule) => {
      const shop = await newShop(rule)
      const bad = await importCards(shop, codes(20, 'BAD').join('\n'))
      await importCards(shop, codes(3, 'GONE').join('\n'), { validTo: '2020-01-01T00:00:00+08:00' })
      await importCards(shop, codes(3, 'GOOD').join('\n'))
      const good = (await idsOf(shop)).slice(-3)
      for (const state of ['suspended', 'recalling']) {
        await house.owner.query('update vault.batches set state = $3 where tenant_id = $1 and id = $2', [
          shop.tenantId,
          bad.id,
          state,
        ])
        expect(
          (await picked(shop, rule, 10)).toSorted((a, b) => a - b),
          state,
        ).toEqual(good)
      }
    },
  )
})

describe('cards', () => {
  it('are masked everywhere: at most four characters, never more than a quarter', () => {
    expect(mask('ABCDEFGHIJKLMNOPQRST')).toBe('••••••QRST')
    expect(mask('ABCDEFGH\u001fpassword')).toBe('••••••GH')
    expect(mask('ABC')).toBe('••••••')
    expect(mask('')).toBe('••••••')
  })

  it('lists page, filter and count without the neighbour’s', async () => {
    const shop = await newShop()
    const batch = await importCards(shop, codes(30).join('\n'))
    await house.plantNeighbour(shop.tenantId)
    const page = await list(shop, { pageSize: 20, page: 2, batchId: batch.id, sort: 'id' })
    expect(page).toMatchObject({ total: 30, items: { length: 10 } })
    expect(page.items[0]).toMatchObject({
      masked: '••••••020',
      state: 'available',
      skuTitle: '一个月',
      actions: ['reveal', 'void'],
    })
    await deliver(
      shop,
      page.items.slice(0, 3).map((card) => card.id),
    )
    expect(await list(shop, { state: ['delivered'] })).toMatchObject({ total: 3 })
    expect(await list(shop, { orderNo: 2611220123456789 })).toMatchObject({
      total: 3,
      items: [{ orderNo: 2611220123456789 }, {}, {}],
    })
    expect(await list(shop, { q: String(page.items[0]?.id) })).toMatchObject({ total: 1 })
    expect(await list(shop, { q: 'CODE' })).toMatchObject({ total: 0 })
  })

  it('are found by their whole value only, however it is separated', async () => {
    const shop = await newShop()
    await importCards(shop, 'acc1----pass word\nWHOLE CODE 1\nacc2----pw2\nacc3----pw3')
    const found = async (value: string) => (await searchCard(house, shop.ctx, value)).items.length
    expect(await found('acc2----pw2')).toBe(1)
    expect(await found(' acc2\tpw2 ')).toBe(1)
    expect(await found('acc1|pass word')).toBe(1)
    expect(await found('WHOLE CODE 1')).toBe(1)
    expect(await found('acc2')).toBe(0)
    expect(await found("' or 1=1 --")).toBe(0)
  })

  it('a reveal is in the audit chain before the value leaves, with its reason', async () => {
    const shop = await newShop()
    await importCards(shop, 'acc----pw')
    const [card] = (await list(shop)).items
    expect(await revealCard(house, shop.staff, card?.id ?? 0, '客户投诉')).toEqual({ parts: ['acc', 'pw'] })
    const history = await cardHistory(house, shop.ctx, card?.id ?? 0)
    expect(history.history).toMatchObject([{ to: 'available' }, { to: 'revealed', cause: '客户投诉', actor: '小王' }])
    const other = await newShop()
    expect(await codeOf(revealCard(house, other.staff, card?.id ?? 0, 'x'))).toBe('common.not_found')
  })

  it('a card whose row was tampered with is not shown', async () => {
    const shop = await newShop()
    await importCards(shop, 'one\ntwo')
    const [one, two] = (await list(shop)).items
    await house.owner.query(
      'update vault.cards c set sealed = o.sealed from vault.cards o where c.id = $1 and o.id = $2',
      [one?.id, two?.id],
    )
    expect(await codeOf(revealCard(house, shop.staff, one?.id ?? 0, 'x'))).toBe('crypto.unreadable')
  })

  it('void and used follow the state table, move the stock, and a race has one winner', async () => {
    const shop = await newShop()
    await importCards(shop, 'one\ntwo')
    const [one, two] = (await list(shop)).items.map((card) => card.id)
    const tries = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(voidCard(house, shop.staff, one ?? 0, '坏卡'))),
    )
    expect(tries.filter((result) => result === 'ok')).toHaveLength(1)
    expect(await codeOf(markCardUsed(house, shop.staff, two ?? 0, 'x'))).toBe('vault.wrong_card_state')
    await deliver(shop, [two ?? 0])
    expect(await markCardUsed(house, shop.staff, two ?? 0, '客户确认')).toMatchObject({
      state: 'used',
      actions: ['reveal'],
    })
    expect(await codeOf(voidCard(house, shop.staff, two ?? 0, 'x'))).toBe('vault.wrong_card_state')
    expect(await differences(shop)).toEqual([])
  })
})
