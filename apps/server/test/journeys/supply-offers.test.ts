import { randomBytes } from 'node:crypto'
import type { Client } from '@quanshu/client'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { expectBooksRight } from './books.ts'
import { shopOfLanhai, supplierByHand } from './by-hand.ts'
import { codeOf, codesOf, isDelivered, openHouse, someCodes } from './shop.ts'

/** What suppliers send without an order: codes and papers, and what the shop does with them. */

const house = await openHouse({ supplierAdapters })

describe('codes that a supplier offers', () => {
  async function offering() {
    const made = await shopOfLanhai(house)
    const { shop, person } = made
    const [product] = (await person.call('workspace.listProducts', { query: { q: 'A1' } })).items
    const productId = product?.id ?? 0
    const offer = (codes: readonly string[], more: Record<string, unknown> = {}) =>
      person.upload('workspace.offerCodes', { query: { productId, ...more } } as never, codes.join('\n') as never, {
        fileName: 'codes.txt',
      })
    const goods = await shop.stock(0, { sku: { priceFen: 3_000 } })
    const take = (offeredId: number, pieces: number, over: Record<string, unknown> = {}) =>
      shop.staff.call('workspace.takeCodes', {
        params: { offeredId },
        body: { skuId: goods.skuId, pieces, costHao: 200_000, reason: '收下', ...over } as never,
      })
    return { ...made, productId, offer, goods, take }
  }

  test('are sealed, taken once, paid as far as they are new, sold, and on the statement', async () => {
    const { shop, id, person, offer, goods, take } = await offering()
    const codes = someCodes(3)
    await shop.addCards(goods.skuId, [codes[2] ?? ''])
    const offered = await offer(codes, { note: '寄售' })
    expect(offered).toMatchObject({ pieces: 3, costHao: 200_000, state: 'offered' })
    const [row] = await house.query<{ row: string }>(
      'select to_jsonb(o)::text as row from suppliers.offered_codes o where tenant_id = $1',
      [shop.tenantId],
    )
    for (const code of codes) expect(row?.row).not.toContain(code)

    expect(await codeOf(take(offered.id, 2))).toBe('workspace.offer_moved')
    expect(await codeOf(take(offered.id, 3, { costHao: 1 }))).toBe('workspace.offer_moved')
    const both = await Promise.all([codeOf(take(offered.id, 3)), codeOf(take(offered.id, 3))])
    expect(both.toSorted()).toEqual(['ok', 'workspace.offer_moved'])
    const [taken] = (await shop.staff.call('workspace.listSupplierCodes', { params: { supplierId: id }, query: {} }))
      .items
    // One of the three the shop had already: it is neither taken nor owed.
    expect(taken).toMatchObject({ state: 'accepted', taken: 2, bad: 1, costFen: 4_000, skuId: goods.skuId })
    expect(
      await house.query('select codes_sealed from suppliers.offered_codes where tenant_id = $1', [shop.tenantId]),
    ).toEqual([{ codes_sealed: null }])
    const [batch] = (await shop.staff.call('vault.listBatches', { query: { skuId: goods.skuId, origin: 'bought' } }))
      .items
    expect(batch).toMatchObject({ supplier: '蓝海', costFen: 2_000, imported: 2, duplicates: 1 })
    const standings = await shop.staff.call('suppliers.standing', { params: { supplierId: id } })
    expect(standings.bookFen).toBe(-4_000)
    const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
    expect(await person.call('workspace.settlement', { query: { month } })).toMatchObject({ pieces: 2, costFen: 4_000 })

    const order = await shop.place(goods, 3)
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered)).toSorted()).toEqual([...codes].toSorted())
    expect(await codeOf(offer([codes[0] ?? '']))).toBe('workspace.codes_known')
    await expectBooksRight(house, shop.tenantId)
    const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
    expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
  })

  test('are not taken while a paper that buying depends on has ended', async () => {
    const { shop, id, offer, take } = await offering()
    const offered = await offer(someCodes(2))
    const until = (day: string | null) =>
      house.query('update suppliers.suppliers set papers_until = $2 where tenant_id = $1 and id = $3', [
        shop.tenantId,
        day,
        id,
      ])
    await until('2026-01-01')
    await expect(take(offered.id, 2)).rejects.toMatchObject({ code: 'workspace.offer_paper_ended' })
    await until(null)
    expect(await take(offered.id, 2)).toMatchObject({ taken: 2 })
  })

  test('may be withdrawn or declined, and then are forgotten; what is none is refused', async () => {
    const { shop, person, offer, take } = await offering()
    const stranger = await supplierByHand(shop, '对手')
    const first = await offer(someCodes(2))
    const params = { offeredId: first.id }
    expect(await codeOf(stranger.person.call('workspace.withdrawCodes', { params, body: {} }))).toBe('common.not_found')
    expect(await person.call('workspace.withdrawCodes', { params, body: {} })).toMatchObject({ state: 'withdrawn' })
    expect(await codeOf(take(first.id, 2))).toBe('workspace.offer_moved')
    const second = await offer(someCodes(1))
    const decline = { params: { offeredId: second.id }, body: { reason: '不需要' } }
    expect(await shop.staff.call('workspace.declineCodes', decline)).toMatchObject({
      state: 'declined',
      reason: '不需要',
    })
    expect(await codeOf(shop.staff.call('workspace.declineCodes', decline))).toBe('workspace.offer_moved')
    const left = await house.query(
      'select count(codes_sealed)::int as left from suppliers.offered_codes where tenant_id = $1',
      [shop.tenantId],
    )
    expect(left).toEqual([{ left: 0 }])
    const topup = await shop.stock(0, { sku: { kind: 'topup' } })
    const third = await offer(someCodes(1))
    expect(await codeOf(take(third.id, 1, { skuId: topup.skuId }))).toBe('workspace.offer_for_sku')
    expect(await codeOf(offer([]))).toBe('vault.file_empty')
    expect(await codeOf(offer(['A', 'A']))).toBe('workspace.codes_twice')
    expect(await codeOf(offer(someCodes(1), { validTo: '2020-01-01T00:00:00Z' }))).toBe('workspace.offer_expired')
    expect(await codeOf(offer(Array.from({ length: 10_001 }, (_, n) => `CODE-${n}`)))).toBe('workspace.offer_too_many')
  })
})

