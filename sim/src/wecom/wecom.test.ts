import { afterAll, afterEach, expect, test } from 'vitest'
import { startWecom } from './index.ts'

const wecom = await startWecom({ host: '127.0.0.1' })
afterAll(() => wecom.close())
afterEach(() => wecom.control.clearFaults())

const json = async (path: string, init?: RequestInit) => (await fetch(`${wecom.url}${path}`, init)).json()
const token = async (): Promise<string> =>
  ((await json(`/cgi-bin/gettoken?corpid=${wecom.corpId}&corpsecret=${wecom.secret}`)) as { access_token: string })
    .access_token
const send = async (body: object, access = '') =>
  (await json(`/cgi-bin/message/send?access_token=${access || (await token())}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ agentid: wecom.agentId, ...body }),
  })) as { errcode: number; invaliduser?: string }
const text = (content: string, more: object = {}) => ({ msgtype: 'text', text: { content }, ...more })

test('gives tokens to its app only, good for two hours', async () => {
  expect(await json(`/cgi-bin/gettoken?corpid=${wecom.corpId}&corpsecret=wrong`)).toMatchObject({ errcode: 40001 })
  expect(await json(`/cgi-bin/gettoken?corpid=other&corpsecret=${wecom.secret}`)).toMatchObject({ errcode: 40013 })
  const old = await token()
  expect(await send({ touser: 'ZhangSan', ...text('one') }, old)).toMatchObject({ errcode: 0 })
  await wecom.control.advance(7_200_001)
  expect(await send({ touser: 'ZhangSan', ...text('two') }, old)).toMatchObject({ errcode: 42001 })
  expect(await send({ touser: 'ZhangSan', ...text('two') }, 'never given')).toMatchObject({ errcode: 40014 })
})

test('says whom it cannot reach, in small letters', async () => {
  expect(await send({ touser: 'Nobody', ...text('hello') })).toMatchObject({ errcode: 81013, invaliduser: 'nobody' })
  expect(await send({ touser: 'zhao_liu', ...text('hello') })).toMatchObject({ errcode: 81013 })
  expect(await send({ touser: 'ZHANGSAN|Nobody', ...text('hi') })).toMatchObject({ errcode: 0, invaliduser: 'nobody' })
  expect(wecom.control.inbox('zhangsan')[0]?.text).toBe('hi')
})

test('shows the same request once, as long as it was asked to', async () => {
  const once = { touser: 'wang.wu', ...text('once', { enable_duplicate_check: 1, duplicate_check_interval: 14_400 }) }
  for (let n = 0; n < 3; n++) expect(await send(once)).toMatchObject({ errcode: 0 })
  expect(wecom.control.inbox('wang.wu')).toHaveLength(1)
  await wecom.control.advance(14_400_001)
  await send(once)
  expect(wecom.control.inbox('wang.wu')).toHaveLength(2)
})

test('a code is good once, for five minutes', async () => {
  const who = async (code: string) => json(`/cgi-bin/auth/getuserinfo?access_token=${await token()}&code=${code}`)
  const code = wecom.control.codeFor('LiXiaoyan')
  expect(await who(code)).toMatchObject({ errcode: 0, userid: 'LiXiaoyan' })
  expect(await who(code)).toMatchObject({ errcode: 40029 })
  const late = wecom.control.codeFor('LiXiaoyan')
  await wecom.control.advance(300_001)
  expect(await who(late)).toMatchObject({ errcode: 40029 })
  expect(await who(wecom.control.codeFor('stranger'))).toMatchObject({ errcode: 0, openid: expect.any(String) })
})

test('gives codes to pages that ask rightly', async () => {
  const at = (path: string, query: Record<string, string>) =>
    fetch(`${wecom.url}${path}?${new URLSearchParams(query)}`, { redirect: 'manual' })
  const query = {
    appid: wecom.corpId,
    agentid: String(wecom.agentId),
    redirect_uri: 'http://shop.test/back',
    state: 'abc1',
  }
  const inside = { ...query, response_type: 'code', scope: 'snsapi_base', as: 'ZhangSan' }
  const answer = await at('/connect/oauth2/authorize', inside)
  expect(answer.headers.get('location')).toMatch(/^http:\/\/shop\.test\/back\?code=[\w-]+&state=abc1$/)
  expect((await at('/connect/oauth2/authorize', { ...inside, state: 'a-b' })).status).toBe(400)
  expect((await at('/wwlogin/sso/login', { ...query, login_type: 'ServiceApp' })).status).toBe(400)
  const { as: _as, ...asking } = { ...query, login_type: 'CorpApp', as: '' }
  expect(await (await at('/wwlogin/sso/login', asking)).text()).toContain('李晓燕')
})
