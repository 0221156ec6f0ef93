import { createDriver } from '../http.ts'
import { type Figure, percentile } from '../report.ts'
import { noticeFor, placeOrder, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

const GOAL_P99_MS = 100
const WARM_UP = 5

/** How long a shopper looks at the waiting page after the gateway has sent its notice, with nothing else going on. */
export async function noticeToCodeCase(system: System, shop: Shop, count: number): Promise<Figure> {
  const driver = createDriver(system.url, 4)
  const latencies: number[] = []
  for (let n = 0; n < count + WARM_UP; n += 1) {
    const { no, cookie } = await placeOrder(driver, shop.skuIds[n % shop.skuIds.length] ?? 0, n)
    const page = new AbortController()
    const response = await fetch(`${system.url}/api/mall/orders/${no}/stream`, {
      headers: { cookie },
      signal: page.signal,
    })
    if (!response.body) throw new Error('the page’s stream has no body')
    const shown = codeShown(response.body)
    const notice = noticeFor(system, no)
    const from = performance.now()
    const [, at] = await Promise.all([driver.request('POST', notice.path, notice.body, notice.headers), shown])
    if (n >= WARM_UP) latencies.push(at - from)
    page.abort()
  }
  driver.close()
  const p99 = percentile(latencies, 0.99)
  return {
    case: 'notice to code on the waiting page, idle',
    value: p99,
    unit: 'ms p99',
    p50: percentile(latencies, 0.5),
    p99,
    limit: null,
    ratio: null,
    goal: `p99 under ${GOAL_P99_MS} ms`,
    met: p99 < GOAL_P99_MS,
  }
}

async function codeShown(body: ReadableStream<Uint8Array>): Promise<number> {
  let text = ''
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString()
    if (text.includes('"state":"delivered"')) return performance.now()
  }
  throw new Error('the stream ended before the code came')
}
