import { defineErrors } from './define.ts'

export const identityErrors = defineErrors('identity', {
  /** One answer for an unknown email, a wrong password and a closed account. */
  wrongCredentials: { status: 401, zh: '邮箱或密码不正确', en: 'Email or password is wrong' },
  /** Also for emails nobody has, so that a lock tells nothing. */
  locked: {
    status: 429,
    zh: '尝试次数过多，请 {retryAfterSeconds} 秒后再试',
    en: 'Too many tries; try again in {retryAfterSeconds} s',
  },
  wrongSecondFactor: { status: 401, zh: '验证码不正确或已使用过', en: 'The code is wrong or was used already' },
  ticketExpired: {
    status: 401,
    zh: '登录已超时，请重新输入邮箱和密码',
    en: 'This sign-in timed out; enter email and password again',
  },
  wrongPassword: { status: 403, zh: '当前密码不正确', en: 'The current password is wrong' },
  weakPassword: {
    status: 422,
    zh: '密码太常见或包含邮箱，请换一个',
    en: 'This password is too common or contains the email; choose another',
  },
  samePassword: {
    status: 422,
    zh: '新密码不能与当前密码相同',
    en: 'The new password must differ from the current one',
  },
  totpAlreadyOn: { status: 409, zh: '两步验证已开启', en: 'Two-factor is already on' },
  totpNotOn: { status: 409, zh: '两步验证未开启', en: 'Two-factor is not on' },
  totpNotBegun: { status: 409, zh: '请先扫描二维码', en: 'Begin with the QR code first' },
  emailTaken: { status: 409, zh: '这个邮箱已有员工使用', en: 'An employee with this email exists already' },
  lastOwner: { status: 409, zh: '至少要保留一位启用中的店主', en: 'At least one active owner must remain' },
  beyondOwnRights: {
    status: 403,
    zh: '不能授予或管理超出自己权限的内容',
    en: 'You cannot grant or manage what goes beyond your own rights',
  },
  notOneself: { status: 409, zh: '不能对自己的账号做此操作', en: 'You cannot do this to your own account' },
  staffDisabled: { status: 409, zh: '该员工已停用', en: 'This account is closed' },
  roleBuiltIn: { status: 409, zh: '内置角色不能修改或删除', en: 'A built-in role cannot be changed or removed' },
  roleInUse: {
    status: 409,
    zh: '还有 {staffCount} 名员工使用该角色',
    en: '{staffCount} employee(s) still have this role',
  },
  roleNameTaken: { status: 409, zh: '已有同名角色', en: 'A role with this name exists already' },
  tooManyRoles: { status: 409, zh: '最多 {max} 个角色', en: 'At most {max} roles' },
})
