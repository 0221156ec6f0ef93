import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { complain, delivered, imported, openBadCards, outcome, recoveries } from './bad-cards.ts'
import { expectBooksRight, sumOf } from './books.ts'
import { codeOf, type Shop, until } from './shop.ts'
import { rowsOf } from './workbook.ts'

/** What bad codes cost is claimed back from who sold them: once, by two where it is much, and booked to the fen. */

const { house, openShop, bought } = await openBadCards()

test('a claim is sent, credited and booked once; sums, file and evidence say the same', async () => {
  const shop = await openShop()
  const goods = await bought(shop)
  const order = await delivered(shop, goods, 2)
  await complain(order, 0)
  await complain(order, 1)
  await outcome(shop, order, 0)
  await outcome(shop, order, 1)
  const [second, first] = await recoveries(shop)
  if (!first || !second) throw new Error('two claims')
  const owed = await sumOf(house, shop.tenantId, 'cash.supplier')
  expect(owed).toBe(8_000)
  const move = (recoveryId: number, state: 'sent' | 'accepted' | 'refused' | 'written_off', creditedFen = 0) =>
    shop.staff.call(
      'fulfilment.moveRecovery',
      { params: { recoveryId }, body: { state, creditedFen, reference: 'KF-1', note: '已核实' } },
      { idempotencyKey: randomUUID() },
    )
  await move(first.id, 'sent')
  expect(await codeOf(move(first.id, 'accepted', 2_001))).toBe('complaints.credit_over_claim')
  const answers = await Promise.all(Array.from({ length: 5 }, () => codeOf(move(first.id, 'accepted', 1_500))))
  expect(answers.toSorted()).toEqual([...Array(4).fill('complaints.recovery_moved'), 'ok'])
  await move(second.id, 'refused')
  expect(await sumOf(house, shop.tenantId, 'cash.supplier')).toBe(owed - 1_500)
  const { items } = await shop.staff.call('fulfilment.sumRecoveries', {})
  expect(items).toMatchObject([{ recoveries: 2, creditedFen: 1_500, lostFen: 2_500, openFen: 0, sentFen: 0 }])
  const sheet = await rowsOf(await shop.staff.download('fulfilment.exportRecoveries', { query: {} }))
  expect(sheet.map(([no]) => no)).toEqual(['编号', `R${second.id}`, `R${first.id}`])
  const proof = await shop.staff.download('fulfilment.exportRecoveryEvidence', { params: { recoveryId: first.id } })
  expect(Buffer.from(await proof.arrayBuffer()).toString('latin1')).toContain('claim.txt')
  const reader = await shop.hire(['suppliers.read'])
  expect(await codeOf(reader.call('fulfilment.exportRecoveryEvidence', { params: { recoveryId: first.id } }))).toBe(
    'common.forbidden',
  )
  await expectBooksRight(house, shop.tenantId)
})

test('a recall claims what complaints have not claimed', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 5)
  const order = await delivered(shop, goods, 2)
  await complain(order, 0)
  await outcome(shop, order)
  await shop.staff.call(
    'fulfilment.recallBatch',
    { params: { batchId: goods.batchId }, body: { reason: '黑卡' } },
    { idempotencyKey: randomUUID() },
  )
  // Two on the shelf are stopped; of the three delivered one was put right by its complaint.
  await until('the shelf to be empty', async () => {
    const { recall } = await shop.staff.call('fulfilment.getRecall', { params: { batchId: goods.batchId } })
    return (recall?.listed && recall.claim.stopped === 2) || undefined
  })
  const open = () => shop.staff.call('fulfilment.openRecallRecovery', { params: { batchId: goods.batchId }, body: {} })
  // By itself; whoever asks for it once more finds it.
  const claimed = await until('the recall to claim', async () =>
    (await recoveries(shop)).find(({ cause }) => cause === 'recall'),
  )
  expect((await open()).id).toBe(claimed.id)
  expect((await recoveries(shop)).map(({ cause, pieces, claimedFen }) => [cause, pieces, claimedFen])).toEqual([
    ['recall', 2, 1_800],
    ['complaint', 1, 900],
  ])

  // What is put right joins it, as long as the supplier has not been told.
  const ofRecall = async () => (await recoveries(shop)).find(({ cause }) => cause === 'recall')
  await shop.staff.call('fulfilment.handleRecalledPieces', {
    params: { batchId: goods.batchId },
    body: { action: 'refund', to: 'source', grantIds: [order.grants[1] ?? 0], reason: '黑卡' },
  } as never)
  await until('the claim to grow', async () => ((await ofRecall())?.pieces === 3 ? true : undefined))
  expect(await ofRecall()).toMatchObject({ id: claimed.id, state: 'open', claimedFen: 2_700 })

  // The source proves good, and bad once more: not claimed, and claimed again, as one claim.
  const params = { batchId: goods.batchId }
  await shop.staff.call('fulfilment.withdrawRecall', { params, body: { note: '供应商已证明' } })
  expect(await ofRecall()).toMatchObject({ id: claimed.id, state: 'written_off' })
  await shop.staff.call(
    'fulfilment.recallBatch',
    { params, body: { reason: '还是黑卡' } },
    { idempotencyKey: randomUUID() },
  )
  await until('the claim to be back', async () => ((await ofRecall())?.state === 'open' ? true : undefined))
  expect(await ofRecall()).toMatchObject({ id: claimed.id, pieces: 3, claimedFen: 2_700, endedAt: null })
  await expectBooksRight(house, shop.tenantId)
})

