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
  wecomNotOffered: {
    status: 409,
    zh: '本店暂未开通企业微信通知',
    en: 'This shop does not send messages by WeCom',
  },
  wecomStateForged: {
    status: 409,
    zh: '这次绑定不是从您当前的登录发起的，或已超过 10 分钟，请重新点「绑定企业微信」',
    en: 'This was not begun where you are signed in now, or more than 10 minutes ago: press “Join WeCom” again',
  },
  wecomCodeSpent: {
    status: 409,
    zh: '企业微信的授权已过期或已使用，请重新点「绑定企业微信」',
    en: 'WeCom’s permission was used or has run out: press “Join WeCom” again',
  },
  wecomNotAColleague: {
    status: 409,
    zh: '您不是该企业的企业微信成员，无法绑定；请用企业成员的账号打开',
    en: 'You are not a member of that company in WeCom: open this with an account of the company',
  },
  wecomTaken: {
    status: 409,
    zh: '这个企业微信账号已绑定本店的另一位会员，请先用那个会员登录并解除绑定',
    en: 'This WeCom account is joined to another member of this shop: sign in as that member and leave WeCom there first',
  },
  wecomUnreachable: {
    status: 503,
    zh: '企业微信暂时没有回应，请稍后重新绑定',
    en: 'WeCom does not answer at the moment: please join again later',
  },
  wecomRefused: {
    status: 409,
    zh: '企业微信拒绝了这次请求（{reason}），请联系店家检查应用配置',
    en: 'WeCom refused ({reason}): please ask the shop to check its WeCom app',
  },
  stillQueued: {
    status: 409,
    zh: '这次投递还没有结束，会自动重试',
    en: 'This delivery has not ended yet and is tried again by itself',
  },
})