describe('papers of a supplier', () => {
  const PDF = '%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'
  const shopDay = (days: number) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
  const keep = (
    client: Client,
    supplierId: number,
    query: Record<string, unknown>,
    content: string | Uint8Array = PDF,
  ) =>
    client.upload(
      'suppliers.keepPaper',
      { params: { supplierId }, query: { kind: 'licence', title: '营业执照', ...query } } as never,
      content as never,
      { fileName: '执照.pdf' },
    )
  const offer = (client: Client, query: Record<string, unknown>) =>
    client.upload(
      'workspace.offerPaper',
      { query: { kind: 'licence', title: '营业执照', ...query } } as never,
      PDF as never,
      {
        fileName: '新执照.pdf',
      },
    )
  const tend = () => house.platform.db.callGlobal<number>('suppliers.tend_papers', 1_000)

  test('are kept by what they are, versioned, private, and sent to be saved', async () => {
    const { shop, id, person } = await shopOfLanhai(house)
    const stranger = await supplierByHand(shop, '对手')
    for (const content of ['MZ\u0000', '<html>', '%PDF-1.7 half'])
      expect(await codeOf(keep(shop.staff, id, {}, content))).toBe('suppliers.not_a_paper')
    expect(await codeOf(keep(shop.staff, id, { validFrom: shopDay(2), validTo: shopDay(1) }))).toBe(
      'suppliers.paper_days',
    )
    expect(await codeOf(keep(shop.staff, id, { stopsBuying: 'true' }))).toBe('suppliers.paper_needs_end')
    const first = await keep(shop.staff, id, { number: 'L-1', validTo: shopDay(400) })
    expect(first).toMatchObject({
      version: 1,
      state: 'current',
      daysLeft: 400,
      media: 'application/pdf',
      bytes: PDF.length,
    })
    const file = await shop.staff.download('suppliers.exportPaper', { params: { paperId: first.id } })
    expect(await file.text()).toBe(PDF)
    const { headers } = file as Response
    expect(headers.get('content-disposition')).toMatch(/^attachment;.*%E6%89%A7%E7%85%A7/)
    expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual([
      'nosniff',
      'private, no-store',
    ])

    // The supplier sends the next version; until the shop has looked at it the old one holds.
    const next = await offer(person, { renews: first.id, validTo: shopDay(800) })
    expect(next).toMatchObject({ version: 2, paperId: first.id, state: 'offered' })
    expect(await codeOf(offer(person, { renews: first.id }))).toBe('suppliers.paper_moved')
    const of = { params: { paperId: next.id } }
    for (const attempt of [
      () => stranger.person.download('workspace.exportPaper', of),
      () => offer(stranger.person, { renews: first.id }),
    ])
      expect(await codeOf(attempt())).toBe('common.not_found')
    expect((await stranger.person.call('workspace.listPapers', { query: {} })).items).toEqual([])
    expect(JSON.stringify(await person.call('workspace.listPapers', { query: {} }))).not.toMatch(
      /stopsBuying|stoppedBefore/,
    )
    const decide = { ...of, body: { accept: true, reason: '已核对' } }
    const both = await Promise.all([0, 1].map(() => codeOf(shop.staff.call('suppliers.decidePaper', decide))))
    expect(both.toSorted()).toEqual(['ok', 'suppliers.paper_moved'])
    const { items } = await shop.staff.call('suppliers.listPapers', { params: { supplierId: id }, query: {} })
    expect(items.map(({ version, state }) => [version, state])).toEqual([
      [2, 'current'],
      [1, 'replaced'],
    ])
  })

  test('are told of 30 and 7 days before they end; one that has ended stops buying where the shop wants that', async () => {
    const { shop, id, person } = await shopOfLanhai(house)
    const [product] = (await person.call('workspace.listProducts', { query: { q: 'A1' } })).items
    const goods = await shop.stock(0, { sku: { priceFen: 3_000 } })
    const params = { skuId: goods.skuId }
    const supply = { policy: 'cheapest' as const, source: 'supplier_first' as const, leastMarginFen: 0 }
    await shop.staff.call('suppliers.saveSkuSupply', {
      params,
      body: { ...supply, offers: [{ productId: product?.id ?? 0 }] },
    })
    const why = async () => (await shop.staff.call('suppliers.readSkuSupply', { params })).preview[0]?.passedOver
    const paper = await keep(shop.staff, id, { validTo: shopDay(31), stopsBuying: 'true' })
    const told = async () =>
      (
        await house.query<{ payload: { left: number; what: string } }>(
          'select payload from events.log where tenant_id = $1 and type = $2 order by position',
          [shop.tenantId, 'supply.paper_ending'],
        )
      ).map(({ payload }) => [payload.left, payload.what])
    const endsIn = async (days: number) => {
      await house.query(`update suppliers.papers set valid_to = $2 where tenant_id = $1`, [
        shop.tenantId,
        shopDay(days),
      ])
      await house.query('select suppliers.lay_papers($1, $2)', [shop.tenantId, id])
      await tend()
      await tend()
    }
    await tend()
    expect(await told()).toEqual([])
    await endsIn(30)
    await endsIn(7)
    await endsIn(0)
    expect([await told(), await why()]).toEqual([
      [
        [30, 'soon'],
        [7, 'soon'],
      ],
      null,
    ])
    await endsIn(-1)
    expect(await told()).toEqual([
      [30, 'soon'],
      [7, 'soon'],
      [-1, 'stopped'],
    ])
    expect(await why()).toBe('paper_ended')
    expect(await codeOf(shop.place(goods))).toBe('orders.sold_out')
    expect(await shop.staff.call('suppliers.listPapers', { params: { supplierId: id }, query: {} })).toMatchObject({
      stopsOn: shopDay(0),
      isStopped: true,
    })
    // A new one opens it again at once, and the rule may be taken back.
    // The next version keeps the rule, unless it is switched off in so many words.
    const renewed = await keep(shop.staff, id, { renews: paper.id, validTo: shopDay(-1) })
    expect([renewed, await why()]).toMatchObject([{ stopsBuying: true, stoppedBefore: true }, 'paper_ended'])
    expect(await codeOf(keep(shop.staff, id, { renews: paper.id }))).toBe('suppliers.paper_needs_end')
    const offered = await offer(person, { renews: paper.id })
    const accepts = (body: Record<string, unknown>) =>
      shop.staff.call('suppliers.decidePaper', {
        params: { paperId: offered.id },
        body: { accept: true, reason: '已核对', ...body } as never,
      })
    expect(await codeOf(accepts({}))).toBe('suppliers.paper_needs_end')
    expect(await accepts({ stopsBuying: false })).toMatchObject({ stopsBuying: false, stoppedBefore: true })
    expect(await why()).toBeNull()
    const again = await keep(shop.staff, id, { renews: offered.id, validTo: shopDay(-1), stopsBuying: 'true' })
    const next = await offer(person, { renews: again.id, validTo: shopDay(-1) })
    const kept = { params: { paperId: next.id }, body: { accept: true, reason: '已核对' } }
    expect(await shop.staff.call('suppliers.decidePaper', kept)).toMatchObject({ stopsBuying: true })
    expect(await why()).toBe('paper_ended')
    const rule = { params: { paperId: next.id }, body: { stopsBuying: false, reason: '补办中' } }
    expect(await shop.staff.call('suppliers.setPaperRule', rule)).toMatchObject({ stopsBuying: false })
    expect(await why()).toBeNull()
    await shop.place(goods)
    const end = { params: { paperId: next.id }, body: { reason: '作废' } }
    expect(await shop.staff.call('suppliers.endPaper', end)).toMatchObject({ state: 'ended' })
    expect(await codeOf(shop.staff.call('suppliers.endPaper', end))).toBe('suppliers.paper_moved')
  })
})