test('a credit above what one person may book waits for a second, who agrees to the fen or sends it back', async () => {
  const shop = await openShop()
  const goods = await bought(shop)
  const order = await delivered(shop, goods)
  await complain(order)
  await outcome(shop, order)
  const [claim] = await recoveries(shop)
  if (!claim) throw new Error('no claim')
  await shop.staff.call('tenancy.saveSettings', {
    body: { values: { 'suppliers.moneyApprovalAboveFen': 1_000 }, versions: {} },
  })
  const owed = await sumOf(house, shop.tenantId, 'cash.supplier')
  const move = (by: Shop['staff'], state: 'sent' | 'accepted', creditedFen = 0) =>
    codeOf(
      by.call(
        'fulfilment.moveRecovery',
        { params: { recoveryId: claim.id }, body: { state, creditedFen, reference: 'KF-9', note: '' } },
        { idempotencyKey: randomUUID() },
      ),
    )
  const now = async () => (await recoveries(shop))[0]
  const second = await shop.hire(['suppliers.read', 'suppliers.manage'])
  const waiting = async (by: Shop['staff']) =>
    (await by.call('notify.listInbox', { query: {} })).items.filter(({ event }) => event === 'recovery.awaiting')
  expect(await move(shop.staff, 'accepted', 1_800)).toBe('ok')
  // Told to who may agree to it, not to who asked.
  const [told] = await until('the second person to be told', async () => {
    const news = await waiting(second)
    return news.length > 0 ? news : undefined
  })
  expect(told).toMatchObject({
    link: '/recoveries?state=awaiting',
    body: expect.stringContaining(`R${claim.id} 认账 ¥18`),
  })
  expect(await waiting(shop.staff)).toEqual([])
  expect(await now()).toMatchObject({ state: 'awaiting', askedFen: 1_800, creditedFen: 0, endedAt: null })
  expect(await sumOf(house, shop.tenantId, 'cash.supplier')).toBe(owed)
  expect(await move(shop.staff, 'accepted', 1_800)).toBe('complaints.recovery_own')
  expect(await move(shop.staff, 'sent')).toBe('complaints.recovery_own')
  expect(await move(second, 'accepted', 1_700)).toBe('complaints.recovery_moved')
  expect(await move(second, 'sent')).toBe('ok')
  expect(await now()).toMatchObject({ state: 'sent', askedFen: null, askedBy: '' })
  expect(await move(second, 'accepted', 1_900)).toBe('ok')
  expect(await move(second, 'accepted', 1_900)).toBe('complaints.recovery_own')
  expect(await Promise.all(Array.from({ length: 3 }, () => move(second, 'sent')))).toEqual(
    Array(3).fill('complaints.recovery_own'),
  )
  expect(await now()).toMatchObject({ state: 'awaiting', askedFen: 1_900 })
  const answers = await Promise.all(Array.from({ length: 4 }, () => move(shop.staff, 'accepted', 1_900)))
  expect(answers.toSorted()).toEqual([...Array(3).fill('complaints.recovery_moved'), 'ok'])
  expect(await now()).toMatchObject({ state: 'accepted', creditedFen: 1_900 })
  expect(await sumOf(house, shop.tenantId, 'cash.supplier')).toBe(owed - 1_900)
  const [money] = await house.query(
    `select state, amount_fen, decided_by is not null as "byTwo" from suppliers.money where tenant_id = $1 and recovery_id = $2`,
    [shop.tenantId, claim.id],
  )
  expect(money).toEqual({ state: 'booked', amount_fen: 1_900, byTwo: true })
  await expectBooksRight(house, shop.tenantId)
})
