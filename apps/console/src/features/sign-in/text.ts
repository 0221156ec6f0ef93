import { defineMessages } from '../../shared/i18n/index.ts'

export const signInText = defineMessages('signIn', {
  title: ['登录管理后台', 'Sign in to the console'],
  email: ['邮箱', 'Email'],
  password: ['密码', 'Password'],
  emailRequired: ['请填写邮箱', 'Enter your email'],
  passwordRequired: ['请填写密码', 'Enter your password'],
  submit: ['登录', 'Sign in'],
  forgot: ['忘记密码？请联系店主重置。', 'Forgot the password? Ask the owner to reset it.'],
  secondTitle: ['两步验证', 'Two-factor'],
  secondText: [
    '打开身份验证器，填写当前显示的 6 位数字。',
    'Open your authenticator and enter the 6 digits it shows now.',
  ],
  recoveryText: [
    '填写一个未用过的恢复码，每个只能用一次。',
    'Enter a recovery code you have not used; each works once.',
  ],
  recoveryCode: ['恢复码', 'Recovery code'],
  useRecovery: ['手机不在身边？用恢复码登录', 'No phone at hand? Use a recovery code'],
  useTotp: ['改用身份验证器', 'Use the authenticator instead'],
  verify: ['验证并登录', 'Verify and sign in'],
  backToPassword: ['换一个账号', 'Another account'],
  mustChangeTitle: ['请先设置新密码', 'Choose a new password first'],
  mustChangeText: [
    '当前密码由管理员设置，只能用一次。设置自己的密码后继续。',
    'An administrator set the current password, for one use. Choose your own to go on.',
  ],
  changeAndGo: ['设置并进入后台', 'Set it and go on'],
})
