import { describe, expect, it } from 'vitest'
import { checkoutLink, readBasket } from './basket.ts'

const read = (items: string) => readBasket(new URLSearchParams({ items }))

describe('what goes to the checkout', () => {
  it('comes back from the address as it went in', () => {
    const items = [
      { goodsId: 1, skuId: 11, quantity: 2 },
      { goodsId: 2, skuId: 21, quantity: 500 },
    ]
    expect(readBasket(new URL(checkoutLink(items), 'http://shop.test').searchParams)).toEqual(items)
  })

  it.each(['', '1-2', '1-2-x', '0-1-1', '1-0-1', '1-1-0', '-1-1-1', '1-1-123456', '1-1-1;drop'])(
    'leaves out %j',
    (items) => expect(read(items)).toEqual([]),
  )

  it('has one line per SKU and at most 20 lines', () => {
    expect(read('1-11-2,1-11-3')).toEqual([{ goodsId: 1, skuId: 11, quantity: 3 }])
    expect(read(Array.from({ length: 30 }, (_, at) => `1-${at + 1}-1`).join(','))).toHaveLength(20)
  })
})
