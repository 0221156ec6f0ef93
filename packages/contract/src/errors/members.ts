import { defineErrors } from './define.ts'

export const memberErrors = defineErrors('members', {
  codeTooSoon: {
    status: 429,
    zh: '验证码已发送，请 {retryAfterSeconds} 秒后再试',
    en: 'A code was sent; try again in {retryAfterSeconds} s',
  },
  codeLimit: {
    status: 429,
    zh: '获取验证码次数过多，请稍后再试',
    en: 'Too many codes were asked for; try again later',
  },
  /** One answer for wrong, used, expired and never sent. */
  wrongCode: { status: 401, zh: '验证码不正确或已过期', en: 'The code is wrong or has expired' },
  disabled: { status: 403, zh: '账号已停用，请联系客服', en: 'This account is closed; contact the shop' },
  balanceTooLow: { status: 409, zh: '余额不足，当前可用 {availableFen} 分', en: 'The balance is too low' },
  pointsTooLow: { status: 409, zh: '积分不足，当前可用 {available}', en: 'Only {available} points are there' },
})
