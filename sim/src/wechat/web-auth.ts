import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Books, Merchant } from './books.ts'

const CODE_TTL_MS = 5 * 60_000

type Code = { readonly appid: string; readonly openid: string; readonly madeAtMs: number; used: boolean }
type Query = Readonly<Record<string, string | undefined>>

/** Of the merchant's official account; made from its identity, so that a restart knows it again. */
export const appSecretOf = ({ mchid, appid }: Pick<Merchant, 'mchid' | 'appid'>): string =>
  createHash('md5').update(`sim ${mchid} ${appid}`).digest('hex')

/**
 * Web authorisation of an official account, scope `snsapi_base`: nobody is asked anything. The page is sent back with a
 * code that is good once; the shop's server changes it for the person's openid with its AppSecret.
 */
export function addWebAuth(app: FastifyInstance, books: Books): void {
  const codes = new Map<string, Code>()
  const merchantOf = (appid: string | undefined): Merchant | undefined =>
    [...books.merchants.values()].find((merchant) => merchant.appid === appid)

  app.get('/connect/oauth2/authorize', (request, reply) => {
    const { appid, redirect_uri = '', response_type, scope, state = '' } = request.query as Query
    const isRight = response_type === 'code' && scope === 'snsapi_base' && /^[a-zA-Z0-9]{0,128}$/.test(state)
    if (!merchantOf(appid) || !isRight || !URL.canParse(redirect_uri)) {
      return reply.code(400).type('text/plain; charset=utf-8').send('链接参数错误')
    }
    const code = books.nextToken().slice(0, 32)
    // One browser, one person, also when it comes again.
    const openid = `oSim${createHash('sha256')
      .update(request.headers['user-agent'] ?? '')
      .digest('hex')
      .slice(0, 24)}`
    codes.set(code, { appid: appid ?? '', openid, madeAtMs: Date.now(), used: false })
    const back = new URL(redirect_uri)
    back.searchParams.set('code', code)
    back.searchParams.set('state', state)
    return reply.redirect(back.href, 302)
  })

  app.get('/sns/oauth2/access_token', (request) => {
    const { appid, secret, code = '', grant_type } = request.query as Query
    const merchant = merchantOf(appid)
    if (!merchant) return { errcode: 40013, errmsg: 'invalid appid' }
    if (secret !== appSecretOf(merchant)) return { errcode: 40125, errmsg: 'invalid appsecret' }
    const known = codes.get(code)
    if (grant_type !== 'authorization_code' || !known || known.appid !== appid)
      return { errcode: 40029, errmsg: 'invalid code' }
    if (known.used || known.madeAtMs < Date.now() - CODE_TTL_MS) return { errcode: 40163, errmsg: 'code been used' }
    known.used = true
    return { access_token: books.nextToken(), expires_in: 7200, openid: known.openid, scope: 'snsapi_base' }
  })
}
