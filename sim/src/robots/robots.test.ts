import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RobotGroup, startRobots } from './index.ts'

let robots: RobotGroup
beforeAll(async () => {
  robots = await startRobots({ host: '127.0.0.1' })
})
afterAll(() => robots.close())

const post = async (url: string, body: object) =>
  (await (
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  ).json()) as {
    errcode?: number
    code?: number
  }
const wecom = (text = 'x') => post(robots.urls.wecom, { msgtype: 'markdown', markdown: { content: `**t**\n${text}` } })
function dingtalk(secret = robots.secret, atMs = Date.now()) {
  const sign = createHmac('sha256', secret).update(`${atMs}\n${secret}`).digest('base64')
  const url = `${robots.urls.dingtalk}&timestamp=${atMs}&sign=${encodeURIComponent(sign)}`
  return post(url, { msgtype: 'markdown', markdown: { title: 't', text: 'x' } })
}

test('what is well signed is said, what is not is refused with the house’s code', async () => {
  expect(await dingtalk()).toMatchObject({ errcode: 0 })
  expect(await dingtalk('SECwrong')).toMatchObject({ errcode: 310000 })
  expect(await dingtalk(robots.secret, Date.now() - 2 * 3_600_000)).toMatchObject({ errcode: 310000 })
  expect(await post(robots.urls.feishu, { msg_type: 'text', content: { text: 'x' } })).toMatchObject({ code: 19021 })
  expect(await post(robots.urls.wecom.replace(/key=.*/, 'key=other'), {})).toMatchObject({ errcode: 93000 })
  expect(robots.control.said('dingtalk')).toHaveLength(1)
})

test('twenty a minute, no more; DingTalk is silent for ten minutes then', async () => {
  for (let n = 0; n < 20; n += 1) expect(await wecom()).toMatchObject({ errcode: 0 })
  expect(await wecom()).toMatchObject({ errcode: 45009 })
  await robots.control.advance(61_000)
  expect(await wecom()).toMatchObject({ errcode: 0 })
  for (let n = 0; n < 20; n += 1) await dingtalk()
  expect(await dingtalk()).toMatchObject({ errcode: 130101 })
  await robots.control.advance(120_000)
  expect(await dingtalk()).toMatchObject({ errcode: 130101 })
  await robots.control.advance(480_000)
  expect(await dingtalk()).toMatchObject({ errcode: 0 })
})
