import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOutbound, type Outbound } from '../../../platform/outbound/index.ts'
import type { BillLine, Bills, GatewayAccount, NoticeVerdict, PaymentGateway, RawNotice } from '../gateway.ts'

/** A shop's notice address that only verifies: every verdict is kept, and answered as the gateway wants it. */
export type NoticeDesk = {
  readonly url: string
  readonly verdicts: NoticeVerdict[]
  readonly notices: RawNotice[]
  /** Answers "not taken" whatever the verdict is. */
  isClosed: boolean
  readonly close: () => void
}

export async function openNoticeDesk(gateway: PaymentGateway, account: () => GatewayAccount): Promise<NoticeDesk> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const notice = { method, path: url, headers, body: Buffer.concat(chunks) }
      const verdict = gateway.verifyNotice(account(), notice, new Date())
      desk.notices.push(notice)
      desk.verdicts.push(verdict)
      const answer = verdict.ok && !desk.isClosed ? gateway.acknowledgement : gateway.rejection
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const desk: NoticeDesk = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s/demo/api/pay/${gateway.id}/notify`,
    verdicts: [],
    notices: [],
    isClosed: false,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return desk
}

/** The real way out with a shorter patience, so that a slow gateway does not make slow tests. */
export function hurriedOutbound(timeoutMs: number): Outbound {
  const outbound = createOutbound({ allowInsecure: true })
  return { ...outbound, call: (request) => outbound.call({ ...request, timeoutMs }) }
}

/** All lines of a gateway's bill of a day. Fails when there is none. */
export async function billOf(
  bills: Bills | undefined,
  outbound: Outbound,
  account: GatewayAccount,
  day: string,
): Promise<readonly BillLine[]> {
  const bill = await bills?.fetch(outbound, account, day, new Date())
  if (!bills || bill?.kind !== 'done') throw new Error(`no bill: ${JSON.stringify(bill)}`)
  return await Array.fromAsync(bills.read(bill.body))
}

const BEIJING_MS = 8 * 3_600_000
const DAY_MS = 86_400_000

/** The Beijing day of a moment, `2026-11-22`. */
export const dayOf = (atMs: number): string => new Date(atMs + BEIJING_MS).toISOString().slice(0, 10)

/** How far back noon of yesterday in Beijing is: what is dated back by this has a bill. */
export function backToYesterdayNoon(): number {
  const now = Date.now()
  const midnight = Math.floor((now + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS
  return now - (midnight - DAY_MS / 2)
}
