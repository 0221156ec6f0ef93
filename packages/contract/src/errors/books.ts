import { defineErrors } from './define.ts'

export const booksErrors = defineErrors('books', {
  alreadyRunning: { status: 409, zh: '已有一次核对正在进行', en: 'The books are being audited already' },
  notOpen: { status: 409, zh: '这条问题已经处理或消失', en: 'This violation was handled or is gone' },
  exportTooLarge: { status: 422, zh: '超过 {max} 行，请缩小范围', en: 'More than {max} lines; narrow the filters' },
})
