import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { PEOPLE_MAX } from '../../src/modules/workspace/queries/people.ts'
import { expectBooksRight } from './books.ts'
import { supplierByHand } from './by-hand.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { crossed, failures, overtaken } from './overtaken.ts'
import { codeOf, codesOf, isDelivered, openHouse, until } from './shop.ts'
import { openKey, signedCall } from './two-shops.ts'

/**
 * Two that act on the same thing at one moment, stepped by hand: what the second read before it had to wait is read again, and nobody
 * waits for somebody who waits for him. docs/architecture.md has the order of locks.
 */

const house = await openHouse()
const shop = await house.newShop()
const { tenantId } = shop

expectNoDeadlocks(house)

const ACCOUNT = { key: 'account', labelZh: '账号', labelEn: 'Account', type: 'text', required: true }
async function booksRight(): Promise<void> {
  await expectBooksRight(house, tenantId)
  const { checks } = await auditBooks(house.platform, tenantId, { isWhole: true, graceSeconds: 60 })
  expect(checks.flatMap(({ violations }) => violations)).toEqual([])
}

describe('money of a supplier and the statement that has it', () => {
  const day = new Date(Date.now() - 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)

  /** A statement of these deposits, loaded and not yet gone through. */
  async function statement(supplierId: number, lines: readonly (readonly [reference: string, fen: number])[]) {
    const gateway = `supplier-${supplierId}`
    const worker = randomUUID()
    const run = async (text: string, values: readonly unknown[]) =>
      (await house.query<{ answer: Record<string, number> }>(`select ${text} as answer`, [tenantId, ...values]))[0]
        ?.answer
    await run(`reconciliation.take_day($1, $2, $3, $4, 'loading')`, [gateway, day, worker])
    const facts = {
      gateway,
      day,
      source: 'uploaded',
      askedBy: '',
      fileName: 'a.csv',
      hash: randomBytes(32).toString('hex'),
      bytes: 1,
    }
    const bill = (await run('reconciliation.start_bill($1, $2, $3)', [worker, JSON.stringify(facts)]))?.billId
    const of = (value: (line: readonly [string, number], at: number) => string) => lines.map(value)
    const columns = {
      lineNo: of((_, at) => String(at + 2)),
      kind: of(() => 'deposit'),
      state: of(() => 'done'),
      tradeNo: of(([reference]) => reference),
      paymentNo: of(() => ''),
      refundNo: of(() => ''),
      amountFen: of(([, fen]) => String(fen)),
      feeFen: of(() => '0'),
      currency: of(() => 'CNY'),
      at: of(() => `${day}T12:00:00+08:00`),
    }
    await run(`reconciliation.load_lines($1, $2, $3, 1, $4, '')`, [bill, worker, JSON.stringify(columns)])
    await run(`reconciliation.finish_bill($1, $2, $3, '{"payments": 1}')`, [bill, worker])
    return {
      match: ['select reconciliation.match_lines($1, $2, $3, 1000)', [tenantId, bill, worker]] as const,
      finish: () => run(`reconciliation.finish_day($1, $2, $3, $4, '{}')`, [gateway, day, worker]),
    }
  }
  async function deposits(...given: readonly (readonly [reference: string, fen: number])[]) {
    const { id: supplierId } = await supplierByHand(shop, `账 ${randomBytes(2).toString('hex')}`)
    const ids: number[] = []
    for (const [reference, amountFen] of given) {
      const body = { kind: 'deposit' as const, amountFen, reference, at: `${day}T12:00:00+08:00` }
      const params = { supplierId }
      ids.push((await shop.staff.call('suppliers.recordMoney', { params, body }, { idempotencyKey: randomUUID() })).id)
    }
    const reverse = (moneyId = ids[0] ?? 0) =>
      shop.staff.call('suppliers.reverseMoney', { params: { supplierId, moneyId }, body: { reason: '登记错了' } })
    const matches = () =>
      house.query('select from reconciliation.matches where tenant_id = $1 and gateway = $2', [
        tenantId,
        `supplier-${supplierId}`,
      ])
    const cases = async () =>
      (await shop.staff.call('reconciliation.listCases', { query: { gateway: `supplier-${supplierId}` } })).items
    return { supplierId, ids, reverse, matches, cases }
  }

  test('is not taken back while a statement is found to have it', async () => {
    const money = await deposits(['BANK-1', 5_000])
    const { match, finish } = await statement(money.supplierId, [['BANK-1', 5_000]])
    const outcome = await overtaken(house, match, () => money.reverse(), [])
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'suppliers.money_reconciled' } })
    await finish()
    expect(await money.matches()).toHaveLength(1)
    await booksRight()
  })

  test('that is just taken back is found in no statement any more', async () => {
    const money = await deposits(['BANK-2', 5_000])
    const { match, finish } = await statement(money.supplierId, [['BANK-2', 5_000]])
    await overtaken(
      house,
      [`select suppliers.reverse_money($1, $2, '', '')`, [tenantId, money.ids[0]]],
      () => house.query(...match),
      [],
    )
    await finish()
    expect(await money.matches()).toEqual([])
    expect(await money.cases()).toMatchObject([{ outcome: 'channel_only', cause: 'deposit_unknown', state: 'open' }])
    await booksRight()
  })

  test('that was taken back is not written off once more, and what was written off is not taken back', async () => {
    const money = await deposits(['BANK-3', 5_000], ['BANK-4', 7_000])
    const { match, finish } = await statement(money.supplierId, [
      ['BANK-3', 4_000],
      ['BANK-4', 6_000],
    ])
    await house.query(...match)
    await finish()
    const [first, second] = (await money.cases()).toSorted((a, b) => a.number.localeCompare(b.number))
    expect([first, second]).toMatchObject([{ outcome: 'amount_differs' }, { outcome: 'amount_differs' }])
    const writeOff = (id = 0) =>
      shop.staff.call('reconciliation.explain', { params: { id }, body: { note: '少到', writeOff: true } })
    await money.reverse()
    expect(await codeOf(writeOff(first?.id))).toBe('reconciliation.taken_back')
    expect(await codeOf(writeOff(second?.id))).toBe('ok')
    expect(await codeOf(money.reverse(money.ids[1]))).toBe('suppliers.money_reconciled')
    await booksRight()
  })
})

