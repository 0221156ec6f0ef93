import type { NewGoods } from '../suppliers/control.ts'

/** The buyer chooses the face value; `price` is what a reward costs on top of it, `face` the least that can be chosen. */
export const TREMENDOUS_GOODS: readonly NewGoods[] = [
  { id: 'OKMHM2X2OHYV', name: 'Amazon.com', kind: 'link', category: 'merchant_card', price: '0', face: '1' },
  { id: 'A2J05SWPI2QG', name: 'Visa Prepaid Card', kind: 'link', category: 'visa_card', price: '2.9500', face: '5' },
  { id: 'ET0ZVETV5ILN', name: 'Steam', kind: 'link', category: 'merchant_card', price: '0', face: '5', stock: 200 },
]
