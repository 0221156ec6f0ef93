import { auditBooks } from '../../apps/server/src/modules/books/index.ts'
import type { Audited, AuditOrder } from './audits.ts'
import { tenantIdOf, withHouse } from './house.ts'

/** The program that audits fork: it answers when it is through, an endless one when its first step is. */
process.once('message', async ({ slug, isWhole, isEndless, ...system }: AuditOrder) => {
  await withHouse(system, async (house) => {
    const tenantId = await tenantIdOf(house, slug)
    const idleMb = process.memoryUsage.rss() / 1024 ** 2
    do {
      const steps: { check: string; ms: number }[] = []
      const from = performance.now()
      let begun = from
      const report = await auditBooks(house, tenantId, {
        isWhole,
        isAnew: true,
        onStep: (check) => {
          const now = performance.now()
          steps.push({ check, ms: now - begun })
          begun = now
          if (isEndless && steps.length === 1) process.send?.('begun')
        },
      })
      const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
      const audited: Audited = {
        report,
        steps,
        seconds: (performance.now() - from) / 1_000,
        cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
        idleMb,
        peakMb: maxRSS / 1024,
      }
      if (!isEndless) process.send?.(audited)
    } while (isEndless)
  })
})
process.once('disconnect', () => process.exit(0))