test('an order that no source brings is not given back once somebody has put it to work again', async () => {
  const goods = await shop.stock(0, {
    goods: { formFields: [ACCOUNT] },
    sku: { kind: 'topup' },
  })
  await house.query('update catalog.skus set supply_stock = null where tenant_id = $1 and id = $2', [
    tenantId,
    goods.skuId,
  ])
  const key = await openKey(shop, 100_000, { givesBack: false })
  const outerNo = randomUUID()
  const placed = await signedCall(shop.base, key, {
    method: 'POST',
    path: '/orders',
    body: {
      outerNo,
      productId: String(goods.skuId),
      quantity: 1,
      fields: { account: '1' },
      ceilingFen: goods.priceFen,
      trace: [],
    },
  })
  expect(placed.json).toMatchObject({ outerNo })
  const no = Number(placed.json.orderNo)
  await until('it to be stuck', async () => {
    const lines = await house.query(
      `select from orders.lines where tenant_id = $1 and order_no = $2 and exception_reason = 'no_source'`,
      [tenantId, no],
    )
    return lines.length > 0
  })
  await house.query('update orders.orders set gives_back = true where tenant_id = $1 and no = $2', [tenantId, no])
  const row = [tenantId, no] as const
  const answered = await overtaken(
    house,
    ['select from wholesale.orders where tenant_id = $1 and order_no = $2 for update', row],
    () => house.query(`select wholesale.give_back($1, $2, 'x') as given`, row),
    [[`select fulfilment.want_supply($1, array[$2::bigint], array[1::smallint], 'x')`, row]],
  )
  expect(answered).toMatchObject({ status: 'fulfilled', value: [{ given: false }] })
  await booksRight()
})

