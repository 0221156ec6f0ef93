import { defineErrors } from './define.ts'

export const cryptoErrors = defineErrors('crypto', {
  unreadable: {
    status: 500,
    zh: '这条密文无法解开：内容被改动过，或缺少对应的密钥，请联系管理员核对密钥文件',
    en: 'This sealed value cannot be opened: it was altered or its key is missing; ask an administrator to check the key file',
  },
})
