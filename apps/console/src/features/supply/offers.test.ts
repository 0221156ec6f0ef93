import { describe, expect, it } from 'vitest'
import { type BuyerField, draftOf, missingOf, newFormFields, type Product, suggest } from './offers.ts'

const field = (key: string, labelZh: string, rest: Partial<BuyerField> = {}): BuyerField => ({
  key,
  labelZh,
  labelEn: '',
  type: 'text',
  required: true,
  hintZh: '',
  hintEn: '',
  confirmTwice: false,
  ...rest,
})

const product: Product = {
  id: 7,
  supplierId: 1,
  supplier: '蓝海',
  remoteId: 'P7',
  name: '视频会员月卡',
  kind: 'direct',
  faceHao: null,
  costHao: 150_000,
  currency: 'CNY',
  stock: null,
  minQuantity: 1,
  maxQuantity: null,
  onSale: true,
  toldAt: '2026-11-22T10:00:00Z',
  skus: [],
}

describe('what fills a supplier’s fields', () => {
  it('is what was chosen, before anything that only looks alike', () => {
    const form = [field('account', '充值账号'), field('phone', '手机号', { type: 'phone' })]
    expect(suggest([field('account', '充值账号')], form, { account: 'phone' })).toEqual({ account: 'phone' })
  })

  it('is found by key, then by name, then by a kind that only one field has', () => {
    const form = [field('qq', 'QQ 号'), field('mobile', '手机', { type: 'phone' }), field('area', '大区')]
    expect(
      suggest([field('qq', '账号'), field('server', '大区'), field('tel', '充值号码', { type: 'phone' })], form, {}),
    ).toEqual({ qq: 'qq', server: 'area', tel: 'mobile' })
  })

  it('is never guessed among several', () => {
    const form = [field('one', '甲'), field('two', '乙')]
    expect(suggest([field('account', '账号')], form, {})).toEqual({})
    const phones = [field('one', '甲', { type: 'phone' }), field('two', '乙', { type: 'phone' })]
    expect(suggest([field('account', '账号', { type: 'phone' })], phones, {})).toEqual({})
  })

  it('counts as missing once the buyer’s form has lost it', () => {
    const account = field('account', '充值账号')
    const draft = draftOf(product, [account, field('memo', '备注', { required: false })], [account])
    expect(missingOf(draft, [account])).toEqual([])
    expect(missingOf(draft, []).map(({ key }) => key)).toEqual(['account'])
  })
})

describe('taking a supplier’s form', () => {
  it('adds what two suppliers ask for once, and has accounts typed twice', () => {
    const account = field('account', '充值账号')
    const region = field('region', '大区', { type: 'select', options: [{ value: 'a', labelZh: '一区', labelEn: '' }] })
    const offers = [draftOf(product, [account], []), draftOf({ ...product, id: 8 }, [account, region], [])]
    expect(newFormFields(offers, []).map(({ key, confirmTwice }) => [key, confirmTwice])).toEqual([
      ['account', true],
      ['region', false],
    ])
  })

  it('makes a name where the supplier’s cannot stand in a form, and still finds it', () => {
    const title = field('充值账号', '充值账号')
    const server = field('服务器', '服务器', {
      type: 'select',
      options: [{ value: 'a', labelZh: '一区', labelEn: '' }],
    })
    const taken = newFormFields([draftOf(product, [title, server], [])], [field('account', '手机号')])
    expect(taken.map(({ key, labelZh }) => [key, labelZh])).toEqual([
      ['account2', '充值账号'],
      ['account3', '服务器'],
    ])
    expect(suggest([title, server], taken, {})).toEqual({ 充值账号: 'account2', 服务器: 'account3' })
  })
})
