import { defineErrors } from './define.ts'

export const notifyErrors = defineErrors('notify', {
  channelUnknown: { status: 404, zh: '没有「{channel}」这种通知方式', en: 'There is no channel “{channel}”' },
  notConfigured: {
    status: 409,
    zh: '「{channel}」还没有配置，暂时不能发送',
    en: '“{channel}” is not set up yet, so nothing can be sent',
  },
  secretMissing: { status: 422, zh: '请填写密钥', en: 'Enter the secret' },
  insecureAddress: {
    status: 422,
    zh: '接口地址必须是公网的 https 地址',
    en: 'The address must be https and on the public internet',
  },
})
