import { z } from 'zod'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'
import type { TencentAccount } from './accounts.ts'
import { signTencentCall } from './tencent-signature.ts'

const TIMEOUT_MS = 8_000
const failure = z.object({ Code: z.string(), Message: z.string().default('') })
const answerShape = z.object({
  Response: z.union([
    z.object({ Error: failure }),
    z.object({ SendStatusSet: z.tuple([failure.extend({ SerialNo: z.string().default('') })]) }),
  ]),
})

export type TencentMessage = {
  readonly phone: string
  readonly template: string
  /** In the order of the template's `{1}`, `{2}`… */
  readonly params: readonly string[]
  /** Ours; comes back with the receipt, and does not keep a repeat from being sent. */
  readonly outId: string
}

/** Sends one text message (Tencent Cloud SMS 2021-01-11, SendSms). HTTP 200 says nothing: each number has a code of its own. */
export async function sendTencentSms(
  outbound: Outbound,
  account: TencentAccount,
  message: TencentMessage,
  at: Date,
): Promise<SendOutcome> {
  const body = JSON.stringify({
    PhoneNumberSet: [`+86${message.phone}`],
    SmsSdkAppId: account.sdkAppId,
    SignName: account.signName,
    TemplateId: message.template,
    TemplateParamSet: message.params,
    SessionContext: message.outId,
  })
  const headers = signTencentCall({
    endpoint: account.endpoint,
    action: 'SendSms',
    version: '2021-01-11',
    region: account.region,
    secretId: account.secretId,
    secretKey: account.secret,
    body,
    at,
  })
  try {
    const url = `${new URL(account.endpoint).origin}/`
    const answer = await outbound.call({ method: 'POST', url, headers, body, timeoutMs: TIMEOUT_MS })
    return outcomeOf(answer.status, answer.body)
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    return { kind: error.sent ? 'unknown' : 'not_sent', reason: error.message }
  }
}

function outcomeOf(status: number, body: Buffer): SendOutcome {
  const answer = answerShape.safeParse(parse(body))
  if (!answer.success || status >= 500) return { kind: 'unknown', reason: `HTTP ${status}` }
  const { Response } = answer.data
  if ('Error' in Response) return refusalOf(Response.Error)
  const [sent] = Response.SendStatusSet
  return sent.Code === 'Ok' ? { kind: 'sent', ref: sent.SerialNo } : refusalOf(sent)
}

/** An inner failure of the service does not prove that nothing was sent. */
function refusalOf({ Code, Message }: z.output<typeof failure>): SendOutcome {
  return { kind: Code.startsWith('InternalError') ? 'unknown' : 'refused', reason: `${Code} ${Message}`.trim() }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
