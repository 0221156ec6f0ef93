import { Agent, type IncomingMessage, request as send } from 'node:http'

/**
 * A lean HTTP driver: the driver shares two cores with what it measures, and `fetch` costs several times as much CPU a
 * request. autocannon repeats one request, while an order is a chain of them that use each other's answers.
 */
export type Driver = {
  readonly request: (
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers?: Record<string, string>,
  ) => Promise<Answer>
  readonly close: () => void
}
export type Answer = { readonly status: number; readonly body: string; readonly cookies: readonly string[] }

export function createDriver(baseUrl: string, connections: number): Driver {
  const url = new URL(baseUrl)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    close: () => agent.destroy(),
    request: (method, path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const call = send(
          {
            agent,
            host: url.hostname,
            port: url.port,
            method,
            path,
            headers: {
              ...(body === undefined
                ? {}
                : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
              'x-quanshu-client': 'bench',
              ...headers,
            },
          },
          (response) => collect(response, resolve, reject),
        )
        call.on('error', reject)
        call.end(body)
      }),
  }
}

function collect(response: IncomingMessage, resolve: (answer: Answer) => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('error', reject)
  response.on('end', () =>
    resolve({
      status: response.statusCode ?? 0,
      body: Buffer.concat(chunks).toString(),
      cookies: response.headers['set-cookie'] ?? [],
    }),
  )
}

export type Load = { readonly perSecond: number; readonly latenciesMs: readonly number[] }

/** `shoppers` at once, each beginning anew when done, for a time after a warm-up. Counts what ends inside the window. */
export async function closedLoop(
  options: { readonly shoppers: number; readonly warmMs: number; readonly measureMs: number },
  flow: (n: number) => Promise<void>,
): Promise<Load> {
  const { shoppers, warmMs, measureMs } = options
  const from = performance.now() + warmMs
  const until = from + measureMs
  const latenciesMs: number[] = []
  let n = 0
  const shopper = async (): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now()
      n += 1
      await flow(n)
      const ended = performance.now()
      if (ended >= from && ended < until) latenciesMs.push(ended - begun)
    }
  }
  await Promise.all(Array.from({ length: shoppers }, shopper))
  return { perSecond: latenciesMs.length / (measureMs / 1_000), latenciesMs }
}
