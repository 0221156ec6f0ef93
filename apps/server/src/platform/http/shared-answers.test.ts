import { route } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testPlatform } from '../../../test/harness/index.ts'
import { handle, sharedAnswer } from './index.ts'
import { trialServer } from './trial-server.ts'

const house = await testPlatform()
const shop = await house.newTenant()
const spec = (id: string) =>
  route({
    id,
    method: 'GET',
    path: `/api/mall/${id.replace('.', '/')}`,
    summary: id,
    access: { kind: 'public' },
    response: z.object({ title: z.string(), note: z.string().nullable() }),
  })

test('a shared answer is serialised once and sent as any other: same bytes, same type, only what the contract names', async () => {
  let reads = 0
  const given = {
    note: null,
    secret: 'internal',
    get title() {
      reads += 1
      return '视频会员 <月卡>'
    },
  }
  const shared = sharedAnswer(given)
  const server = await trialServer(house, shop, [
    handle(spec('trial.shared'), async () => shared),
    handle(spec('trial.plain'), async () => ({ title: '视频会员 <月卡>', note: null })),
  ])
  const plain = await server.call('/api/mall/trial/plain')
  const text = await plain.text()
  for (const _ of [1, 2, 3]) {
    const answer = await server.call('/api/mall/trial/shared')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe(plain.headers.get('content-type'))
    expect(answer.headers.get('cache-control')).toBe(plain.headers.get('cache-control'))
    expect(answer.headers.get('content-security-policy')).toBe(plain.headers.get('content-security-policy'))
    expect(answer.headers.get('x-request-id')).toBeTruthy()
    expect(answer.headers.getSetCookie()).toHaveLength(1)
    expect(await answer.text()).toBe(text)
  }
  expect(reads).toBe(1)
  expect(await (await server.call('/metrics')).text()).toMatch(
    /quanshu_http_request_seconds_count\{route="trial\.shared",status="200"\} 3/,
  )
})
