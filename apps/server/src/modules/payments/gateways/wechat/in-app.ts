import { z } from 'zod'
import { OutboundFailure } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, InApp } from '../../gateway.ts'

/** Where an official account's web page learns who opened it (网页授权, scope `snsapi_base`: nobody is asked anything). */
const AUTHORIZE_URL = 'https://open.weixin.qq.com'
const API_URL = 'https://api.weixin.qq.com'
const CALL_TIMEOUT_MS = 8_000

const known = z.object({ openid: z.string().regex(/^[\w-]{1,128}$/) })
const refusal = z.object({ errcode: z.int(), errmsg: z.string().default('') })
/** "The system is busy": the code is still good. */
const BUSY = -1

export const inApp: InApp = {
  isReady: ({ secrets }) => (secrets.appSecret ?? '') !== '',
  isInside: (userAgent) => /\bMicroMessenger\//i.test(userAgent),

  authorizeUrl(account, { redirectUrl, state }) {
    const url = new URL('/connect/oauth2/authorize', addressOr(account, AUTHORIZE_URL))
    // The order of the parameters is prescribed; another one is refused there.
    url.search = new URLSearchParams({
      appid: account.settings.appId ?? '',
      redirect_uri: redirectUrl,
      response_type: 'code',
      scope: 'snsapi_base',
      state,
    }).toString()
    url.hash = 'wechat_redirect'
    return url.href
  },

  async personOf(outbound, account, code) {
    const url = new URL('/sns/oauth2/access_token', addressOr(account, API_URL))
    url.search = new URLSearchParams({
      appid: account.settings.appId ?? '',
      secret: account.secrets.appSecret ?? '',
      code,
      grant_type: 'authorization_code',
    }).toString()
    try {
      const answer = await outbound.call({
        method: 'GET',
        url: url.href,
        headers: { accept: 'application/json' },
        timeoutMs: CALL_TIMEOUT_MS,
      })
      const value: unknown = JSON.parse(answer.body.toString())
      const person = known.safeParse(value)
      if (answer.status === 200 && person.success) return { kind: 'done', openId: person.data.openid }
      const no = refusal.safeParse(value)
      if (!no.success || no.data.errcode === BUSY) return { kind: 'unknown', reason: `status ${answer.status}` }
      return { kind: 'refused', code: String(no.data.errcode), message: no.data.errmsg }
    } catch (error) {
      // The address holds the secret: nothing of it may come into a message.
      if (error instanceof OutboundFailure) return { kind: 'unknown', reason: error.message }
      if (error instanceof SyntaxError) return { kind: 'unknown', reason: 'the answer is no JSON' }
      throw error
    }
  },
}

const addressOr = ({ settings }: GatewayAccount, official: string): string => {
  const own = settings.webAuthUrl?.trim()
  return own && URL.canParse(own) && /^https?:$/.test(new URL(own).protocol) ? own : official
}
