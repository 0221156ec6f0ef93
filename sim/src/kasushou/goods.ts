import type { AccountField } from '../suppliers/books.ts'
import type { NewGoods } from '../suppliers/control.ts'

const account = (label: string): AccountField => ({
  key: 'recharge_account',
  label,
  hint: `请输入${label}`,
  isRequired: true,
})
const zone: AccountField = {
  key: 'lblName1',
  label: '所在大区',
  hint: '请选择大区',
  isRequired: true,
  options: ['微信区', 'QQ区'],
}

export const KASUSHOU_GOODS: readonly NewGoods[] = [
  {
    id: '1001',
    name: '爱奇艺黄金会员月卡',
    kind: 'topup',
    category: '视频会员',
    price: '15.2000',
    face: '30',
    fields: [account('手机号')],
  },
  {
    id: '1002',
    name: '王者荣耀点券60',
    kind: 'topup',
    category: '游戏充值',
    price: '5.7350',
    face: '6',
    fields: [account('游戏账号'), zone],
    quantityMax: 10,
  },
  {
    id: '1003',
    name: '哔哩哔哩大会员月卡兑换码',
    kind: 'card',
    category: '视频会员',
    price: '13.9000',
    face: '25',
    stock: 300,
  },
  { id: '1004', name: '京东E卡50元', kind: 'card', category: '礼品卡', price: '49.1250', face: '50', stock: 100 },
  { id: '1005', name: '瑞幸咖啡饮品券', kind: 'link', category: '礼品卡', price: '9.9000', face: '29', stock: 100 },
]
