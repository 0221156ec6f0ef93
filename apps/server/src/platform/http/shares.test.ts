import { once } from 'node:events'
import { connect } from 'node:net'
import { route } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { eventually, testPlatform } from '../../../test/harness/index.ts'
import { metricsText } from '../telemetry/index.ts'
import { handle } from './index.ts'
import { trialServer } from './trial-server.ts'

const house = await testPlatform()
const flooding = await house.newTenant()
const steady = await house.newTenant()

/** A server short of time, with a route that ends when the test says so. */
async function busyServer() {
  const held: (() => void)[] = []
  const slow = handle(
    route({
      id: 'trial.slow',
      method: 'POST',
      path: '/api/mall/slow',
      summary: 'Slow',
      access: { kind: 'public' },
      body: z.object({ text: z.string() }),
      rateLimit: false,
      response: z.object({ shop: z.string() }),
    }),
    async ({ tenant }) => {
      if (tenant.slug === flooding.slug) await new Promise<void>((resolve) => held.push(resolve))
      return { shop: tenant.slug }
    },
  )
  const server = await trialServer(house, flooding, [slow], { neighbour: steady, isSaturated: () => true })
  const ask = (slug: string) => server.call(`/s/${slug}/api/mall/slow`, { method: 'POST', json: { text: 'x' } })
  const letGo = () => {
    for (const go of held.splice(0)) go()
  }
  // Both are known to be there, and shops are counted ten times a second.
  expect((await ask(steady.slug)).status).toBe(200)
  return { ...server, held, ask, letGo }
}

test('beside a neighbour only a part of a flood is in work, and the neighbour is served through all of it', async () => {
  const { held, ask, letGo } = await busyServer()
  const crowd = Array.from({ length: 300 }, () => ask(flooding.slug))
  await eventually('the flood is at work', () => held.length > 0)
  const answered: string[] = []
  for (const one of crowd) void one.then(() => answered.push('flood'))
  for (let round = 0; round < 3; round += 1) {
    expect(await (await ask(steady.slug)).json()).toEqual({ shop: steady.slug })
  }
  expect(answered).toEqual([])
  expect(held.length).toBeLessThan(300)

  // Each that ends lets the next one in, until all were served.
  await eventually('all of the flood is served', () => {
    letGo()
    return answered.length === 300
  })
  expect(new Set((await Promise.all(crowd)).map(({ status }) => status))).toEqual(new Set([200]))
})

test('a shop whose line is full is told to come again, without its body being read', async () => {
  const { url, ask, letGo } = await busyServer()
  const { hostname, port } = new URL(url)
  const head = `POST /s/${flooding.slug}/api/mall/slow HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\n`
  const whole = `${head}content-length: 12\r\n\r\n{"text":"x"}`
  const crowd = Array.from({ length: 12 }, () => connect(Number(port), hostname))
  for (const socket of crowd) socket.on('data', () => undefined).write(whole.repeat(200))
  await eventually('the line is full', async () => heldNow(await metricsText()) === 2_000)

  // It announces a body and never sends it.
  const late = connect(Number(port), hostname)
  late.write(`${head}content-length: 20\r\n\r\n`)
  const [answer] = await once(late, 'data')
  late.destroy()
  expect(String(answer)).toContain('HTTP/1.1 503 ')
  expect(String(answer)).toContain('retry-after: 2')
  expect(String(answer)).toContain('"code":"common.busy"')
  expect((await ask(steady.slug)).status).toBe(200)

  for (const socket of crowd) socket.destroy()
  await eventually('nobody stands in the line for those who left', async () => {
    letGo()
    return heldNow(await metricsText()) === 0
  })
})

const heldNow = (metrics: string): number => Number(/^quanshu_http_held(?:\{[^}]*\})? (\d+)/m.exec(metrics)?.[1])
