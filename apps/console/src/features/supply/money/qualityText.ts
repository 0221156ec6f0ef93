import type { RefusalAbout } from '@quanshu/contract'
import { defineMessages, useText } from '../../../shared/i18n/index.ts'

export const qualityText = defineMessages('supplierQuality', {
  export: ['导出按日明细', 'Export by day'],
  span: ['日期范围', 'Days'],
  allProducts: ['全部商品', 'All products'],
  product: ['商品', 'Product'],
  score: ['评分', 'Score'],
  scoreHint: ['怎么算的', 'How it is made'],
  scoreHow: [
    '满分 100：到货率 70，速度 15（p95 在 10 秒内得满分，10 分钟以上不得分），结果明确 10，无坏卡 5。有结果的采购不足 5 笔不评分。',
    'Of 100: 70 for what arrived, 15 for speed (p95 within 10 s is all of it, 10 min none), 10 for what was never unknown, 5 for good codes. Below 5 purchases that ended there is none.',
  ],
  tooFew: ['采购太少', 'Too few'],
  arrivedRate: ['到货率', 'Arrived'],
  ofEnded: ['{count} / {of} 笔有结果', '{count} of {of} that ended'],
  refused: ['明确拒绝', 'Refused'],
  unknown: ['曾结果不明', 'Once unknown'],
  unknownHow: [
    '后来到货 {arrived}，拒绝 {refused}，仍不明 {open}',
    '{arrived} arrived, {refused} refused, {open} still unknown',
  ],
  speed: ['到货用时', 'Time to arrive'],
  speedHint: ['p50 / p95', 'p50 / p95'],
  openings: ['熔断次数', 'Outages'],
  openingsHint: ['连续失败后停用线路', 'The lane tripped after failures'],
  moves: ['进价变动', 'Cost moves'],
  movesHint: ['涨 / 跌次数', 'Rises and falls'],
  bad: ['坏卡率', 'Bad codes'],
  badHow: ['不可售 {bad}，召回 {recalled}', '{bad} could not be sold, {recalled} recalled'],
  badShort: ['坏卡', 'Bad'],
  contradicted: ['先拒后到', 'Contradicted'],
  contradictedHint: ['拒绝之后又到货', 'Refused, and delivered after all'],
  cost: ['采购成本', 'Cost'],
  share: ['占全部采购的 {share}%', '{share}% of all that was bought'],
  trend: ['每日采购与用时', 'Day by day'],
  arrived: ['到货', 'Arrived'],
  notArrived: ['未到货', 'Not arrived'],
  refusals: ['拒绝原因', 'Why it refused'],
  noRefusals: ['没有拒绝', 'Nothing was refused'],
  byProduct: ['按商品', 'By product'],
  nothingSent: ['这段时间没有采购', 'Nothing was bought in this time'],
  sent: ['采购', 'Sent'],
})

const refusalText = defineMessages('refusalAbout', {
  stock: ['没有库存', 'No stock'],
  price: ['价格变了', 'The price had moved'],
  product: ['商品不可用', 'The product is not available'],
  balance: ['我们的余额不足', 'Our balance there'],
  account: ['顾客的账号有误', 'The buyer’s account'],
  limit: ['超出限额', 'A limit'],
  supplier: ['供应商自身故障', 'Trouble of its own'],
  other: ['其他', 'Something else'],
} satisfies Record<RefusalAbout, readonly [string, string]>)

export const useRefusalName = (): ((about: RefusalAbout) => string) => useText(refusalText)
