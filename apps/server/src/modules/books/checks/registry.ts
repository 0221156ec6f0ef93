import { BOOKS_CHECK_NAMES, type BooksCheck } from '@quanshu/contract'
import type { Check } from '../model.ts'
import { auditChainCheck } from './audit-chain.ts'
import { sealedCheck } from './sealed.ts'
import { sqlCheck } from './sql-check.ts'

/** Every check of the books. The order in which they run is that of the contract: what is quick comes first. */
const all: Readonly<Record<BooksCheck, Check>> = {
  code_owners: sqlCheck('code_owners', 2_000),
  // Cards, not batches.
  batch_sums: sqlCheck('batch_sums', 40_000),
  stock_sums: sqlCheck('stock_sums', 200),
  paid_orders: sqlCheck('paid_orders', 1_000),
  references: sqlCheck('references', 2_000),
  bounds: sqlCheck('bounds', 500),
  redeem_codes: sqlCheck('redeem_codes', 2_000),
  holds: sqlCheck('holds', 2_000),
  trial_balance: sqlCheck('trial_balance', 10_000),
  balances: sqlCheck('balances', 200),
  clearing: sqlCheck('clearing', 1),
  bills: sqlCheck('bills', 2_000),
  suppliers: sqlCheck('suppliers', 50),
  // Their lines.
  statements: sqlCheck('statements', 10_000),
  recoveries: sqlCheck('recoveries', 1_000),
  restocks: sqlCheck('restocks', 200),
  bulk: sqlCheck('bulk', 2_000),
  wholesale: sqlCheck('wholesale', 500),
  parents: sqlCheck('parents', 10_000),
  refunded_rights: sqlCheck('refunded_rights', 1_000),
  replays: sqlCheck('replays', 1_000),
  audit_chain: auditChainCheck,
  sealed: sealedCheck,
}

export const checks: readonly Check[] = BOOKS_CHECK_NAMES.map((name) => all[name])

export const checkNamed = (name: string): Check | undefined => checks.find((check) => check.name === name)
