import type { SmsChannelConfig } from '@quanshu/contract'
import { z } from 'zod'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'
import { signAliyunCall } from './aliyun-signature.ts'

const TIMEOUT_MS = 8_000
const answerShape = z.object({ Code: z.string(), Message: z.string().default(''), BizId: z.string().optional() })

export type SmsMessage = {
  readonly phone: string
  readonly template: string
  readonly params: Readonly<Record<string, string>>
  /** Ours; the service only echoes it, so it does not keep a repeat from being sent. */
  readonly outId: string
}

/** Sends one text message (Dysms 2017-05-25, SendSms). */
export async function sendAliyunSms(
  outbound: Outbound,
  account: SmsChannelConfig & { readonly secret: string },
  message: SmsMessage,
): Promise<SendOutcome> {
  const { url, headers } = signAliyunCall({
    endpoint: account.endpoint,
    action: 'SendSms',
    version: '2017-05-25',
    accessKeyId: account.accessKeyId,
    accessKeySecret: account.secret,
    params: {
      PhoneNumbers: message.phone,
      SignName: account.signName,
      TemplateCode: message.template,
      TemplateParam: JSON.stringify(message.params),
      OutId: message.outId,
    },
  })
  try {
    const answer = await outbound.call({ method: 'POST', url, headers, timeoutMs: TIMEOUT_MS })
    return outcomeOf(answer.status, answer.body)
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    return { kind: error.sent ? 'unknown' : 'not_sent', reason: error.message }
  }
}

function outcomeOf(status: number, body: Buffer): SendOutcome {
  const answer = answerShape.safeParse(parse(body))
  if (!answer.success || status >= 500) return { kind: 'unknown', reason: `HTTP ${status}` }
  const { Code, Message, BizId } = answer.data
  if (Code === 'OK') return { kind: 'sent', ref: BizId ?? '' }
  return { kind: 'refused', reason: `${Code} ${Message}`.trim() }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
