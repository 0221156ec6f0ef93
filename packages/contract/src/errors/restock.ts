import { defineErrors } from './define.ts'

export const restockErrors = defineErrors('restock', {
  targetBelowThreshold: {
    status: 422,
    zh: '补到的数量不能低于触发数量',
    en: 'What it is filled up to cannot be less than what starts it',
  },
  mostBelowLeast: {
    status: 422,
    zh: '最多件数不能低于最少件数',
    en: 'The most pieces cannot be fewer than the least',
  },
  notCodes: {
    status: 422,
    zh: '只有卡密规格可以补货，其他类型由供应商即时发货',
    en: 'Only codes lie on a shelf; other kinds are delivered by suppliers as they are sold',
  },
  noSource: {
    status: 409,
    zh: '这个规格还没有货源，请先在「货源」里选择供应商商品',
    en: 'This variant has no source yet; choose suppliers’ products at its sources first',
  },
  underWay: {
    status: 409,
    zh: '这个规格已有一笔补货未完成，请等它结束或先取消它',
    en: 'This variant is being filled up already; wait for it to end, or cancel it first',
  },
  movedOn: {
    status: 409,
    zh: '这笔补货的状态或金额已变化，请刷新后再处理',
    en: 'This has moved on, or costs something else now; refresh and look again',
  },
  ownRequest: {
    status: 403,
    zh: '自己提出的补货须由另一位同事审批',
    en: 'What you asked for is approved by somebody else',
  },
  budgetUsed: {
    status: 409,
    zh: '本月已用和已预留 ¥{usedYuan}，预算不能低于这个数',
    en: '¥{usedYuan} of this month is used or promised; the budget cannot be less',
  },
  budgetInUse: {
    status: 409,
    zh: '还有 {count} 个规格用这个预算补货，请先改用别的预算或停用补货',
    en: '{count} variants are filled up from this budget; move them to another first',
  },
  budgetNameTaken: {
    status: 409,
    zh: '已有同名的预算，请换一个名称',
    en: 'There is a budget of that name; choose another',
  },
})
