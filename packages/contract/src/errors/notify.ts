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
  unknownVariables: {
    status: 422,
    zh: '模板里有不认识的变量：{names}',
    en: 'The text names variables that this message does not have: {names}',
  },
  noSuchText: { status: 404, zh: '这条消息没有这种文本', en: 'This message has no such text' },
  channelNotOffered: {
    status: 422,
    zh: '「{event}」不能通过「{channel}」发送',
    en: '“{event}” cannot go by “{channel}”',
  },
  notResendable: {
    status: 409,
    zh: '只有发送失败、结果未知或被限频的消息可以重发；登录验证码请让本人重新获取',
    en: 'Only messages that failed, are unknown or were held back can be sent again; for a sign-in code the person asks anew',
  },
  endpointsMax: { status: 409, zh: '最多 {max} 个 Webhook 地址', en: 'At most {max} webhook endpoints' },
  endpointOff: {
    status: 409,
    zh: '这个 Webhook 已停用，请先启用',
    en: 'This webhook is switched off; switch it on first',
  },
  stillQueued: {
    status: 409,
    zh: '这次投递还没有结束，会自动重试',
    en: 'This delivery has not ended yet and is tried again by itself',
  },
})
