import { defineErrors } from './define.ts'

export const commonErrors = defineErrors('common', {
  notFound: { status: 404, zh: '没有找到，或不属于您', en: 'Not found, or not yours' },
  unknownShop: { status: 404, zh: '没有这家店铺', en: 'There is no such shop' },
  invalidInput: { status: 422, zh: '有 {count} 处填写需要修改', en: '{count} field(s) need correction' },
  unknownSort: {
    status: 422,
    zh: '不能这样排序，可用：{allowed}',
    en: 'Cannot be sorted by this; possible: {allowed}',
  },
  evidenceRequired: { status: 422, zh: '请写明依据', en: 'Say how you know' },
  jobsOrAll: { status: 422, zh: '请选择任务，或选择全部', en: 'Name jobs, or ask for all of them' },
  fixedOrder: { status: 422, zh: '此列表不能改变排序', en: 'This list has one order' },
  malformedBody: { status: 400, zh: '请求内容无法解析', en: 'The request body cannot be parsed' },
  bodyTooLarge: {
    status: 413,
    zh: '内容过大，最多 {limitBytes} 字节',
    en: 'Too large; the limit is {limitBytes} bytes',
  },
  unsupportedMediaType: { status: 415, zh: '不支持的内容类型', en: 'This content type is not supported' },
  signInRequired: { status: 401, zh: '请先登录', en: 'Sign in first' },
  forbidden: {
    status: 403,
    zh: '您没有「{permission}」权限，请联系管理员',
    en: 'You lack the permission “{permission}”; ask an administrator',
  },
  crossSite: {
    status: 403,
    zh: '请求来源不受信任，请刷新页面后重试',
    en: 'The request came from another site; reload the page and try again',
  },
  tooManyRequests: {
    status: 429,
    zh: '操作太频繁，请 {retryAfterSeconds} 秒后再试',
    en: 'Too many requests; try again in {retryAfterSeconds} s',
  },
  tooManyPages: {
    status: 429,
    zh: '同时打开的等待页面过多，最多 {max} 个，请关闭一些',
    en: 'Too many pages are waiting from your network; close some, {max} are allowed',
  },
  conflict: {
    status: 409,
    zh: '内容刚被他人修改，请刷新后重试',
    en: 'Someone changed this meanwhile; reload and try again',
  },
  idempotencyKeyReused: {
    status: 422,
    zh: '同一个 Idempotency-Key 不能用于不同的请求',
    en: 'This Idempotency-Key was used for a different request',
  },
  idempotencyKeyRequired: {
    status: 400,
    zh: '缺少 Idempotency-Key 请求头',
    en: 'The Idempotency-Key header is required',
  },
  shuttingDown: { status: 503, zh: '服务正在重启，请稍后再试', en: 'The service is restarting; try again shortly' },
  busy: { status: 503, zh: '系统繁忙，请稍后再试', en: 'The system is busy; try again shortly' },
  /** Nothing was begun. See ADR 0064. */
  standstill: {
    status: 503,
    zh: '商店正在核对数据，暂不营业，请稍后再来',
    en: 'The shop is checking its records and is closed for the moment; please come back later',
  },
  interrupted: {
    status: 503,
    zh: '连接中断，不知道是否已完成；请用同样的内容再试一次，或先刷新查看',
    en: 'The connection broke and nobody knows whether it was done; try the same again, or look first',
  },
  internal: {
    status: 500,
    zh: '系统出错，已记录，编号 {requestId}',
    en: 'Something went wrong; it is logged under {requestId}',
  },
})