test('a least that is above the most, and a year that cannot be, are refused in a sentence', async () => {
  const { shop, id, person } = await shopOfLanhai(house)
  const body = { remoteId: 'Q', name: 'Q', kind: 'card' as const, costHao: 1, stock: 1, minQuantity: 5, maxQuantity: 2 }
  expect(await codeOf(person.call('workspace.addProduct', { body }))).toBe('suppliers.quantity_reversed')
  const entered = { remoteId: 'Q', name: 'Q', kind: 'card' as const, costHao: 1, minQuantity: 5, maxQuantity: 2 }
  expect(await codeOf(shop.staff.call('suppliers.enterProduct', { params: { supplierId: id }, body: entered }))).toBe(
    'suppliers.quantity_reversed',
  )
  const record = (at: string) =>
    codeOf(
      shop.staff.call(
        'suppliers.recordMoney',
        { params: { supplierId: id }, body: { kind: 'deposit', amountFen: 100, reference: at, at } },
        { idempotencyKey: randomBytes(8).toString('hex') },
      ),
    )
  expect(await record('0001-01-01T00:00:00Z')).toBe('suppliers.money_long_ago')
  expect(await record('1999-12-31T23:59:59Z')).toBe('suppliers.money_long_ago')
  expect(await record(new Date(Date.now() + 2 * 86_400_000).toISOString())).toBe('suppliers.money_future')
  expect(await record(new Date(Date.now() + 3_600_000).toISOString())).toBe('ok')
})
