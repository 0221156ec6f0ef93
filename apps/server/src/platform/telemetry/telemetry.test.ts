import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { counter, gauge, metricsText, seconds, span, startTracing } from './index.ts'

test('figures are told as Prometheus reads them', async () => {
  counter('trial_sales', 'Sales').add(2, { kind: 'card' })
  gauge('trial_open', 'Open', () => 7)
  seconds('trial_seconds', 'Time').record(0.003)
  const lines = (await metricsText()).split('\n')
  expect(lines).toContain('# HELP quanshu_trial_open Open')
  expect(lines).toContain('quanshu_trial_open 7')
  expect(lines).toContain('quanshu_trial_sales_total{kind="card"} 2')
  expect(lines).toContain('quanshu_trial_seconds_bucket{le="0.005"} 1')
  expect(lines).toContain('quanshu_trial_seconds_bucket{le="0.0025"} 0')
})

test('values are counted by their labels, whatever object brings them and in whatever order', async () => {
  const queue = seconds('trial_queue_seconds', 'Time in the queue')
  const labels = { kind: 'card', door: 'north' }
  queue.record(0.2, labels)
  queue.record(40, labels)
  queue.record(0.5, { door: 'north', kind: 'card' })
  seconds('trial_queue_seconds', 'Time in the queue').record(0.1, { kind: 'card', door: 'south' })
  const lines = (await metricsText()).split('\n')
  expect(lines).toContain('# TYPE quanshu_trial_queue_seconds histogram')
  expect(lines).toContain('quanshu_trial_queue_seconds_count{kind="card",door="north"} 3')
  expect(lines).toContain('quanshu_trial_queue_seconds_sum{kind="card",door="north"} 40.7')
  expect(lines).toContain('quanshu_trial_queue_seconds_bucket{kind="card",door="north",le="0.25"} 1')
  // What is exactly a step belongs to it.
  expect(lines).toContain('quanshu_trial_queue_seconds_bucket{kind="card",door="north",le="0.5"} 2')
  expect(lines).toContain('quanshu_trial_queue_seconds_bucket{kind="card",door="north",le="+Inf"} 3')
  expect(lines).toContain('quanshu_trial_queue_seconds_count{kind="card",door="south"} 1')
})

test('traces reach the collector, with failures marked; without a collector spans are only calls', async () => {
  expect(await span('work', 'untraced', {}, async () => 1)).toBe(1)

  const asked: { readonly url: string | undefined; readonly body: string }[] = []
  const collector = createServer(async (request, response) => {
    asked.push({ url: request.url, body: await text(request) })
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  onTestFinished(() => void collector.close())
  const endpointUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`
  const tracing = await startTracing({ endpointUrl, serviceName: 'quanshu' })
  const failed = span('request', 'trial.route', { 'quanshu.tenant': 'demo' }, async () => {
    await span('work', 'inner', {}, async () => {})
    throw new Error('broken')
  })
  await expect(failed).rejects.toThrow('broken')
  await tracing.stop()

  expect(asked.map(({ url }) => url)).toEqual(['/v1/traces'])
  const [resource] = JSON.parse(asked[0]?.body ?? '{}').resourceSpans
  const spans = resource.scopeSpans[0].spans as readonly Record<string, unknown>[]
  const [inner, outer] = [spans.find(({ name }) => name === 'inner'), spans.find(({ name }) => name === 'trial.route')]
  expect(inner?.parentSpanId).toBe(outer?.spanId)
  expect(outer).toMatchObject({ status: { code: 2 }, events: [{ name: 'exception' }] })
})
