import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take a quarter of a minute and more, the longest first: begun last, one of them would run on alone beside an idle
 * core. The torture's run mostly waits for what it has killed, so it leaves most of its core to the others.
 */
const LONG = [
  'torture/src/short-run.test.ts',
  'apps/server/test/browser/payments.test.ts',
  'apps/server/test/start/start.test.ts',
  'apps/server/test/backup/backup.test.ts',
  'apps/server/test/browser/main-journey.test.ts',
  'apps/server/test/journeys/gateways.test.ts',
  'apps/server/test/journeys/hostile.test.ts',
  'apps/server/test/browser/reports.test.ts',
  'apps/server/test/journeys/recharge.test.ts',
  'apps/server/test/browser/reconciliation.test.ts',
  'apps/server/test/browser/recharge.test.ts',
  'apps/server/test/journeys/random-money.test.ts',
  'apps/server/src/modules/books/clean.test.ts',
  'apps/server/test/browser/accessibility.test.ts',
  'apps/server/test/browser/supply.test.ts',
  'apps/server/test/browser/profiles.test.ts',
  'apps/server/test/browser/redeem.test.ts',
  'apps/server/test/browser/bundles.test.ts',
  'apps/server/test/browser/service.test.ts',
  'apps/server/test/browser/supplier-workspace.test.ts',
  'apps/server/test/browser/supplier-inbox.test.ts',
  'apps/server/test/browser/warehouses.test.ts',
  'apps/server/test/browser/numbers.test.ts',
  'apps/server/test/browser/bad-cards.test.ts',
  'apps/server/test/browser/wholesale.test.ts',
  'apps/server/test/browser/supplier-money.test.ts',
  'apps/server/test/journeys/rivals.test.ts',
  'apps/server/test/journeys/supply-matrix.test.ts',
  'apps/server/test/journeys/top-ups-matrix.test.ts',
  'apps/server/test/journeys/codes-matrix.test.ts',
  'apps/server/test/browser/notifications.test.ts',
  'apps/server/src/modules/books/alarm.test.ts',
  'apps/server/test/journeys/bundles.test.ts',
  'apps/server/src/modules/books/planted.test.ts',
  'apps/server/test/journeys/peer.test.ts',
  'apps/server/test/journeys/supplier-workspace.test.ts',
  'apps/server/test/journeys/supply-doors.test.ts',
  'apps/server/test/journeys/bad-cards.test.ts',
  'apps/server/test/journeys/restock.test.ts',
  'apps/server/test/journeys/bulk.test.ts',
  'apps/server/test/journeys/mixed-payment.test.ts',
  'apps/server/test/journeys/plans.test.ts',
  'apps/server/test/journeys/crash.test.ts',
  'apps/server/src/modules/fulfilment/refunds.test.ts',
  'apps/server/test/journeys/worst.test.ts',
  'apps/server/test/journeys/supply-cards.test.ts',
  'apps/server/test/journeys/supply-rivals.test.ts',
  'apps/server/test/journeys/supply.test.ts',
  'apps/server/test/journeys/disputes.test.ts',
  'apps/server/test/journeys/supply-down.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((path) => moduleId.endsWith(`/${path}`))
  return place < 0 ? LONG.length : place
}

export default defineConfig({
  test: {
    projects: [
      'apps/*/vitest.config.ts',
      'apps/server/vitest.long.config.ts',
      'packages/*/vitest.config.ts',
      'sim/vitest.config.ts',
      'torture/vitest.config.ts',
    ],
    sequence: { sequencer: LongestFirst },
  },
})
