import { dailyGoods } from './goods-daily.ts'
import { gameGoods } from './goods-games.ts'
import { mediaGoods } from './goods-media.ts'
import type { DemoGoods } from './goods-shapes.ts'
import { workGoods } from './goods-work.ts'

type DemoCategory = {
  readonly name: string
  readonly nameEn: string
  readonly icon: string
  readonly children?: readonly { readonly name: string; readonly nameEn: string }[]
}

export const demoCategories: readonly DemoCategory[] = [
  {
    name: '影音娱乐',
    nameEn: 'Video & Audio',
    icon: '',
    children: [
      { name: '视频会员', nameEn: 'Video' },
      { name: '音乐听书', nameEn: 'Music & Audiobooks' },
    ],
  },
  { name: '办公效率', nameEn: 'Work', icon: '' },
  { name: '游戏畅玩', nameEn: 'Games', icon: '' },
  { name: '阅读学习', nameEn: 'Reading & Learning', icon: '' },
  { name: '云盘工具', nameEn: 'Cloud & Tools', icon: '' },
  { name: '吃喝出行', nameEn: 'Food & Travel', icon: '' },
]

export const demoTags: readonly { readonly name: string; readonly nameEn: string }[] = [
  { name: '热卖', nameEn: 'Bestseller' },
  { name: '新品', nameEn: 'New' },
  { name: '秒发', nameEn: 'Instant' },
  { name: '程序员礼包', nameEn: 'For developers' },
  { name: '家庭礼包', nameEn: 'For families' },
  { name: '学生党', nameEn: 'For students' },
  { name: '节日送礼', nameEn: 'Gift ideas' },
]

/** As they stand on the shelf, and in this order for ever: what is drawn by chance for one goes by its place. */
export const demoGoods: readonly DemoGoods[] = [...mediaGoods, ...workGoods, ...gameGoods, ...dailyGoods]
