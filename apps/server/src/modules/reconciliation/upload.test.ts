import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { at, billText, lineOf, nextDay, reconciliationHouse } from './reconciliation.fixture.ts'

const { newShop } = await reconciliationHouse()
const DAY = '2026-11-10'
const usual = process.env.TMPDIR
const scratch = await mkdtemp(join(tmpdir(), 'quanshu-test-upload-'))
process.env.TMPDIR = scratch
afterAll(async () => {
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  await rm(scratch, { recursive: true, force: true })
})
const GOOD = billText([{ tradeNo: 'A', fen: 5, at: at(DAY) }])

test('a file is refused with the line and the reason, and leaves nothing behind', async () => {
  const shop = await newShop()
  const upload = (content: string) => shop.upload(DAY, content)
  await expect(upload('')).rejects.toMatchObject({ code: 'reconciliation.file_empty' })
  await expect(upload('a photo of a bill')).rejects.toMatchObject({
    code: 'reconciliation.unreadable',
    params: { line: 1, why: 'there is no column type' },
  })
  await expect(upload(GOOD.replace(',5,', ',five,'))).rejects.toMatchObject({
    code: 'reconciliation.unreadable',
    params: { line: 2, why: 'amount is no amount: five' },
  })
  await expect(upload(GOOD.slice(0, GOOD.indexOf('#end')))).rejects.toMatchObject({
    code: 'reconciliation.unreadable',
    params: { why: 'the file ends before the mark of its end' },
  })
  await expect(upload(billText([{ tradeNo: 'A', fen: 5, fee: 6, at: at(DAY) }]))).rejects.toMatchObject({
    code: 'reconciliation.unreadable',
    params: { line: 2, why: 'the fee is more than the amount' },
  })
  await expect(upload(billText([{ tradeNo: 'A', fen: 5, at: at('2026-10-03') }]))).rejects.toMatchObject({
    code: 'reconciliation.other_day',
    params: { day: DAY, other: '2026-10-03' },
  })
  const day = await shop.day(DAY)
  expect([day.state, day.bill, day.phase]).toEqual(['open', null, null])
  expect(await shop.query(`select from reconciliation.bills where tenant_id = $1 and state <> 'failed'`)).toEqual([])
  expect(readdirSync(scratch)).toEqual([])
})

test('a sender that breaks off has left nothing in the database', async () => {
  const shop = await newShop()
  // As the house's uploads do: whoever reads later still meets it.
  const stream = new Readable({ read: () => undefined }).on('error', () => undefined)
  const sent = shop.upload(DAY, '', stream)
  stream.push(GOOD.slice(0, 20))
  stream.destroy(new Error('hung up'))
  await expect(sent).rejects.toThrow('hung up')
  expect(await shop.query('select from reconciliation.bills where tenant_id = $1')).toEqual([])
  expect(readdirSync(scratch)).toEqual([])
})

test('the same file is imported once, a day that is not over has none, and one gone wrong does not harm the one that counts', async () => {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  const file = billText([lineOf(receipt)])
  await shop.upload(DAY, file)
  await shop.run(DAY, false)
  await expect(shop.upload(DAY, file)).rejects.toMatchObject({ code: 'reconciliation.same_file' })
  await expect(shop.upload('2999-01-01', file)).rejects.toMatchObject({ code: 'reconciliation.day_not_over' })
  await expect(shop.upload(DAY, file.replace('#end,1', '#end,2'))).rejects.toMatchObject({
    params: { why: 'the file says 2 lines and has 1' },
  })
  const { state, bill } = await shop.day(DAY)
  expect([state, bill?.lines]).toEqual(['matched', 1])
})

test('a bill that is not made yet, refused or lost is asked for again, and says why on the day', async () => {
  const shop = await newShop()
  expect(await shop.run(DAY)).toMatchObject({ kind: 'no_bill', why: { code: 'reconciliation.not_ready' } })
  shop.give(DAY, { kind: 'refused', code: 'NO_RIGHT', message: 'not subscribed' })
  await shop.run(DAY)
  expect((await shop.day(DAY)).trouble).toEqual({
    code: 'reconciliation.fetch_refused',
    message: '通道拒绝提供账单：NO_RIGHT not subscribed',
  })
  shop.give(DAY, { kind: 'unknown', reason: 'HTTP 502' })
  await shop.run(DAY)
  expect((await shop.day(DAY)).trouble?.code).toBe('reconciliation.fetch_failed')
  const yesterday = nextDay(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10), -1)
  await shop.run(yesterday)
  expect((await shop.day(yesterday)).nextTryAt).not.toBeNull()
  shop.give(DAY, { kind: 'empty' })
  await shop.run(DAY)
  expect(await shop.day(DAY)).toMatchObject({ state: 'matched', trouble: null, bill: { lines: 0 } })
})

test('while one works on a day nobody else does', async () => {
  const shop = await newShop()
  shop.give(DAY, [{ tradeNo: 'A', fen: 5, at: at(DAY) }])
  const outcomes = await Promise.all([shop.run(DAY), shop.run(DAY), shop.run(DAY)])
  const kinds = outcomes.map(({ kind }) => kind).toSorted()
  expect(kinds.filter((kind) => kind === 'done').length).toBeGreaterThan(0)
  expect(kinds.every((kind) => kind === 'done' || kind === 'busy')).toBe(true)
  expect(await shop.outcomes(DAY)).toEqual({ channel_only: '1 (1)' })
})
