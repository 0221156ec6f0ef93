import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openHouse } from './shop.ts'
import { openKey, signedCall } from './two-shops.ts'

/** How often a key may call is the shop's word, however many processes answer. */

const house = await openHouse({ env: { QUANSHU_RATE_LIMIT_FACTOR: '1' } })
const shop = await house.newShop()

test('two processes let through together what the key may, not twice as much; what was refused may come again', async () => {
  const other = await house.secondServer()
  const key = await openKey(shop, 0, { perMinute: 20 })
  const bases = [shop.base, shop.base.replace(house.url, other)]
  const nonces = Array.from({ length: 50 }, () => randomUUID())
  const answers = await Promise.all(
    nonces.map((nonce, at) => signedCall(bases[at % 2] ?? '', key, { method: 'GET', path: '/balance' }, { nonce })),
  )
  const count = (status: number) => answers.filter((answer) => answer.status === status).length
  expect([count(200), count(429)]).toEqual([20, 30])
  const refused = answers.findIndex(({ status }) => status === 429)
  expect(Number(answers[refused]?.headers.get('retry-after'))).toBeGreaterThan(0)

  // A minute later. What was refused has used up nothing; what was taken is not taken twice.
  await house.query(`update wholesale.rates set minute = minute - interval '2 minutes' where tenant_id = $1`, [
    shop.tenantId,
  ])
  const again = (at: number, base: string) =>
    signedCall(base, key, { method: 'GET', path: '/balance' }, { nonce: nonces[at] ?? '' })
  const fresh = await house.secondServer()
  const base = shop.base.replace(house.url, fresh)
  expect((await again(refused, base)).status).toBe(200)
  expect(
    (
      await again(
        answers.findIndex(({ status }) => status === 200),
        base,
      )
    ).status,
  ).toBe(401)
})

test('a minute that began full lets through as its part that counts still runs out', async () => {
  const { id } = await openKey(shop, 0, { perMinute: 10 })
  const admit = (count: number) =>
    house.platform.db.call<number[]>(
      shop.tenantId,
      'wholesale.admit',
      Array.from({ length: count }, () => ({ keyId: id, nonce: randomUUID(), most: 10 })),
    )
  expect((await admit(12)).map((ms) => Math.sign(ms))).toEqual([...Array(10).fill(0), 1, 1])
  // As if all of it had been in the minute before: no more than what of it no longer counts.
  await house.query(
    `update wholesale.rates set minute = date_trunc('minute', clock_timestamp()) - interval '1 minute' where tenant_id = $1 and key_id = $2`,
    [shop.tenantId, id],
  )
  const [row] = await house.query<{ part: number }>(
    'select extract(epoch from clock_timestamp() - date_trunc($1, clock_timestamp()))::double precision / 60 as part',
    ['minute'],
  )
  const passed = (await admit(10)).filter((ms) => ms === 0).length
  expect(Math.abs(passed - 10 * (row?.part ?? 0))).toBeLessThanOrEqual(1)
})
