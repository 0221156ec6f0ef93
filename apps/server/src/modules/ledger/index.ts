import { ledgerRoutes } from '@quanshu/contract'
import { handle } from '../../platform/http/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { listAccounts } from './queries/accounts.ts'
import { readStatement } from './queries/statement.ts'
import { trialBalance } from './queries/trial-balance.ts'

export { accountId, close, hold, post } from './commands/move.ts'
export { holdStates } from './model.ts'
export { trialBalance } from './queries/trial-balance.ts'

export function ledgerModule({ db }: Platform): Module {
  return {
    name: 'ledger',
    routes: [
      handle(ledgerRoutes.trialBalance, ({ ctx }) => db.read(ctx, trialBalance)),
      handle(ledgerRoutes.accounts, ({ ctx, query }) => db.read(ctx, (tx) => listAccounts(tx, query))),
      handle(ledgerRoutes.statement, ({ ctx, params, query }) =>
        db.read(ctx, (tx) => readStatement(tx, params.accountId, query)),
      ),
    ],
  }
}