describe('limits and secrets', () => {
  const at = async (count: number, call: () => Promise<unknown>) =>
    (await Promise.all(Array.from({ length: count }, () => codeOf(call())))).toSorted()

  test('roles: of several at once as many are made as there is room for', async () => {
    await house.query(
      `insert into identity.roles (tenant_id, name)
       select $1, 'role ' || n from generate_series(1, 49 - (select count(*) from identity.roles where tenant_id = $1)) n`,
      [tenantId],
    )
    const create = () =>
      shop.staff.call('identity.createRole', { body: { name: randomUUID(), permissions: ['orders.read'] } })
    expect(await at(6, create)).toEqual([...Array(5).fill('identity.too_many_roles'), 'ok'])
  })

  test('people of a supplier: also the last one fits in once', async () => {
    const { id: supplierId } = await supplierByHand(shop, '人满')
    await house.query(
      `insert into identity.staff (tenant_id, node_id, email, name, locale, password_hash, must_change_password)
       select s.tenant_id, s.node_id, 'p' || n || '@full.test', 'p', 'zh-CN', '', true
       from suppliers.suppliers s, generate_series(2, $3) n
       where s.tenant_id = $1 and s.id = $2`,
      [tenantId, supplierId, PEOPLE_MAX - 1],
    )
    const invite = () =>
      shop.staff.call('workspace.invitePerson', {
        params: { supplierId },
        body: { name: 'x', email: `${randomUUID()}@full.test` },
      })
    expect(await at(4, invite)).toEqual(['ok', ...Array(3).fill('workspace.too_many_people')])
  })

  test('two products under one code: the second is refused, and takes nothing over', async () => {
    const { id, person } = await supplierByHand(shop, '同码')
    const add = (name: string) => () =>
      codeOf(
        person.call('workspace.addProduct', {
          body: { remoteId: 'SAME', name, kind: 'card', costHao: 10_000, stock: 1 } as never,
        }),
      )
    const lock = [
      'select from suppliers.suppliers where tenant_id = $1 and id = $2 for update',
      [tenantId, id],
    ] as const
    expect(await crossed(house, lock, [add('一'), add('二')])).toMatchObject([
      { value: 'ok' },
      { value: 'workspace.code_taken' },
    ])
    expect((await person.call('workspace.listProducts', { query: {} })).items).toMatchObject([{ name: '一' }])
  })

  test('a secret that is replaced twice at once: whoever was told one can use it', async () => {
    const key = await openKey(shop, 0)
    const rotate = () =>
      shop.staff.call('wholesale.rotate', { params: { wholesaleKeyId: key.id }, body: { bothHours: 1 } })
    const lock = ['select from wholesale.keys where tenant_id = $1 and id = $2 for update', [tenantId, key.id]] as const
    const told = await crossed(house, lock, [rotate, rotate])
    const secrets = told.flatMap((one) =>
      one.status === 'fulfilled' ? [(one.value as { secret: string }).secret] : [],
    )
    expect(new Set(secrets).size).toBe(2)
    for (const secret of secrets) {
      const answer = await signedCall(shop.base, { ...key, secret }, { method: 'GET', path: '/balance' })
      expect(answer.status).toBe(200)
    }
  })
})

test('what the desk recorded and the owner took back since is not recorded again by old news', async () => {
  const goods = await shop.stock(1)
  const order = await shop.place(goods)
  await shop.pay(order.no)
  const view = await shop.seen(order, isDelivered)
  expect(codesOf(view)).toHaveLength(1)
  const [grant] = await house.query<{ id: number; cardId: number }>(
    'select id, card_id as "cardId" from entitlements.grants where tenant_id = $1 and order_no = $2',
    [tenantId, order.no],
  )
  const news = () =>
    house.query(`select set_config('app.tenant_id', $1, false), fulfilment.follow_used(array[$2::bigint])`, [
      String(tenantId),
      grant?.cardId,
    ])
  await news()
  const [row] = await house.query('select state from entitlements.grants where tenant_id = $1 and id = $2', [
    tenantId,
    grant?.id,
  ])
  expect(row).toEqual({ state: 'active' })
  await booksRight()
})

