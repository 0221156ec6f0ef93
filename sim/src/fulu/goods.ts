import type { AccountField } from '../suppliers/books.ts'
import type { NewGoods } from '../suppliers/control.ts'

/** Keys of fields are the names under which orders carry them. */
const phone: AccountField = {
  key: 'charge_account',
  label: '充值手机号',
  hint: '请输入会员绑定的手机号',
  isRequired: true,
}
const qq: AccountField = { key: 'charge_account', label: 'QQ号', hint: '请输入QQ号码', isRequired: true }
const game: readonly AccountField[] = [
  { key: 'charge_account', label: '游戏账号', hint: '请输入通行证账号', isRequired: true },
  { key: 'charge_game_region', label: '充值区', hint: '请选择大区', isRequired: true, options: ['电信区', '网通区'] },
  { key: 'charge_game_srv', label: '充值服', hint: '请输入服务器', isRequired: false },
]

export const PHONE_CATEGORY = '话费'

export const FULU_GOODS: readonly NewGoods[] = [
  { id: '10000001', name: '腾讯视频VIP会员月卡', kind: 'topup', price: '21.5000', face: '30', fields: [phone] },
  { id: '10000002', name: '腾讯QQ币直充', kind: 'topup', price: '0.9650', face: '1', fields: [qq], quantityMax: 500 },
  { id: '10000003', name: '网易一卡通30元', kind: 'card', price: '28.8125', face: '30', stock: 200 },
  { id: '10000004', name: '梦幻西游点数100点', kind: 'topup', price: '9.4800', face: '10', fields: game },
  { id: '10000005', name: '星巴克电子券中杯', kind: 'link', price: '24.9000', face: '33', stock: 100 },
  ...[30, 50, 100].map(
    (face): NewGoods => ({
      id: String(18_220_000 + face),
      name: `全国话费${face}元`,
      kind: 'topup',
      category: PHONE_CATEGORY,
      price: (face * 0.9925).toFixed(4),
      face: String(face),
      fields: [{ key: 'charge_account', label: '手机号', hint: '请输入手机号', isRequired: true }],
      quantityMax: 1,
    }),
  ),
]
