import { commonErrors, errorMessage, fulfilmentErrors, serviceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { askSql } from '../ask-sql.ts'
import type { Worker } from '../model.ts'

type Taken = {
  readonly taken: readonly number[]
  readonly lost: readonly {
    readonly id: number
    readonly by: string
    readonly state: string | null
    readonly awaits: boolean
  }[]
}

/** Takes tasks for one person. Of two who take the same at once one has it, and the other is told who. */
export async function takeTasks(tx: Tx, taskIds: readonly number[], worker: Worker) {
  const { taken, lost } = await askSql<Taken>(
    tx,
    sql`fulfilment.take_tasks(
      ${tx.ctx.tenantId}::bigint, ${[...new Set(taskIds)]}::bigint[], ${worker.staffId}::bigint, ${worker.name}
    )`,
  )
  for (const id of taken) tx.audit({ action: 'service.take', objectKind: 'task', objectId: id, detail: {} })
  return {
    taken: [...taken],
    lost: lost.map(({ id, by, state, awaits }) => {
      const { code, params } =
        state === null
          ? commonErrors.notFound()
          : by === ''
            ? awaits
              ? fulfilmentErrors.refundAwaits()
              : serviceErrors.wrongState({ state })
            : serviceErrors.taken({ by })
      return { id, message: errorMessage(code, params, tx.ctx.locale) }
    }),
  }
}