describe('a variant that is removed while codes come in', () => {
  async function importing() {
    const goods = await shop.staff.call('catalog.createGoods', {
      body: {
        title: `两种 ${randomBytes(3).toString('hex')}`,
        skus: [
          { title: '留', priceFen: 100 },
          { title: '去', priceFen: 100 },
        ],
      },
    })
    const skuId = goods.skus[1]?.id ?? 0
    const batch = await shop.staff.call('vault.createImport', { body: { skuId, fileName: 'a.txt' } })
    const [ids] = await house.query<{ ids: number[] }>('select vault.reserve_card_ids(1) as ids')
    const chunk = {
      fromLine: 0,
      toLine: 1,
      bytesRead: 0,
      invalidLines: [],
      invalidReasons: [],
      ids: ids?.ids,
      lines: [1],
      fingerprints: [randomBytes(32).toString('base64')],
      sealed: [randomBytes(40).toString('base64')],
    }
    const { id, version, pictures, ...rest } = await shop.staff.call('catalog.getGoods', { params: { id: goods.id } })
    const body = { ...rest, pictureIds: pictures.map((one) => one.id), skus: rest.skus.slice(0, 1), version }
    return {
      skuId,
      batchId: batch.id,
      bring: ['select vault.import_chunk($1, $2, 0, $3)', [tenantId, batch.id, JSON.stringify(chunk)]] as const,
      remove: () => codeOf(shop.staff.call('catalog.updateGoods', { params: { id }, body: body as never })),
    }
  }

  test('stays, when they were quicker', async () => {
    const { bring, remove } = await importing()
    expect(await overtaken(house, bring, remove, [])).toMatchObject({ value: 'catalog.sku_has_stock' })
  })

  test('takes none, when it was quicker: the import ends and says why', async () => {
    const { skuId, batchId, bring } = await importing()
    await overtaken(
      house,
      ['update catalog.skus set removed_at = now() where tenant_id = $1 and id = $2', [tenantId, skuId]],
      () => house.query(...bring),
      [],
    )
    const batch = await shop.staff.call('vault.getBatch', { params: { batchId } })
    expect(batch).toMatchObject({ state: 'cancelled', imported: 0, failure: { code: 'vault.sku_removed' } })
    await expectBooksRight(house, tenantId)
  })
})

