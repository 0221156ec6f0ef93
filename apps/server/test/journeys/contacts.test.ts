import { randomUUID } from 'node:crypto'
import type { RouteSpec } from '@quanshu/contract'
import * as contract from '@quanshu/contract'
import { PERMISSIONS } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { isDelivered, openHouse, until } from './shop.ts'
import { rowsOf } from './workbook.ts'

/** Who may not see members sees no contact of theirs, on no list, page or sheet of the console. */

const house = await openHouse()
const MAIL = 'ouyang.secret@example.test'
const ROUTES: readonly RouteSpec[] = Object.values(contract)
  .flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  .filter(
    (value): value is RouteSpec => typeof value === 'object' && value !== null && 'path' in value && 'access' in value,
  )

test('contacts are masked wherever they stand, but for who may see members', async () => {
  const shop = await house.newShop({ 'delivery.emailCarries': 'codes' })
  const goods = await shop.stock(3)
  const order = await shop.place(goods, 1, { contact: MAIL })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  await until('the mail to be sent', async () => house.standIns.mail.control.inbox(MAIL)[0])
  const [grant] = await house.query<{ id: number }>('select id from entitlements.grants where tenant_id = $1', [
    shop.tenantId,
  ])
  await order.visitor.call('fulfilment.complain', {
    params: { no: order.no, grantId: grant?.id ?? 0 },
    body: { reason: 'used', note: '' },
  })
  const bulk = await shop.staff.call(
    'bulk.create',
    { body: { name: '年会', payer: 'shop', skuId: goods.skuId, contact: MAIL } as never },
    { idempotencyKey: randomUUID() },
  )
  await shop.staff.upload('bulk.upload', { params: { bulkId: bulk.id } }, '数量\n1' as never, { fileName: 'bulk.csv' })

  const clerk = await shop.hire(PERMISSIONS.filter((permission) => permission !== 'members.read'))
  const seen: string[] = []
  let [answered, sheets] = [0, 0]
  const look = async (id: string, input: object): Promise<void> => {
    const isFile = ROUTES.find((route) => route.id === id)?.responseKind === 'file'
    const text = await (isFile
      ? clerk
          .download(id as never, input as never)
          .then(async (file) =>
            file.headers.get('content-type')?.includes('spreadsheet')
              ? JSON.stringify(await rowsOf(file))
              : file.text(),
          )
      : clerk.call(id as never, input as never).then((answer) => JSON.stringify(answer))
    ).catch(() => undefined)
    if (isFile && text?.startsWith('[')) sheets += 1
    if (text !== undefined) answered += 1
    if (text?.includes(MAIL)) seen.push(id)
  }
  const lists = ROUTES.filter(
    ({ method, path, responseKind }) =>
      method === 'GET' && path.startsWith('/api/console/') && !path.includes('/:') && responseKind !== 'sse',
  )
  for (const { id } of lists) await look(id, { query: {} })
  await look('orders.detail', { params: { no: order.no } })
  await look('bulk.get', { params: { bulkId: bulk.id } })
  await look('bulk.lines', { params: { bulkId: bulk.id }, query: {} })
  await look('bulk.exportResult', { params: { bulkId: bulk.id }, query: { format: 'csv' } })
  expect(seen).toEqual([])
  expect(answered).toBeGreaterThan(60)
  expect(sheets).toBeGreaterThan(10)

  // The same who may.
  expect(await clerk.call('bulk.get', { params: { bulkId: bulk.id } })).toMatchObject({
    contact: null,
    contactMasked: 'ou***@example.test',
  })
  expect(await shop.staff.call('bulk.get', { params: { bulkId: bulk.id } })).toMatchObject({ contact: MAIL })
  const mails = async (who: typeof clerk) =>
    (await who.call('notify.listMessages', { query: { channel: 'email' } })).items.map(({ recipient }) => recipient)
  expect(new Set(await mails(clerk))).toEqual(new Set(['ou***@example.test']))
  expect(await mails(shop.staff)).toContain(MAIL)
})
