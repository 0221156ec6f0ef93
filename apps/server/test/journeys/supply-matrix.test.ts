import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import {
  ARRIVED,
  CHECKING,
  MINUTE_MS,
  NOBODY,
  openMatrix,
  PATIENCE_MS,
  SECONDS,
  type Second,
  SLOW_MS,
  type Standing,
  UNDER_WAY,
  WAITING,
} from './matrix.ts'
import { hurriedAdapters, type RealSupplier } from './real-suppliers.ts'
import { openHouse, until } from './shop.ts'
import { FORM, openMatrixShop, type TopUpTrouble, TROUBLES } from './top-up-troubles.ts'
import { TOP_UP_PAIRS, topUpsMatrix } from './top-ups-matrix.ts'

/**
 * Whatever one supplier of top-ups does, beside what the next one does where it is asked, through the whole product: paid orders, the
 * real adapters, and at the end what the suppliers' own books say was handed out. Everything beside everything is in
 * top-ups-matrix.test.ts, with those that are joined by a profile; codes in codes-matrix.test.ts.
 */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
const matrix = await openMatrix(house)
const { place, payAll, standingsOf, hurry, letNotFoundBeProof, ownedPieces, expectCostsAsCharged } = matrix
topUpsMatrix(house, matrix, TOP_UP_PAIRS)

describe('with lanes that close', () => {
  const withoutTrouble = TROUBLES[0] as TopUpTrouble
  beforeAll(() => house.query('drop trigger keep_open on suppliers.suppliers'))

  test.each(TOP_UP_PAIRS)('%s is down: %s delivers, or it is waited for', async (firstKind, secondKind) => {
    const { shop, usual, a, b } = await openMatrixShop(house, firstKind, secondKind)
    const cells = await Promise.all(
      SECONDS.map(async (second) => {
        const cell = await place(shop, usual, withoutTrouble, second.name, FORM)
        // How often the one that is down is tried before its lane closes depends on who comes first.
        for (let turn = 2; turn < 20; turn += 1) second.make({ supplier: b, no: `${cell.no}01${padded(turn)}` })
        return cell
      }),
    )
    await a.control.down()
    await payAll(cells)
    const meanwhile: Readonly<Record<Second, Standing>> = {
      'is fine': ARRIVED,
      refuses: WAITING,
      'is unknown': CHECKING,
      'is slow': UNDER_WAY,
    }
    await until('everybody to be told as it is', async () => {
      await hurry(shop)
      return isDeepStrictEqual(
        await standingsOf(shop, cells),
        cells.map(({ second }) => meanwhile[second]),
      )
    })
    expect(a.control.deliveries()).toEqual([])
    await a.control.up()
    await house.query('update suppliers.suppliers set open_until = now() where tenant_id = $1 and open_until > now()', [
      shop.tenantId,
    ])
    await letPass(SLOW_MS + MINUTE_MS, a, b)
    await until('everything to arrive', async () => {
      await letNotFoundBeProof(shop)
      await hurry(shop)
      return (await standingsOf(shop, cells)).every((standing) => isDeepStrictEqual(standing, ARRIVED))
    })
    expect(cells.map(({ no }) => [a.handedOut(no), b.handedOut(no)])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
      [0, 1],
    ])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  })

  test('every trouble at once closes lanes and opens them: what was handed out is what is owned, each once', async () => {
    const { shop, usual, a, b } = await openMatrixShop(house, 'kasushou', 'kayixin')
    // Time passes faster here than at the supplier, so what it hides would be taken for proof.
    const chosen = TROUBLES.filter(
      ({ only, isDear, end }) => end !== 'hidden' && !isDear && (!only || only.includes('kasushou')),
    )
    const cells = await Promise.all(
      chosen.map(async (trouble, at) => {
        const second = SECONDS[at % SECONDS.length] as (typeof SECONDS)[number]
        const cell = await place(shop, usual, trouble, second.name, FORM)
        for (let turn = 1; turn < 5; turn += 1) {
          trouble.make({ supplier: a, no: `${cell.no}01${padded(turn)}` })
          second.make({ supplier: b, no: `${cell.no}01${padded(turn)}` })
        }
        return cell
      }),
    )
    await payAll(cells)
    await until(
      'every order to have an end',
      async () => {
        await letPass(2 * MINUTE_MS, a, b)
        await letNotFoundBeProof(shop)
        await hurry(shop)
        await house.query(
          'update suppliers.suppliers set open_until = now() where tenant_id = $1 and open_until > now()',
          [shop.tenantId],
        )
        return (await standingsOf(shop, cells)).every(
          (standing) => isDeepStrictEqual(standing, ARRIVED) || isDeepStrictEqual(standing, NOBODY),
        )
      },
      45_000,
    )
    const owned = await ownedPieces(shop)
    const standings = await standingsOf(shop, cells)
    expect(
      cells.flatMap(({ no, quantity, trouble }, at) => {
        const handedOut = a.handedOut(no) + b.handedOut(no)
        const isRight =
          handedOut === (owned.get(no) ?? 0) &&
          (standings[at]?.progress === 'arrived' ? handedOut === quantity : handedOut < quantity)
        return isRight ? [] : [{ trouble: trouble.name, handedOut, owned: owned.get(no), standing: standings[at] }]
      }),
    ).toEqual([])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  })
})

const letPass = (ms: number, ...suppliers: readonly RealSupplier[]) =>
  Promise.all(suppliers.map(({ pass }) => pass(ms)))
const padded = (turn: number): string => String(turn).padStart(2, '0')
