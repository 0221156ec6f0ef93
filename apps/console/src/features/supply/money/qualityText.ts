import type { RefusalAbout } from '@quanshu/contract'
import { defineMessages, useText } from '../../../shared/i18n/index.ts'

export const qualityText = defineMessages('supplierQuality', {
  export: ['导出按日明细', 'Export by day'],
  span: ['日期范围', 'Days'],
  allProducts: ['全部商品', 'All products'],
  product: ['商品', 'Product'],
  score: ['评分', 'Score'],
  scoreHint: ['怎么算的', 'How it is calculated'],
  scoreHow: [
    '满分 100：到货率 70，速度 15（p95 在 10 秒内得满分，10 分钟以上不得分），结果明确 10，无坏卡 5。有结果的采购不足 5 笔不评分。',
    'Out of 100: delivery rate 70, speed 15 (full marks for p95 within 10 s, none above 10 min), clear outcomes 10, no bad codes 5. No score below 5 completed purchases.',
  ],
  tooFew: ['采购太少', 'Too few purchases'],
  arrivedRate: ['到货率', 'Delivery rate'],
  ofEnded: ['{count} / {of} 笔有结果', '{count} of {of} completed'],
  refused: ['明确拒绝', 'Refused'],
  unknown: ['曾结果不明', 'Once unclear'],
  unknownHow: [
    '后来到货 {arrived}，拒绝 {refused}，仍不明 {open}',
    '{arrived} arrived later, {refused} refused, {open} still unclear',
  ],
  speed: ['到货用时', 'Time to arrive'],
  speedHint: ['p50 / p95', 'p50 / p95'],
  openings: ['熔断次数', 'Circuit breaks'],
  openingsHint: ['连续失败后停用线路', 'Paused after repeated failures'],
  moves: ['进价变动', 'Cost changes'],
  movesHint: ['涨 / 跌次数', 'Rises / falls'],
  bad: ['坏卡率', 'Bad code rate'],
  badHow: ['不可售 {bad}，召回 {recalled}', '{bad} unsellable, {recalled} recalled'],
  badShort: ['坏卡', 'Bad'],
  contradicted: ['先拒后到', 'Refused, then delivered'],
  contradictedHint: ['拒绝之后又到货', 'Arrived after a refusal'],
  dear: ['超过限价', 'Above the ceiling'],
  dearHint: ['实际成本高于下单时的最高限价', 'Cost more than the order allowed'],
  cost: ['采购成本', 'Purchase cost'],
  share: ['占全部采购的 {share}%', '{share}% of all purchases'],
  trend: ['每日采购与用时', 'Purchases and speed by day'],
  arrived: ['到货', 'Arrived'],
  notArrived: ['未到货', 'Not arrived'],
  refusals: ['拒绝原因', 'Refusal reasons'],
  noRefusals: ['没有拒绝', 'No refusals'],
  byProduct: ['按商品', 'By product'],
  nothingSent: ['这段时间没有采购', 'No purchases in this period'],
  sent: ['采购', 'Purchases'],
})

const refusalText = defineMessages('refusalAbout', {
  stock: ['没有库存', 'No stock'],
  price: ['价格变了', 'Price changed'],
  product: ['商品不可用', 'Product unavailable'],
  balance: ['我们的余额不足', 'Our balance is too low'],
  account: ['顾客的账号有误', 'Buyer’s account is wrong'],
  limit: ['超出限额', 'Limit exceeded'],
  supplier: ['供应商自身故障', 'Supplier’s own fault'],
  other: ['其他', 'Other'],
} satisfies Record<RefusalAbout, readonly [string, string]>)

export const useRefusalName = (): ((about: RefusalAbout) => string) => useText(refusalText)
