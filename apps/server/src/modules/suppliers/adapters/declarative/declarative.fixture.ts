import { createHash } from 'node:crypto'
import { type SupplierProfile, type SupplierProfileInput, supplierProfile } from '@quanshu/contract'
import type { SupplierAccount } from '../../supplier.ts'
import { shippedProfiles } from './profiles.ts'
import type { Sample } from './trial.ts'

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
export const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

export function shipped(id: string): SupplierProfile {
  const profile = shippedProfiles.find((one) => one.id === id)
  if (!profile) throw new Error(`no profile ${id}`)
  return profile
}
export const accountOf = (identity: string, key: string): SupplierAccount => ({
  baseUrl: 'https://supplier.test/',
  identity,
  settings: {},
  secrets: { key },
})
export const NO = '26112200000000000001'
export const SAMPLE: Sample = {
  no: NO,
  remoteId: '1001',
  kind: 'direct',
  quantity: 2,
  ceilingHao: 152_345,
  fields: { recharge_account: '13800138000', zone: '微信区' },
  callbackUrl: 'https://shop.test/back',
  buyerIp: '203.0.113.9',
  at: new Date('2026-11-22T01:30:05.678Z'),
}

/** The smallest profile there is; tests change a part of it. */
export const SMALL: SupplierProfileInput = {
  id: 'small',
  nameZh: '小站',
  nameEn: 'Small',
  identityZh: '客户号',
  identityEn: 'Customer',
  settings: [{ key: 'key', nameZh: '密钥', nameEn: 'Key', secret: true, required: true }],
  perMinute: 60,
  concurrent: 1,
  notFoundIsFinalAfter: null,
  signing: { text: [{ is: 'pairs' }, { is: 'secret' }], hash: 'md5', name: 'sign' },
  answers: {
    code: 'code',
    ok: ['0'],
    message: 'msg',
    rules: [
      { words: ['重复'], means: 'uncertain' },
      { codes: ['7'], words: ['库存'], means: 'refused', about: 'stock' },
      { codes: ['8'], means: 'not_found' },
      { http: [429], means: 'refused', about: 'limit' },
    ],
  },
  place: {
    path: '/buy',
    fields: [
      { to: 'no', from: 'no' },
      { to: 'id', from: 'remoteId' },
      { to: 'num', from: 'quantity', as: 'number' },
    ],
    order: { root: 'data', remoteNo: 'sn', no: 'no' },
  },
  ask: {
    path: '/order',
    fields: [{ to: 'no', from: 'no' }],
    order: {
      root: 'data',
      no: 'no',
      remoteNo: 'sn',
      state: 'state',
      states: { '1': 'accepted', '2': 'done', '3': 'failed', '4': 'refunded', '5': 'partial' },
      cost: 'cost',
      refund: 'back',
      quantity: 'num',
      arrived: 'came',
      cards: { at: 'cards', number: 'n', secret: 's', validTo: 'end' },
    },
  },
}
export const small = (
  change: (profile: SupplierProfileInput) => SupplierProfileInput = (same) => same,
): SupplierProfile => supplierProfile.parse(change(structuredClone(SMALL)))
export const account = accountOf('c1', 'k3y')
