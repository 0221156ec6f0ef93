import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { systemCtx } from './accounts.ts'
import type { AskGateway, Question } from './commands/ask-gateway.ts'
import { REFUND_TASK, type SendRefund } from './commands/send-refund.ts'

/** Questions of one round. A shop's share is bounded, so that one shop's flood does not delay the others. */
const QUESTIONS_MAX = 400
const QUESTIONS_PER_TENANT_MAX = 50
const QUESTIONS_AT_ONCE = 16
/** Rounds of one tick: a sale that ends leaves a thousand payments to close, which is two seconds' work and not two minutes'. */
const ROUNDS_MAX = 40
/** After so many without an answer the rest of a shop's questions wait for their next turn. */
const SILENT_MAX = 3
const OVERDUE_REFUNDS_MAX = 200

export function refundTask(send: SendRefund): Task {
  const payload = z.object({ refundId: z.int().positive() })
  return { name: REFUND_TASK, run: (job) => send(job.tenantId, payload.parse(job.payload).refundId) }
}

/** Asks gateways about payments whose notice has not come: 10 s after opening, then ever more rarely. */
export function askSchedule(platform: Platform, ask: AskGateway): Schedule {
  return {
    name: 'payments.ask_gateways',
    everyMs: 5_000,
    run: async () => {
      const silent = new Map<string, number>()
      for (let round = 1; round <= ROUNDS_MAX; round++) {
        const due = await platform.db.callGlobal<readonly Question[]>(
          'payments.take_due',
          QUESTIONS_PER_TENANT_MAX,
          QUESTIONS_MAX,
        )
        await askAll(ask, due, silent)
        // Fewer than one shop's share: nobody has more that is due.
        if (due.length < QUESTIONS_PER_TENANT_MAX) return
      }
    },
  }
}

async function askAll(ask: AskGateway, due: readonly Question[], silent: Map<string, number>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let question = due[next++]; question; question = due[next++]) {
      const account = `${question.tenantId}/${question.gateway}`
      if ((silent.get(account) ?? 0) >= SILENT_MAX) continue
      const answer = await ask(question)
      if (answer === 'unknown') silent.set(account, (silent.get(account) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, worker))
}

/** A refund's job may be lost with the worker that had it between two writes; then it is made anew. */
export function overdueRefundsSchedule(platform: Platform): Schedule {
  return {
    name: 'payments.overdue_refunds',
    everyMs: 60_000,
    run: async () => {
      const overdue = await platform.db.callGlobal<readonly { tenantId: TenantId; refundId: number }[]>(
        'payments.overdue_refunds',
        OVERDUE_REFUNDS_MAX,
      )
      for (const { tenantId, refundId } of overdue) {
        await platform.db.write(systemCtx(tenantId), async (tx) =>
          tx.enqueue(REFUND_TASK, { refundId }, { key: String(refundId) }),
        )
      }
    },
  }
}
