import { defineErrors } from './define.ts'

export const auditErrors = defineErrors('audit', {
  exportTooLarge: {
    status: 422,
    zh: '超过 {max} 行，请缩小时间范围',
    en: 'More than {max} lines; choose a shorter time',
  },
})
