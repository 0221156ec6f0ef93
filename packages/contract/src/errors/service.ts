import { defineErrors } from './define.ts'

export const serviceErrors = defineErrors('service', {
  taken: {
    status: 409,
    zh: '这个任务正由 {by} 处理，请刷新列表；需要接手时请让其转交',
    en: '{by} works on this task; refresh the list, or have it handed over to you',
  },
  wrongState: {
    status: 409,
    zh: '任务状态已变化，不能再这样处理，请刷新后查看',
    en: 'The task has moved on, and this cannot be done to it now; refresh to see how it stands',
  },
  nothingAsked: {
    status: 409,
    zh: '现在没有需要更正的内容，可能已经更正过了，请刷新订单',
    en: 'Nothing is to be corrected now; perhaps it was already. Refresh the order',
  },
  nothingAnswered: {
    status: 422,
    zh: '请更正提示的内容，或写下您的回复',
    en: 'Correct what is asked for, or write an answer',
  },
  notAField: {
    status: 422,
    zh: '商品的表单里没有“{field}”，请刷新后重新选择',
    en: 'The form of these goods has no field {field}; refresh and choose again',
  },
  begun: {
    status: 409,
    zh: '已有人开始处理，不能自行取消；如需退款请联系店家',
    en: 'Somebody has begun with it, so it cannot be cancelled here; please ask the shop for a refund',
  },
  notAService: { status: 422, zh: '这个规格不是人工服务', en: 'This SKU is not a service by hand' },
  dayIsFull: {
    status: 409,
    zh: '“{title}”今天的名额不足，还剩 {available} 件，请减少数量或明天再来',
    en: '“{title}” has {available} places left today; order fewer, or come back tomorrow',
  },
  tooManyPictures: {
    status: 409,
    zh: '最多上传 {limit} 张凭证图片，请先移除一些',
    en: 'At most {limit} pictures prove a service; remove some first',
  },
  notAColleague: {
    status: 422,
    zh: '该同事不能处理人工服务，请选择另一位',
    en: 'This colleague does not work on services; choose another',
  },
})
