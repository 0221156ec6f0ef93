import type { AccountField } from '../suppliers/books.ts'
import type { NewGoods } from '../suppliers/control.ts'

/** Orders name a field by its title, so title and key are one here. */
const field = (title: string, options?: readonly string[]): AccountField => ({
  key: title,
  label: title,
  hint: `请填写${title}`,
  isRequired: true,
  ...(options && { options }),
})

export const KAYIXIN_GOODS: readonly NewGoods[] = [
  {
    id: '201068',
    name: '[代充]优酷VIP月卡',
    kind: 'topup',
    category: '视频会员',
    price: '14.6000',
    face: '30',
    fields: [field('充值账号')],
  },
  {
    id: '201069',
    name: '[代充]原神创世结晶60',
    kind: 'topup',
    category: '游戏充值',
    price: '5.5125',
    face: '6',
    fields: [field('充值账号'), field('服务器', ['天空岛', '世界树'])],
  },
  {
    id: '201070',
    name: '网易云音乐黑胶月卡兑换码',
    kind: 'card',
    category: '音乐会员',
    price: '9.8000',
    face: '18',
    stock: 300,
  },
  {
    id: '201071',
    name: '苹果礼品卡100元',
    kind: 'card',
    category: '礼品卡',
    price: '98.7500',
    face: '100',
    stock: 100,
  },
  { id: '201072', name: '肯德基代金券', kind: 'link', category: '礼品卡', price: '18.5000', face: '25', stock: 100 },
  ...Array.from({ length: 25 }, (_, index): NewGoods => {
    const face = (index + 1) * 10
    return {
      id: String(201_100 + index),
      name: `Steam钱包充值码${face}元`,
      kind: 'card',
      category: '游戏充值',
      price: (face * 0.985).toFixed(4),
      face: String(face),
      stock: 50,
    }
  }),
]