describe('nobody waits for somebody who waits for him', () => {
  const deadlocks = async (...of: Parameters<typeof crossed>) => failures(await crossed(...of))

  /** A line that a supplier was chosen for and nothing was sent to yet; the supplier has stopped since. */
  async function planned() {
    const { id: supplierId, person } = await supplierByHand(shop, `停了 ${randomBytes(2).toString('hex')}`)
    const product = await person.call('workspace.addProduct', {
      body: {
        remoteId: randomUUID(),
        name: '月卡',
        kind: 'direct',
        costHao: 10_000,
        stock: 10,
        fields: [ACCOUNT],
      } as never,
    })
    const goods = await shop.stock(0, {
      goods: { formFields: [ACCOUNT] },
      sku: { kind: 'topup' },
    })
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: {
        policy: 'fixed',
        leastMarginFen: 0,
        offers: [{ productId: product.id, fieldMap: { account: 'account' } }],
      },
    })
    const order = await shop.place(goods, 1, { form: { account: '13800138000' } })
    await shop.pay(order.no)
    const purchase = await until('the supplier to have it', async () => {
      const [row] = await house.query<{ id: number }>(
        `select id from suppliers.purchases where tenant_id = $1 and order_no = $2 and state = 'accepted'`,
        [tenantId, order.no],
      )
      return row
    })
    return { supplierId, purchaseId: purchase.id, no: order.no, goods, productId: product.id }
  }

  test('who gives up what was never sent, and news of it', async () => {
    const { supplierId, purchaseId, no } = await planned()
    const need = [
      'select from fulfilment.needs where tenant_id = $1 and order_no = $2 for update',
      [tenantId, no],
    ] as const
    const refused = [{ id: purchaseId, kind: 'refused', code: 'x', message: '', about: 'other' }]
    expect(
      await deadlocks(house, need, [
        ['select fulfilment.purchase_news($1, $2)', [tenantId, JSON.stringify(refused)]],
        async () => {
          await house.query(
            `with stopped as (update suppliers.suppliers set state = 'paused' where tenant_id = $1 and id = $2)
             update suppliers.purchases set state = 'planned', due_at = now() + interval '1 hour' where tenant_id = $1 and id = $3`,
            [tenantId, supplierId, purchaseId],
          )
          await house.query('select fulfilment.give_up_planned(500)')
        },
      ]),
    ).toEqual([])
  })

  test('what arrives from a supplier, and a batch that is undone', async () => {
    const goods = await shop.stock(1)
    const { purchaseId } = await planned()
    const take = (n: number) =>
      JSON.stringify([
        {
          id: 0,
          fingerprint: createHash('sha256').update(`${goods.skuId}:${n}`).digest('base64'),
          sealed: randomBytes(40).toString('base64'),
          masked: '••',
        },
      ])
    const [ids] = await house.query<{ ids: number[] }>('select vault.reserve_card_ids(2) as ids')
    const cards = (n: number) => take(n).replace('"id":0', `"id":${ids?.ids[n] ?? 0}`)
    // As news of a purchase locks them.
    const stock = `array(
      select ledger.account($1, 'stock.' || k.kind, ($3::bigint)::text, 'piece')
      from unnest(array['source', 'available', 'delivered', 'suspect', 'void']) as k(kind)
    )`
    const arrive = (n: number) =>
      [
        `with locked as materialized (select ledger.lock($1, ${stock}))
         select fulfilment.take_cards($1, $2 , $3, $4, 100, false) from locked`,
        [tenantId, purchaseId, goods.skuId, cards(n)],
      ] as const
    await house.query(...arrive(0))
    await house.query('delete from suppliers.purchase_cards where tenant_id = $1 and purchase_id = $2', [
      tenantId,
      purchaseId,
    ])
    const [batch] = await house.query<{ id: number }>(
      `select id from vault.batches where tenant_id = $1 and sku_id = $2 and origin = 'bought'`,
      [tenantId, goods.skuId],
    )
    expect(
      await deadlocks(
        house,
        [
          `select ledger.lock($1, array[ledger.account($1, 'stock.source', ($2::bigint)::text, 'piece')])`,
          [tenantId, goods.skuId],
        ],
        [arrive(1), ['select vault.undo_batch($1, $2)', [tenantId, batch?.id]]],
      ),
    ).toEqual([])
    const states = await house.query<{ state: string; cards: number }>(
      `select b.state, count(c.id)::integer as cards from vault.batches b left join vault.cards c on c.tenant_id = b.tenant_id and c.batch_id = b.id
       where b.tenant_id = $1 and b.sku_id = $2 and b.origin = 'bought' group by b.id, b.state order by b.id`,
      [tenantId, goods.skuId],
    )
    expect(states).toEqual([
      { state: 'undone', cards: 0 },
      { state: 'ready', cards: 1 },
    ])
  })

  test('papers of several suppliers that end, and news of what one of them sells', async () => {
    const [one, other] = [await planned(), await planned()]
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: one.goods.skuId },
      body: {
        policy: 'fixed',
        leastMarginFen: 0,
        offers: [one, other].map(({ productId }) => ({ productId, fieldMap: { account: 'account' } })),
      },
    })
    await house.query(
      `insert into suppliers.papers (tenant_id, supplier_id, paper_id, version, kind, title, valid_to, stops_buying, state, file_name, media, content, sha256, kept_by)
       select $1, s.id, s.id, 1, 'licence', '执照', current_date - 2, true, 'current', 'a.pdf', 'application/pdf', 'x', sha256('x'), 'x'
       from unnest($2::bigint[]) as s(id)`,
      [tenantId, [one.supplierId, other.supplierId]],
    )
    const news = [{ remoteId: 'NEW', name: 'x', kind: 'direct', costHao: 1 }]
    expect(
      await deadlocks(
        house,
        ['select from catalog.skus where tenant_id = $1 and id = $2 for update', [tenantId, one.goods.skuId]],
        [
          ['select suppliers.tend_papers(1000)', []],
          [
            'select suppliers.keep_products($1, $2, $3, true, clock_timestamp())',
            [tenantId, other.supplierId, JSON.stringify(news)],
          ],
        ],
      ),
    ).toEqual([])
  })

  test('a refund, the owner of another code, and news of both codes from the desk', async () => {
    const goods = await shop.stock(2)
    const orders = [await shop.place(goods), await shop.place(goods)]
    for (const order of orders) {
      await shop.pay(order.no)
      await shop.seen(order, isDelivered)
    }
    const grants = await house.query<{ id: number; no: number; cardId: number }>(
      'select id, order_no as no, card_id as "cardId" from entitlements.grants where tenant_id = $1 and order_no = any ($2) order by id',
      [tenantId, orders.map(({ no }) => no)],
    )
    const [first, second] = grants
    await house.query(`select vault.transfer($1, $2, $3::bigint[], 'delivered', 'used', 'staff: x', 'x')`, [
      tenantId,
      goods.skuId,
      grants.map(({ cardId }) => cardId),
    ])
    const ask = { lineNo: 1, takes: 'line', grants: [], to: 'source', reason: 'x', actor: 'x' }
    expect(
      await deadlocks(
        house,
        [
          `select ledger.lock($1, array[ledger.account($1, 'stock.delivered', ($2::bigint)::text, 'piece')])`,
          [tenantId, goods.skuId],
        ],
        [
          ['select fulfilment.refund($1, $2, $3)', [tenantId, first?.no, JSON.stringify(ask)]],
          [`select fulfilment.mark_used($1, $2, $3, true, 'x')`, [tenantId, second?.no, second?.id]],
          [
            `with shop as materialized (select set_config('app.tenant_id', $1, false))
           select fulfilment.follow_used($2::bigint[]) from shop`,
            [String(tenantId), grants.map(({ cardId }) => cardId)],
          ],
        ],
      ),
    ).toEqual([])
  })

  test('goods that are saved, and news of what their variants cost', async () => {
    const created = await shop.staff.call('catalog.createGoods', {
      body: {
        title: '两种',
        skus: [
          { title: '一', priceFen: 100 },
          { title: '二', priceFen: 100 },
        ],
      },
    })
    const { id, version, pictures, ...rest } = await shop.staff.call('catalog.getGoods', { params: { id: created.id } })
    const skuIds = rest.skus.map((sku) => sku.id).toSorted((a, b) => a - b)
    const body = { ...rest, pictureIds: pictures.map((one) => one.id), skus: rest.skus.slice(0, 1), version }
    expect(
      await deadlocks(
        house,
        ['select from catalog.skus where tenant_id = $1 and id = $2 for update', [tenantId, skuIds[0]]],
        [
          ['select suppliers.follow_shelf($1, $2::bigint[])', [tenantId, skuIds]],
          () => shop.staff.call('catalog.updateGoods', { params: { id }, body: body as never }),
        ],
      ),
    ).toEqual([])
  })

  test('promises that give way, and a code that is replaced in a channel', async () => {
    const goods = await shop.stock(1)
    const order = await shop.place(goods)
    const [card] = await house.query<{ id: number }>(
      'select id from vault.cards where tenant_id = $1 and sku_id = $2',
      [tenantId, goods.skuId],
    )
    const channel = { channel: 'stall', name: '摊位', kind: 'other' as const, fallsBack: false }
    const { id: warehouseId } = await shop.staff.call('stock.createWarehouse', { body: channel })
    const account = (kind: string) => `ledger.account($1, 'stock.${kind}', ($2::bigint)::text, 'piece')`
    const row = [tenantId, goods.skuId, warehouseId]
    await house.query('select stock.shelf($1, $2, $3)', row)
    expect(
      await deadlocks(
        house,
        ['select ledger.lock($1, array[stock.shelf($1, $2, $3)])', row],
        [
          [
            `select vault.transfer($1, $2, array[$3::bigint], 'available', 'void', 'x', 'x')`,
            [tenantId, goods.skuId, card?.id],
          ],
          // As fulfilment.replace does there.
          [`select ledger.lock($1, array[${account('delivered')}, ${account('void')}, stock.shelf($1, $2, $3)])`, row],
        ],
      ),
    ).toEqual([])
    const [line] = await house.query(
      `select h.state from orders.lines l join ledger.holds h on h.tenant_id = l.tenant_id and h.id = l.hold_id
       where l.tenant_id = $1 and l.order_no = $2`,
      [tenantId, order.no],
    )
    expect(line).toEqual({ state: 'released' })
  })

  test('an order for points, and staff who correct these points', async () => {
    // Whoever is not the first has his pot opened after the account that points come from.
    await shop.member(0, 1)
    const { visitor, id: memberId } = await shop.member(0, 1_000)
    const goods = await shop.stock(1, { sku: { priceFen: 0, pricePoints: 100 } })
    const pot = `ledger.account($1, 'points.member', $2::text, 'point')`
    expect(
      await deadlocks(
        house,
        [`select ledger.lock($1, array[${pot}])`, [tenantId, memberId]],
        [
          () => shop.place(goods, 1, { visitor }),
          [`select ledger.adjust_member($1, $2, 'point', 10, 'x')`, [tenantId, memberId]],
        ],
      ),
    ).toEqual([])
  })

  test('a bulk order whose channel has a warehouse: its shelf is locked with the other accounts', async () => {
    const { skuId } = await shop.stock(1)
    const channel = { channel: 'bulk', name: '批量', kind: 'other' as const, fallsBack: false }
    const { id: warehouseId } = await shop.staff.call('stock.createWarehouse', { body: channel })
    const row = [tenantId, skuId, warehouseId]
    await house.query('select stock.shelf($1, $2, $3)', row)
    const outcome = await overtaken(
      house,
      ['select ledger.lock($1, array[stock.shelf($1, $2, $3)])', row],
      () => house.query('select bulk.lock_accounts($1, array[$2::bigint], null)', [tenantId, skuId]),
      [],
    )
    expect(outcome.status).toBe('fulfilled')
  })

  test('a bundle that brings points: its buyer’s pot is locked with the shelves, not after them', async () => {
    const { visitor, id: memberId } = await shop.member()
    const { skuId } = await shop.stock(2)
    const sku = {
      title: '一份',
      priceFen: 500,
      kind: 'bundle',
      bundle: { policy: 'rest', parts: [{ skuId }, { points: 10 }] },
    }
    const goods = await shop.stock(0, { sku })
    const order = await shop.place(goods, 1, { visitor })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    const outcome = await overtaken(
      house,
      [`select ledger.lock($1, array[ledger.account($1, 'points.member', $2::text, 'point')])`, [tenantId, memberId]],
      () => house.query('select fulfilment.lock_shelves($1, array[$2::bigint])', [tenantId, order.no]),
      [],
    )
    expect(outcome.status).toBe('fulfilled')
  })
})
