import { defineErrors } from './define.ts'

export const analyticsErrors = defineErrors('analytics', {
  rangeReversed: { status: 422, zh: '开始日期晚于结束日期', en: 'The range ends before it begins' },
  rangeTooLong: {
    status: 422,
    zh: '时间范围最多 {days} 天，请缩短，或换更粗的时间粒度',
    en: 'The range may have {days} days; shorten it, or choose coarser steps',
  },
  exportTooLarge: { status: 422, zh: '超过 {max} 行，请缩小范围', en: 'More than {max} lines; narrow the filters' },
  momentAhead: { status: 422, zh: '不能查看将来的时点', en: 'That moment has not come yet' },
})
